import FoundationEssentials
import Postgres
import ServiceKit
import Synchronization

/// The figures of a queue.
final class QueueFigures: Sendable {
  private let queue: Claim.Queue
  private let delivered: Counter
  private let postponed: Counter
  private let failed: Counter
  private let waiting = Mutex<(count: Int, since: Date?)>((0, nil))

  /// - Parameter kind: `mail` or `webhook`.
  init(_ queue: Claim.Queue, kind: String, _ metrics: Metrics, clock: WallClock) {
    self.queue = queue
    func counter(_ result: String) -> Counter {
      metrics.counter(
        "forum_notification_attempts_total", "Attempts to deliver, by what followed.", ["kind": kind, "result": result])
    }
    delivered = counter("delivered")
    postponed = counter("postponed")
    failed = counter("failed")
    metrics.gauge("forum_notification_waiting", "What waits to be delivered.", ["kind": kind]) { [self] in
      Double(waiting.withLock { $0.count })
    }
    metrics.gauge(
      "forum_notification_oldest_waiting_seconds", "Age of the oldest that waits to be delivered.", ["kind": kind]
    ) { [self] in waiting.withLock { $0.since }.map { max(0, clock.now.timeIntervalSince($0)) } ?? 0 }
  }

  func count(_ verdict: Verdict) {
    switch verdict {
    case .delivered: delivered.add()
    case .again: postponed.add()
    case .failed, .receiverGone: failed.add()
    }
  }

  /// Looks at the queue; the gauges show this until the next look.
  func look(at database: Database) async throws {
    let found = try await database.waiting(in: queue)
    waiting.withLock { $0 = found }
  }
}
