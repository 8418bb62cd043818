import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit

/// The receivers that people registered, and what was sent to them.
struct Webhooks: Sendable {
  let database: Database
  let clock: WallClock
  let addresses: WebhookAddresses
  /// Secrets are derived from it.
  let key: [UInt8]
  /// Webhooks that one owner may have.
  let limit: Int

  /// The body of a registration.
  struct Registration: Decodable, Sendable {
    let url: String
    let events: [String]
  }

  /// `POST /v1/webhooks` `{"url","events"}`: 201 with the webhook and its secret (Standard Webhooks 1.0.0), which is
  /// shown here and nowhere else; `Idempotency-Key` honoured.
  ///
  /// 422 for an address that nothing is sent to, or an unknown event; 409 `too-many-webhooks`.
  func create(_ request: Request, _ body: Registration) async throws -> Response {
    let owner = try request.authenticated().citizen
    var errors: [Problem.FieldError] = []
    if let fault = addresses.fault(of: body.url) { errors.append(Problem.FieldError("#/url", fault)) }
    let events = Subscription.checked(body.events, &errors)
    guard errors.isEmpty else { throw Problem.invalid(errors) }
    let now = clock.now
    let response = try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        try await transaction.lockWebhooks(of: owner)
        guard try await transaction.webhooks(of: owner).count < limit else {
          throw Problem.conflict("too-many-webhooks", "You have \(limit) webhooks, and may have no more.")
        }
        let webhook = Webhook(id: WebhookID(), owner: owner, url: body.url, events: events, createdAt: now)
        try await transaction.insert(webhook)
        return try .created(WebhookView(webhook), at: "/v1/webhooks/\(webhook.id)")
      }
    }
    return try withSecret(response)
  }

  /// The secret is put in after the response was stored for repetitions: the database must not hold it.
  private func withSecret(_ response: Response) throws -> Response {
    guard case .bytes(let bytes) = response.body else { return response }
    var view = try JSON.decode(WebhookView.self, from: bytes)
    view.secret = WebhookSecret(of: view.id, key: key).text
    return try .created(view, at: "/v1/webhooks/\(view.id)")
  }

  /// `GET /v1/webhooks`: the caller's own, all of them.
  func list(_ request: Request) async throws -> Response {
    let webhooks = try await database.webhooks(of: request.authenticated().citizen)
    return try .json(Page(webhooks, limit: webhooks.count) { "\($0.id)" }.map(WebhookView.init))
  }

  /// `GET /v1/webhooks/{webhook}`; 404 unless it is the caller's.
  func get(_ request: Request) async throws -> Response {
    try .json(
      WebhookView(try await database.webhook(request.id("webhook"), of: request.authenticated().citizen)))
  }

  /// `DELETE /v1/webhooks/{webhook}`: 204; what still waits for it is dropped. 404 unless it is the caller's.
  func delete(_ request: Request) async throws -> Response {
    let id: WebhookID = try request.id("webhook")
    let owner = try request.authenticated().citizen
    try await database.transaction { try await $0.removeWebhook(id, of: owner) }
    return .noContent
  }

  /// `GET /v1/webhooks/{webhook}/deliveries`: the last 50, newest first; 404 unless the webhook is the caller's.
  func deliveries(_ request: Request) async throws -> Response {
    let webhook = try await database.webhook(request.id("webhook"), of: request.authenticated().citizen)
    let rows = try await database.deliveries(of: webhook.id, 50)
    return try .json(Page(rows.map(DeliveryView.init), limit: 50) { $0.id })
  }
}

/// A webhook as the API shows it.
struct WebhookView: Codable, Sendable {
  enum State: String, Codable, Sendable, CaseIterable { case active, disabled }

  let id: WebhookID
  let url: String
  let events: [String]
  let state: State
  let createdAt: Date
  let disabledAt: Date?
  /// Only in the answer to its registration.
  var secret: String?

  init(_ webhook: Webhook) {
    id = webhook.id
    url = webhook.url
    events = webhook.events
    state = webhook.disabledAt == nil ? .active : .disabled
    createdAt = webhook.createdAt
    disabledAt = webhook.disabledAt
  }
}

/// A delivery as the API shows it.
struct DeliveryView: Encodable, Sendable {
  enum State: String, Encodable, Sendable, CaseIterable, PostgresDecodable { case pending, delivered, failed }

  /// The value of `webhook-id`.
  let id: String
  let type: String
  let state: State
  let attempts: Int
  let lastStatus: Int?
  let lastError: String?
  let queuedAt: Date
  /// Only while it waits.
  let nextAttemptAt: Date?
  let finishedAt: Date?

  init(_ row: Row) throws {
    id = WebhookMessage.id(of: try row["event_id"])
    type = try row["type"]
    state = try row["state"]
    attempts = try row["attempts"]
    lastStatus = try row["last_status"]
    lastError = try row["last_error"]
    queuedAt = try row["queued_at"]
    nextAttemptAt = state == .pending ? try row["next_attempt_at"] : nil
    finishedAt = try row["finished_at"]
  }
}
