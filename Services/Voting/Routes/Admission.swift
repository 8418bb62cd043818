import ServiceKit
import Synchronization

/// Lets ballots in as long as Kafka stores them soon enough, and turns the others away before any work is done for them:
/// a ballot that would wait long is better cast again than kept.
final class Admission: Sendable {
  private struct Adapting {
    var limit: AdmissionLimit
    var seen = AdmissionLimit.Seen()
    var intervalEnds: ContinuousClock.Instant
  }

  private let adapting: Mutex<Adapting>
  private let limit: Atomic<Int>
  private let waiting: @Sendable () -> Int
  private let shed: Counter

  /// - Parameters:
  ///   - waiting: how many ballots wait for Kafka.
  ///   - shed: counts those turned away.
  init(_ limit: AdmissionLimit, waiting: @escaping @Sendable () -> Int, shed: Counter) {
    self.limit = Atomic(limit.limit)
    self.waiting = waiting
    self.shed = shed
    adapting = Mutex(Adapting(limit: limit, intervalEnds: .now + .milliseconds(AdmissionLimit.interval)))
  }

  /// Ballots that may wait at the moment.
  var present: Int { limit.load(ordering: .relaxed) }

  /// Nil if there is room for one more ballot; else what to tell the voter.
  @Sendable func refusal() -> Problem? {
    guard waiting() >= present else { return nil }
    shed.add()
    see { $0.turnedAway += 1 }
    return .unavailable("More ballots are waiting than can be taken. Cast yours again.", retryAfter: 2)
  }

  /// A ballot has been stored.
  func stored(after wait: Duration) {
    let milliseconds = Int(wait.components.seconds * 1_000 + wait.components.attoseconds / 1_000_000_000_000_000)
    see {
      $0.stored += 1
      $0.longestWait = max($0.longestWait, milliseconds)
    }
  }

  /// A ballot has not been stored in the time that Kafka is given.
  func failed() { see { _ in } }

  private func see(_ body: (inout AdmissionLimit.Seen) -> Void) {
    let now = ContinuousClock.now
    adapting.withLock { adapting in
      body(&adapting.seen)
      guard now >= adapting.intervalEnds else { return }
      adapting.limit.adjust(to: adapting.seen, waiting: waiting())
      adapting.seen = AdmissionLimit.Seen()
      adapting.intervalEnds = now + .milliseconds(AdmissionLimit.interval)
      limit.store(adapting.limit.limit, ordering: .relaxed)
    }
  }
}
