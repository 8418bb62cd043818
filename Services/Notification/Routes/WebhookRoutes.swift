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
        return try .created(view(webhook), at: "/v1/webhooks/\(webhook.id)")
      }
    }
    return try withSecret(response)
  }

  /// The secret is put in after the response was stored for repetitions: the database must not hold it.
  private func withSecret(_ response: Response) throws -> Response {
    guard case .bytes(let bytes) = response.body else { return response }
    struct Stored: Decodable {
      let id: WebhookID
      let secretNumber: Int?
    }
    // An answer that an earlier version stored knows no numbers.
    let stored = try JSON.decode(Stored.self, from: bytes)
    var view = try JSON.decode([String: JSONValue].self, from: bytes)
    view["secret"] = .string(WebhookSecret(of: stored.id, number: stored.secretNumber ?? 1, key: key).text)
    var answer = response
    answer.body = .bytes(try JSON.encode(view))
    return answer
  }

  private func view(_ webhook: Webhook) throws -> WebhookView { try WebhookView(webhook, key: key, at: clock.now) }

  /// The body of a change.
  struct Change: Decodable, Sendable {
    let url: String
    let events: [String]
    /// Nil leaves it as it is.
    let state: WebhookView.State?
  }

  /// `PUT /v1/webhooks/{webhook}` `{"url","events","state"?}`: 200. `disabled` ends what waits; `active` brings a webhook
  /// back, whyever it was disabled.
  ///
  /// 404 unless it is the caller's, 422 as for a registration.
  func change(_ request: Request, _ body: Change) async throws -> Response {
    let id: WebhookID = try request.id("webhook")
    let owner = try request.authenticated().citizen
    var errors: [Problem.FieldError] = []
    if let fault = addresses.fault(of: body.url) { errors.append(Problem.FieldError("#/url", fault)) }
    let events = Subscription.checked(body.events, &errors)
    guard errors.isEmpty else { throw Problem.invalid(errors) }
    let now = clock.now
    let webhook = try await database.transaction { transaction in
      let former = try await transaction.webhook(id, of: owner, locked: true)
      var webhook = former.moved(to: body.url)
      webhook.events = events
      if let state = body.state { webhook = webhook.enabled(state == .active, at: now) }
      try await transaction.update(webhook)
      // Also before it is enabled: something may have been queued since by a transaction that saw it enabled before.
      if let reason = former.disabledReason ?? webhook.disabledReason {
        try await transaction.endDeliveries(to: id, reason, at: now)
      }
      return webhook
    }
    return try .json(view(webhook))
  }

  /// `POST /v1/webhooks/{webhook}/rotation`: 200 with the webhook and its new secret. For another day messages carry the
  /// signatures of both. `Idempotency-Key` honoured.
  func rotate(_ request: Request) async throws -> Response {
    let id: WebhookID = try request.id("webhook")
    let owner = try request.authenticated().citizen
    let now = clock.now
    let response = try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let webhook = try await transaction.webhook(id, of: owner, locked: true).rotated(at: now)
        try await transaction.update(webhook)
        return try .json(view(webhook))
      }
    }
    return try withSecret(response)
  }

  /// `GET /v1/webhooks`: the caller's own, all of them.
  func list(_ request: Request) async throws -> Response {
    let webhooks = try await database.webhooks(of: request.authenticated().citizen)
    return try .json(Page(webhooks, limit: webhooks.count) { "\($0.id)" }.map(view))
  }

  /// `GET /v1/webhooks/{webhook}`; 404 unless it is the caller's.
  func get(_ request: Request) async throws -> Response {
    try .json(view(try await database.webhook(request.id("webhook"), of: request.authenticated().citizen)))
  }

  /// `DELETE /v1/webhooks/{webhook}`: 204; what still waits for it is dropped. 404 unless it is the caller's.
  func delete(_ request: Request) async throws -> Response {
    let id: WebhookID = try request.id("webhook")
    let owner = try request.authenticated().citizen
    try await database.transaction { try await $0.removeWebhook(id, of: owner) }
    return .noContent
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
  let disabledReason: DisabledReason?
  /// Since when no attempt has succeeded.
  let failingSince: Date?
  /// What checks the asymmetric signatures.
  let publicKey: String
  /// How often it was rotated, and once more.
  let secretNumber: Int
  /// How long the secret before signs, too.
  let formerSecretUntil: Date?
  let formerPublicKey: String?
  /// Only in the answers to its registration and to a rotation.
  let secret: String?

  init(_ webhook: Webhook, key: [UInt8], at now: Date) throws {
    id = webhook.id
    url = webhook.url
    events = webhook.events
    state = webhook.disabledAt == nil ? .active : .disabled
    createdAt = webhook.createdAt
    disabledAt = webhook.disabledAt
    disabledReason = webhook.disabledReason
    failingSince = webhook.failingSince
    secretNumber = webhook.secretNumber
    let keys = try Webhook.secrets(webhook.secretNumber, formerUntil: webhook.formerSecretUntil, at: now).map {
      try WebhookKeys(of: webhook.id, number: $0, key: key).publicKey
    }
    publicKey = keys[0]
    formerPublicKey = keys.count > 1 ? keys[1] : nil
    formerSecretUntil = keys.count > 1 ? webhook.formerSecretUntil : nil
    secret = nil
  }
}
