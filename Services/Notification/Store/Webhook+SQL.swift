import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// A receiver that somebody registered.
struct Webhook: Sendable, Equatable {
  let id: WebhookID
  let owner: CitizenID
  let url: String
  let events: [String]
  let createdAt: Date
  /// Since when it gets nothing, because it answered 410.
  var disabledAt: Date?
}

extension Webhook {
  init(_ row: Row) throws {
    id = try row["id"]
    owner = try row["owner"]
    url = try row["url"]
    events = try row["events"]
    createdAt = try row["created_at"]
    disabledAt = try row["disabled_at"]
  }
}

extension QueryRunner {
  /// Oldest first.
  func webhooks(of owner: CitizenID) async throws -> [Webhook] {
    try await query(
      """
      SELECT id, owner, url, events, created_at, disabled_at FROM webhook_endpoint
      WHERE owner = \(owner) ORDER BY created_at, id
      """
    ).map(Webhook.init)
  }

  /// - Throws: `Problem` 404, also for a webhook of somebody else: it is none of the caller's business.
  func webhook(_ id: WebhookID, of owner: CitizenID) async throws -> Webhook {
    let row = try await one(
      """
      SELECT id, owner, url, events, created_at, disabled_at FROM webhook_endpoint
      WHERE id = \(id) AND owner = \(owner)
      """)
    guard let row else { throw Problem.notFound("You have no webhook \(id).") }
    return try Webhook(row)
  }
}

extension Transaction {
  /// Until the transaction ends, nobody else registers a webhook for this owner.
  func lockWebhooks(of owner: CitizenID) async throws {
    try await execute("SELECT pg_advisory_xact_lock(hashtextextended(\("webhooks of \(owner)"), 0))")
  }

  func insert(_ webhook: Webhook) async throws {
    try await execute(
      """
      INSERT INTO webhook_endpoint (id, owner, url, events, created_at)
      VALUES (\(webhook.id), \(webhook.owner), \(webhook.url), \(webhook.events), \(webhook.createdAt))
      """)
  }

  /// - Throws: `Problem` 404
  func removeWebhook(_ id: WebhookID, of owner: CitizenID) async throws {
    let count = try await execute("DELETE FROM webhook_endpoint WHERE id = \(id) AND owner = \(owner)")
    guard count == 1 else { throw Problem.notFound("You have no webhook \(id).") }
  }

  /// The receiver said that it is gone: nothing more is queued for it.
  func disable(_ id: WebhookID, at now: Date) async throws {
    try await execute("UPDATE webhook_endpoint SET disabled_at = coalesce(disabled_at, \(now)) WHERE id = \(id)")
  }

  /// What still waits for a receiver that is gone.
  func endDeliveries(to id: WebhookID, at now: Date) async throws {
    try await execute(
      """
      UPDATE webhook_delivery SET state = 'failed', finished_at = \(now), claimed_until = NULL,
        last_error = 'the receiver is gone'
      WHERE endpoint = \(id) AND state = 'pending'
      """)
  }
}
