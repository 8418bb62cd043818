import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// A delivery that this process has claimed.
struct ClaimedDelivery: Sendable {
  let id: Int64
  /// The fence of the claim.
  let attempt: Int
  /// Which attempt of the schedule it is; a replay begins anew.
  let attemptOfSchedule: Int
  let webhook: WebhookID
  let url: String
  let event: UUID
  let body: [UInt8]
  let secretNumber: Int
  let formerSecretUntil: Date?

  init(_ row: Row) throws {
    id = try row["id"]
    attempt = try row["attempts"]
    attemptOfSchedule = attempt - (try row["attempts_before"])
    webhook = try row["endpoint"]
    url = try row["url"]
    event = try row["event_id"]
    body = try row["body"]
    secretNumber = try row["secret_number"]
    formerSecretUntil = try row["former_secret_until"]
  }
}

extension Transaction {
  /// Queues an event for every webhook that wants it. The webhooks' rows stay until the transaction ends, so that a
  /// deletion at the same time does not make the event fail. They can be disabled meanwhile: an event with many readers
  /// must not hold up what all attempts come to. `endDeliveriesToDisabled` ends what is queued for them all the same.
  func queueDeliveries(of event: UUID, type: String, time: Date, data: [UInt8], at now: Date) async throws {
    let words = Subscription.words(for: type)
    let wanted = try await query(
      """
      SELECT id FROM webhook_endpoint WHERE disabled_at IS NULL AND events && \(words) ORDER BY id FOR KEY SHARE
      """
    ).map { row throws -> WebhookID in try row["id"] }
    try await queueDelivery(of: event, type: type, time: time, data: data, to: wanted, at: now)
  }

  /// Queues an event for these webhooks.
  func queueDelivery(
    of event: UUID, type: String, time: Date, data: [UInt8], to webhooks: [WebhookID], at now: Date
  ) async throws {
    guard !webhooks.isEmpty else { return }
    let body = WebhookMessage.body(type: type, time: time, data: data)
    try await execute(
      """
      INSERT INTO webhook_event (id, type, body, queued_at) VALUES (\(event), \(type), \(body), \(now))
      ON CONFLICT DO NOTHING
      """)
    try await execute(
      """
      INSERT INTO webhook_delivery (endpoint, event_id, queued_at, next_attempt_at)
      SELECT id, \(event), \(now), \(now) FROM unnest(\(webhooks)) AS wanted (id) ON CONFLICT DO NOTHING
      """)
  }

  /// Queues a delivery anew, whatever became of it, or makes one that waits due at once. It keeps its id.
  /// - Throws: `Problem` 404
  func replay(_ event: UUID, to webhook: WebhookID, at now: Date) async throws {
    let count = try await execute(
      """
      UPDATE webhook_delivery
      SET attempts_before = CASE state WHEN 'pending' THEN attempts_before ELSE attempts END, state = 'pending',
        next_attempt_at = \(now), finished_at = NULL
      WHERE endpoint = \(webhook) AND event_id = \(event)
      """)
    guard count == 1 else { throw Problem.notFound("There is no delivery \(WebhookMessage.id(of: event)) (any more).") }
  }

  /// Queues anew what was queued since a time and has failed.
  /// - Returns: how many.
  func replayFailed(since time: Date, to webhook: WebhookID, at now: Date) async throws -> Int {
    try await execute(
      """
      UPDATE webhook_delivery
      SET attempts_before = attempts, state = 'pending', next_attempt_at = \(now), finished_at = NULL
      WHERE endpoint = \(webhook) AND state = 'failed' AND queued_at >= \(time)
      """)
  }

  /// Whether a ping waits for the webhook.
  func isPinging(_ webhook: WebhookID) async throws -> Bool {
    try await one(
      """
      SELECT 1 AS yes FROM webhook_delivery delivery JOIN webhook_event event ON event.id = delivery.event_id
      WHERE endpoint = \(webhook) AND state = 'pending' AND event.type = \(WebhookMessage.pingType) LIMIT 1
      """) != nil
  }
}

extension Database {
  /// Writes down what an attempt came to, for the delivery and for its webhook. What failed at an address that the
  /// webhook has left meanwhile is due at the new one at once, and says nothing of the webhook.
  /// - Returns: what follows from the attempt.
  @discardableResult
  func settle(
    _ delivery: ClaimedDelivery, _ verdict: Verdict, status: Int?, error: String?, at now: Date
  ) async throws -> Verdict {
    if verdict == .delivered {
      // First: whoever dies in between sends it once more. Others may have failed since this one was claimed.
      try await noteSuccess(of: delivery.webhook, at: delivery.url)
      try await settle(
        .webhooks, delivery.id, attempt: delivery.attempt, verdict, error: error, status: status, at: now)
      return verdict
    }
    return try await transaction { transaction in
      // The webhook before its deliveries, as a deletion takes them.
      let webhook = try await transaction.one(
        "SELECT url FROM webhook_endpoint WHERE id = \(delivery.webhook) FOR NO KEY UPDATE")
      let hasMoved = try webhook.map { try $0["url"] != delivery.url } ?? false
      let verdict = hasMoved ? .again(after: 0) : verdict
      try await transaction.settle(
        .webhooks, delivery.id, attempt: delivery.attempt, verdict, error: error, status: status, at: now)
      guard !hasMoved else { return verdict }
      switch verdict {
      case .delivered: break
      case .again, .failed: try await transaction.noteFailure(of: delivery.webhook, at: now)
      case .receiverGone: try await transaction.disable(delivery.webhook, .gone, at: now)
      }
      return verdict
    }
  }

  /// The deliveries of a webhook, newest first.
  /// - Parameters:
  ///   - state: nil for all.
  ///   - after: the event of the delivery that the page begins behind; nil: from the newest on.
  func deliveries(of webhook: WebhookID, in state: DeliveryView.State?, after: UUID?, _ limit: Int) async throws
    -> [DeliveryView]
  {
    try await query(
      """
      SELECT delivery.event_id, event.type, delivery.state, delivery.attempts, delivery.last_status,
        delivery.last_error, delivery.queued_at, delivery.next_attempt_at, delivery.finished_at
      FROM webhook_delivery delivery JOIN webhook_event event ON event.id = delivery.event_id
      WHERE delivery.endpoint = \(webhook) AND (\(state?.rawValue)::text IS NULL OR delivery.state = \(state?.rawValue))
        AND (\(after)::uuid IS NULL OR delivery.id < (
          SELECT id FROM webhook_delivery WHERE endpoint = \(webhook) AND event_id = \(after)))
      ORDER BY delivery.id DESC LIMIT \(limit)
      """
    ).map(DeliveryView.init)
  }

  /// - Throws: `Problem` 404
  func delivery(of event: UUID, to webhook: WebhookID) async throws -> DeliveryView {
    let row = try await one(
      """
      SELECT delivery.event_id, event.type, delivery.state, delivery.attempts, delivery.last_status,
        delivery.last_error, delivery.queued_at, delivery.next_attempt_at, delivery.finished_at
      FROM webhook_delivery delivery JOIN webhook_event event ON event.id = delivery.event_id
      WHERE delivery.endpoint = \(webhook) AND delivery.event_id = \(event)
      """)
    guard let row else { throw Problem.notFound("There is no delivery \(WebhookMessage.id(of: event)) (any more).") }
    return try DeliveryView(row)
  }
}
