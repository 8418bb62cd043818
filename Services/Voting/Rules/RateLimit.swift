/// So many a minute or an hour, and so many at once: the generic cell rate algorithm (GCRA, ITU-T I.371), which needs one number a
/// caller. Times are microseconds of any clock that does not go back.
struct RateLimit: Sendable, Equatable {
  /// What becomes of one more.
  enum Decision: Sendable, Equatable {
    /// It may come; the number to keep for the next time.
    case allowed(next: Int64)
    /// It may come after so many microseconds.
    case refused(wait: Int64)
  }

  private let interval: Int64
  private let tolerance: Int64

  /// - Parameters:
  ///   - rate: how many in each period, for ever.
  ///   - burst: how many at once of someone who has not come for long.
  ///   - seconds: the period; a minute unless said otherwise.
  init?(rate: Int, burst: Int, per seconds: Int64 = 60) {
    guard rate > 0, burst > 0 else { return nil }
    interval = max(1, seconds * 1_000_000 / Int64(rate))
    tolerance = interval * Int64(burst - 1)
  }

  /// - Parameter due: the number that was kept; anything in the past for someone who has not come before.
  func decide(_ due: Int64, at now: Int64) -> Decision {
    let start = max(due, now)
    let ahead = start - now - tolerance
    return ahead > 0 ? .refused(wait: ahead) : .allowed(next: start + interval)
  }
}

/// What is kept of callers under a limit, in a fixed amount of memory.
///
/// Each key has a set of four places. When all are taken, the caller is forgotten whose number is the oldest: as a rule
/// one whose limit has long recovered. Where it has not, it gets more than its limit, and that is counted: the memory
/// fails open.
struct RateMemory: Sendable {
  private struct Place: Sendable {
    var key: UInt64 = 0
    var due: Int64 = 0
  }

  private static let ways = 4
  private var places: [Place]
  private let mask: UInt64

  /// - Parameter capacity: callers kept at most; a power of two.
  init(capacity: Int) {
    var size = Self.ways
    while size < capacity { size *= 2 }
    places = Array(repeating: Place(), count: size)
    mask = UInt64(size / Self.ways - 1)
  }

  /// One more of a caller.
  /// - Parameter key: a number that nobody outside can choose.
  /// - Returns: microseconds to wait, 0 if it may come, and whether someone was forgotten too early for it.
  mutating func take(_ key: UInt64, _ limit: RateLimit, at now: Int64) -> (wait: Int64, forgot: Bool) {
    let start = Int(truncatingIfNeeded: key & mask) * Self.ways
    var oldest = start
    for index in start..<start + Self.ways {
      if places[index].key == key {
        switch limit.decide(places[index].due, at: now) {
        case .refused(let wait): return (wait, false)
        case .allowed(let next):
          places[index].due = next
          return (0, false)
        }
      }
      if places[index].due < places[oldest].due { oldest = index }
    }
    guard case .allowed(let next) = limit.decide(0, at: now) else { return (0, false) }
    let forgot = places[oldest].due > now
    places[oldest] = Place(key: key, due: next)
    return (0, forgot)
  }
}
