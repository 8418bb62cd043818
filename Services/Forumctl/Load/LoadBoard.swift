import Synchronization

/// How many requests went which way.
struct LoadCounts: Sendable, Equatable {
  /// Ballots, repeats included.
  var sent = 0
  var accepted = 0
  var clientErrors = 0
  var serverErrors = 0
  /// No whole answer came.
  var unknown = 0
  /// Answered with something else than 202, 4xx or 5xx.
  var other = 0
  /// Given up before a byte left: no connection, or none free in time.
  var unsent = 0
  /// Requests that must be refused, and those that were, by 4xx.
  var hostile = 0
  var hostileRefused = 0
  /// Hostile requests that were taken: 2xx.
  var hostileTaken = 0

  static func - (a: Self, b: Self) -> Self {
    LoadCounts(
      sent: a.sent - b.sent, accepted: a.accepted - b.accepted, clientErrors: a.clientErrors - b.clientErrors,
      serverErrors: a.serverErrors - b.serverErrors, unknown: a.unknown - b.unknown, other: a.other - b.other,
      unsent: a.unsent - b.unsent, hostile: a.hostile - b.hostile,
      hostileRefused: a.hostileRefused - b.hostileRefused, hostileTaken: a.hostileTaken - b.hostileTaken)
  }
}

/// What the loop's thread tells the others while it runs: ten times a second, so that it is hardly ever in its way.
final class LoadBoard: Sendable {
  private struct State {
    var counts = LoadCounts()
    /// In pieces, so that nothing is copied while the loop waits.
    var ballots: [[CastBallot]] = []
    var recent = LatencyHistogram()
    var seconds = 0.0
    var waiting = 0
  }

  /// One moment of a run.
  struct Moment: Sendable {
    let seconds: Double
    let counts: LoadCounts
    /// Due, and not sent for want of a free connection.
    let waiting: Int
    /// Of the 202 since the moment before.
    let recent: LatencyHistogram
  }

  private let state = Mutex(State())

  func report(
    _ counts: LoadCounts, _ ballots: [CastBallot], recent: LatencyHistogram, waiting: Int, seconds: Double
  ) {
    state.withLock { state in
      state.counts = counts
      if !ballots.isEmpty { state.ballots.append(ballots) }
      state.recent.add(recent)
      state.waiting = waiting
      state.seconds = seconds
    }
  }

  func moment() -> Moment {
    state.withLock { state in
      defer { state.recent = LatencyHistogram() }
      return Moment(seconds: state.seconds, counts: state.counts, waiting: state.waiting, recent: state.recent)
    }
  }

  /// The pieces that came after the first `count`.
  func ballots(after count: Int) -> [[CastBallot]] { state.withLock { Array($0.ballots.dropFirst(count)) } }
}
