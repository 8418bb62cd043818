import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What was sent to webhooks, what is sent again, and a message to try one out.
struct DeliveryLog: Sendable {
  let database: Database
  let clock: WallClock

  /// `GET /v1/webhooks/{webhook}/deliveries?after=&limit=&state=`: newest first; 404 unless the webhook is the caller's.
  func list(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    let state: DeliveryView.State? = try request.choice("state")
    let after = try request.query("after").map { text throws(Problem) in
      guard let event = WebhookMessage.event(of: text) else {
        throw .badRequest("after must be the value of next of an earlier page.")
      }
      return event
    }
    let webhook = try await database.webhook(request.id("webhook"), of: request.authenticated().citizen)
    let deliveries = try await database.deliveries(of: webhook.id, in: state, after: after, limit + 1)
    return try .json(Page(deliveries, limit: limit) { $0.id })
  }

  /// `POST /v1/webhooks/{webhook}/deliveries/{delivery}/replay`: 202 with the delivery, which is sent again under the same
  /// `webhook-id`, whatever became of it; one that waits is sent at once.
  ///
  /// 404 for what is not there (any more), 409 `webhook-disabled`.
  func replay(_ request: Request) async throws -> Response {
    guard let event = request.parameters["delivery"].flatMap(WebhookMessage.event) else {
      throw Problem.notFound("The address holds no valid identifier.")
    }
    let webhook = try await changing(request) { transaction, webhook in
      try await transaction.replay(event, to: webhook, at: clock.now)
    }
    return try .json(try await database.delivery(of: event, to: webhook), status: 202)
  }

  /// The body of a replay of all.
  struct Since: Decodable, Sendable { let since: Date }

  /// How many are sent again.
  struct Replayed: Encodable, Sendable { let replayed: Int }

  /// `POST /v1/webhooks/{webhook}/replay` `{"since"}`: 202 with the number of deliveries queued since then that have
  /// failed and are sent again, each under the same `webhook-id`.
  ///
  /// 404 unless the webhook is the caller's, 409 `webhook-disabled`.
  func replayFailed(_ request: Request, _ body: Since) async throws -> Response {
    var replayed = 0
    _ = try await changing(request) { transaction, webhook in
      replayed = try await transaction.replayFailed(since: body.since, to: webhook, at: clock.now)
    }
    return try .json(Replayed(replayed: replayed), status: 202)
  }

  /// `POST /v1/webhooks/{webhook}/ping`: 202 with the delivery of a `kr.forum.webhook.ping.v1`, whatever events the webhook
  /// asks for.
  ///
  /// 404 unless the webhook is the caller's, 409 `webhook-disabled`, 409 `ping-under-way` while another one waits.
  func ping(_ request: Request) async throws -> Response {
    let event = UUID()
    let now = clock.now
    let webhook = try await changing(request) { transaction, webhook in
      guard try await !transaction.isPinging(webhook) else {
        throw Problem.conflict("ping-under-way", "A ping waits for this webhook.")
      }
      try await transaction.queueDelivery(
        of: event, type: WebhookMessage.pingType, time: now, data: JSON.encode(["webhook": webhook]), to: [webhook],
        at: now)
    }
    return try .json(try await database.delivery(of: event, to: webhook), status: 202)
  }

  private func changing(
    _ request: Request, _ body: (Transaction, WebhookID) async throws -> Void
  ) async throws -> WebhookID {
    let id: WebhookID = try request.id("webhook")
    let owner = try request.authenticated().citizen
    try await database.transaction { transaction in
      guard try await transaction.webhook(id, of: owner, locked: true).disabledAt == nil else {
        throw Problem.conflict("webhook-disabled", "Enable the webhook first.")
      }
      try await body(transaction, id)
    }
    return id
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
