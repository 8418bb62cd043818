import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// A delivery that this process has claimed.
struct ClaimedDelivery: Sendable {
  let id: Int64
  let attempt: Int
  let webhook: WebhookID
  let url: String
  let event: UUID
  let body: [UInt8]

  init(_ row: Row) throws {
    id = try row["id"]
    attempt = try row["attempts"]
    webhook = try row["endpoint"]
    url = try row["url"]
    event = try row["event_id"]
    body = try row["body"]
  }
}

extension Transaction {
  /// Queues an event for every webhook that wants it. The webhooks' rows stay until the transaction ends, so that a
  /// deletion at the same time does not make the event fail.
  func queueDeliveries(of event: UUID, type: String, time: Date, data: [UInt8], at now: Date) async throws {
    let words = Subscription.words(for: type)
    let body = WebhookMessage.body(type: type, time: time, data: data)
    let wanted = try await query(
      """
      SELECT id FROM webhook_endpoint WHERE disabled_at IS NULL AND events && \(words) ORDER BY id FOR KEY SHARE
      """
    ).map { row throws -> WebhookID in try row["id"] }
    guard !wanted.isEmpty else { return }
    try await execute(
      """
      INSERT INTO webhook_event (id, type, body, queued_at) VALUES (\(event), \(type), \(body), \(now))
      ON CONFLICT DO NOTHING
      """)
    try await execute(
      """
      INSERT INTO webhook_delivery (endpoint, event_id, queued_at, next_attempt_at)
      SELECT id, \(event), \(now), \(now) FROM unnest(\(wanted)) AS wanted (id) ON CONFLICT DO NOTHING
      """)
  }
}

extension Database {
  /// Takes up to `limit` deliveries that are due, so that no webhook has more than `lane` at once in this process.
  ///
  /// Only the thousand that are due first are looked at; a webhook whose lane is full is passed over before, so that a
  /// receiver with a long queue does not keep the others from being seen.
  func claimDeliveries(_ limit: Int, busy: [UUID: Int], lane: Int, at now: Date) async throws -> [ClaimedDelivery] {
    let full = busy.filter { $0.value >= lane }.map(\.key)
    let endpoints = Array(busy.keys)
    let counts = endpoints.map { busy[$0] ?? 0 }
    return try await query(
      """
      WITH due AS (
        SELECT id, endpoint, next_attempt_at FROM webhook_delivery
        WHERE state = 'pending' AND next_attempt_at <= \(now) AND (claimed_until IS NULL OR claimed_until < \(now))
          AND endpoint <> ALL(\(full))
        ORDER BY next_attempt_at LIMIT 1000),
      placed AS (
        SELECT due.id, due.next_attempt_at, coalesce(busy.count, 0)
          + row_number() OVER (PARTITION BY due.endpoint ORDER BY due.next_attempt_at, due.id) AS place
        FROM due LEFT JOIN unnest(\(endpoints), \(counts)) AS busy (endpoint, count) ON busy.endpoint = due.endpoint),
      chosen AS (
        SELECT delivery.id FROM webhook_delivery delivery JOIN placed ON placed.id = delivery.id
        WHERE placed.place <= \(lane) AND delivery.state = 'pending' AND delivery.next_attempt_at <= \(now)
          AND (delivery.claimed_until IS NULL OR delivery.claimed_until < \(now))
        ORDER BY placed.next_attempt_at LIMIT \(limit) FOR UPDATE OF delivery SKIP LOCKED)
      UPDATE webhook_delivery delivery
      SET claimed_until = \(now.addingTimeInterval(Claim.seconds)), attempts = attempts + 1
      FROM chosen, webhook_endpoint endpoint, webhook_event event
      WHERE delivery.id = chosen.id AND endpoint.id = delivery.endpoint AND event.id = delivery.event_id
      RETURNING delivery.id, delivery.attempts, delivery.endpoint, endpoint.url, delivery.event_id, event.body
      """
    ).map(ClaimedDelivery.init)
  }

  /// Writes down what an attempt came to.
  func settle(_ delivery: ClaimedDelivery, _ verdict: Verdict, status: Int?, error: String?, at now: Date) async throws
  {
    guard verdict == .receiverGone else {
      return try await settle(
        .webhooks, delivery.id, attempt: delivery.attempt, verdict, error: error, status: status, at: now)
    }
    try await transaction { transaction in
      // The endpoint before its deliveries, as a deletion takes them.
      try await transaction.disable(delivery.webhook, at: now)
      try await transaction.settle(
        .webhooks, delivery.id, attempt: delivery.attempt, verdict, error: error, status: status, at: now)
      try await transaction.endDeliveries(to: delivery.webhook, at: now)
    }
  }

  /// The newest deliveries of a webhook.
  func deliveries(of webhook: WebhookID, _ limit: Int) async throws -> [Row] {
    try await query(
      """
      SELECT delivery.event_id, event.type, delivery.state, delivery.attempts, delivery.last_status,
        delivery.last_error, delivery.queued_at, delivery.next_attempt_at, delivery.finished_at
      FROM webhook_delivery delivery JOIN webhook_event event ON event.id = delivery.event_id
      WHERE delivery.endpoint = \(webhook) ORDER BY delivery.id DESC LIMIT \(limit)
      """)
  }
}
