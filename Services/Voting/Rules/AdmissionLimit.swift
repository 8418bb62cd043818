/// How many ballots may wait for Kafka at once, so that each waits less than a target.
///
/// What waits divided by what is stored in a second is the time that a new ballot will wait (Little's law). So the limit
/// follows the waits that are seen: too long, and it falls at once to what would have waited just the target; short
/// although the limit turned ballots away, and it grows by a quarter. A value: time comes in from outside.
struct AdmissionLimit: Sendable, Equatable {
  /// What was seen in one interval.
  struct Seen: Sendable, Equatable {
    /// Milliseconds that the ballot waited that waited longest.
    var longestWait = 0
    /// Ballots stored.
    var stored = 0
    /// Ballots turned away by the limit.
    var turnedAway = 0
  }

  /// Milliseconds that an interval lasts.
  static let interval = 100
  /// Never fewer: without any, nobody would learn that Kafka is well again.
  static let floor = 64
  /// Where it begins: below what a broker stores in a second.
  static let start = 2_000

  /// Ballots that may wait.
  private(set) var limit: Int
  private let ceiling: Int
  private let target: Int
  /// Intervals in a row in which ballots waited and none was stored.
  private var silent = 0
  /// Intervals in which waits are still those of ballots let in before the limit fell.
  private var settling = 0

  /// - Parameters:
  ///   - ceiling: never more.
  ///   - target: milliseconds that a ballot should wait at most.
  init(ceiling: Int, target: Int) {
    self.ceiling = ceiling
    self.target = target
    limit = min(ceiling, Self.start)
  }

  /// Ends an interval.
  /// - Parameter waiting: ballots that wait now.
  mutating func adjust(to seen: Seen, waiting: Int) {
    silent = seen.stored == 0 && waiting > 0 ? silent + 1 : 0
    let wait = max(seen.longestWait, silent * Self.interval)
    if settling > 0 { settling -= 1 }
    if wait > target {
      guard settling == 0 || silent > 0 else { return }
      let fitting = min(limit, max(waiting, seen.stored)) * target / wait
      limit = min(ceiling, max(Self.floor, fitting))
      settling = wait / Self.interval
    } else if seen.turnedAway > 0 && wait < target / 2 {
      limit = min(ceiling, limit + limit / 4 + 16)
    }
  }
}
