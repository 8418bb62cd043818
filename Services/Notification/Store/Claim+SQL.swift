import FoundationEssentials
import Postgres

/// A row of a queue that one process works on for a while.
enum Claim {
  /// Longer than any attempt takes, so that no second process begins while the first is at it.
  static let seconds = 60.0
  /// The queues; both have the columns that `settle` writes.
  enum Queue: String, Sendable { case mail = "outgoing_mail", webhooks = "webhook_delivery" }
}

extension QueryRunner {
  /// Writes down what an attempt came to, if nobody has claimed the row since: the number of the attempt is the fence.
  /// - Parameter status: of the answer; only webhooks have one.
  func settle(
    _ queue: Claim.Queue, _ id: Int64, attempt: Int, _ verdict: Verdict, error: String?, status: Int? = nil,
    at now: Date
  ) async throws {
    let change: Query =
      switch verdict {
      case .delivered: "state = 'delivered', finished_at = \(now)"
      case .failed, .receiverGone: "state = 'failed', finished_at = \(now)"
      case .again(let seconds): "next_attempt_at = \(now.addingTimeInterval(seconds))"
      }
    let answer: Query = queue == .webhooks ? ", last_status = \(status)" : ""
    try await execute(
      """
      UPDATE \(identifier: queue.rawValue)
      SET \(fragment: change), claimed_until = NULL, last_error = \(error)\(fragment: answer)
      WHERE id = \(id) AND attempts = \(attempt) AND state = 'pending'
      """)
  }

  /// Gives a claimed row back as if it had never been claimed: the process is asked to stop.
  func release(_ queue: Claim.Queue, _ id: Int64, attempt: Int) async throws {
    try await execute(
      """
      UPDATE \(identifier: queue.rawValue) SET claimed_until = NULL, attempts = attempts - 1
      WHERE id = \(id) AND attempts = \(attempt) AND state = 'pending'
      """)
  }

  /// How much waits, and since when the oldest does; without what nobody claims, since its webhook is disabled.
  func waiting(in queue: Claim.Queue) async throws -> (count: Int, since: Date?) {
    let claimed: Query =
      queue == .webhooks ? "AND endpoint IN (SELECT id FROM webhook_endpoint WHERE disabled_at IS NULL)" : ""
    let row = try await one(
      """
      SELECT count(*) AS count, min(queued_at) AS since FROM \(identifier: queue.rawValue)
      WHERE state = 'pending' \(fragment: claimed)
      """)
    return (try row?["count"] ?? 0, try row?["since"] ?? nil)
  }
}

extension Database {
  /// Rows that one statement forgets: few enough to end soon, and to hold nobody up.
  static var forgottenAtOnce: Int { 5_000 }

  /// Forgets what ended, or waits in vain, since before `time`.
  func forget(before time: Date, atOnce: Int = Database.forgottenAtOnce) async throws {
    try await forget("outgoing_mail", where: "finished_at < \(time)", atOnce)
    try await forget("webhook_delivery", where: "finished_at < \(time)", atOnce)
    try await forget(
      "webhook_event",
      where: """
        queued_at < \(time) AND NOT EXISTS (SELECT FROM webhook_delivery WHERE event_id = webhook_event.id)
        """, atOnce)
    try await forget("early_event", where: "came_at < \(time)", atOnce)
    try await forget("digest", where: "period < \(time)", atOnce)
  }

  /// Forgets what people were told before `time`; it goes from their inboxes.
  func forgetNotices(before time: Date) async throws {
    // One notice may be in a hundred thousand inboxes.
    try await forget("inbox_entry", where: "came_at < \(time)", Self.forgottenAtOnce)
    try await forget("notice", where: "told_at < \(time)", Self.forgottenAtOnce)
  }

  private func forget(_ table: String, where condition: Query, _ limit: Int) async throws {
    var count = limit
    while count == limit {
      try Task.checkCancellation()
      count = try await execute(
        """
        DELETE FROM \(identifier: table) WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM \(identifier: table) WHERE \(fragment: condition) LIMIT \(limit)))
        """)
    }
  }
}
