import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension DisabledReason: PostgresEncodable, PostgresDecodable {}

/// A receiver that somebody registered.
struct Webhook: Sendable, Equatable {
  let id: WebhookID
  let owner: CitizenID
  var url: String
  var events: [String]
  let createdAt: Date
  /// Since when it gets nothing.
  var disabledAt: Date?
  var disabledReason: DisabledReason?
  /// Since when no attempt has succeeded.
  var failingSince: Date?
  /// Counts the rotations, from 1 on.
  var secretNumber = 1
  /// How long the secret before this one signs, too.
  var formerSecretUntil: Date?

  private static let rotationOverlap = 86_400.0

  /// With a new secret. The one before it signs for another day, so that the receiver can be changed meanwhile; one
  /// still older, not any more.
  func rotated(at now: Date) -> Webhook {
    var webhook = self
    webhook.secretNumber += 1
    webhook.formerSecretUntil = now.addingTimeInterval(Self.rotationOverlap)
    return webhook
  }

  /// With another address, of which it is not known whether it fails; or the same one, and as it was.
  func moved(to url: String) -> Webhook {
    var webhook = self
    if url != self.url { webhook.failingSince = nil }
    webhook.url = url
    return webhook
  }

  /// Gets nothing more, or gets things again and is as good as new.
  func enabled(_ isEnabled: Bool, at now: Date) -> Webhook {
    var webhook = self
    if isEnabled {
      webhook.disabledAt = nil
      webhook.disabledReason = nil
      webhook.failingSince = nil
    } else if disabledAt == nil {
      webhook.disabledAt = now
      webhook.disabledReason = .owner
    }
    return webhook
  }

  /// The numbers of the secrets that sign at `now`, the present one first.
  static func secrets(_ number: Int, formerUntil: Date?, at now: Date) -> [Int] {
    guard number > 1, let formerUntil, now < formerUntil else { return [number] }
    return [number, number - 1]
  }
}

extension Webhook {
  init(_ row: Row) throws {
    id = try row["id"]
    owner = try row["owner"]
    url = try row["url"]
    events = try row["events"]
    createdAt = try row["created_at"]
    disabledAt = try row["disabled_at"]
    disabledReason = try row["disabled_reason"]
    failingSince = try row["failing_since"]
    secretNumber = try row["secret_number"]
    formerSecretUntil = try row["former_secret_until"]
  }
}

extension QueryRunner {
  /// Oldest first.
  func webhooks(of owner: CitizenID) async throws -> [Webhook] {
    try await query("SELECT * FROM webhook_endpoint WHERE owner = \(owner) ORDER BY created_at, id").map(Webhook.init)
  }

  /// - Parameter isLocked: until the transaction ends, nobody else changes it.
  /// - Throws: `Problem` 404, also for a webhook of somebody else: it is none of the caller's business.
  func webhook(_ id: WebhookID, of owner: CitizenID, locked isLocked: Bool = false) async throws -> Webhook {
    let lock: Query = isLocked ? "FOR NO KEY UPDATE" : ""
    let row = try await one(
      "SELECT * FROM webhook_endpoint WHERE id = \(id) AND owner = \(owner) \(fragment: lock)")
    guard let row else { throw Problem.notFound("You have no webhook \(id).") }
    return try Webhook(row)
  }
}

extension QueryRunner {
  /// An attempt has succeeded; says nothing of the webhook when it has moved from `url` meanwhile.
  func noteSuccess(of id: WebhookID, at url: String) async throws {
    try await execute(
      """
      UPDATE webhook_endpoint SET failing_since = NULL, warned_at = NULL, failures = 0
      WHERE id = \(id) AND url = \(url) AND failing_since IS NOT NULL
      """)
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

  func update(_ webhook: Webhook) async throws {
    try await execute(
      """
      UPDATE webhook_endpoint SET url = \(webhook.url), events = \(webhook.events),
        disabled_at = \(webhook.disabledAt), disabled_reason = \(webhook.disabledReason),
        failing_since = \(webhook.failingSince),
        warned_at = CASE WHEN \(webhook.failingSince)::timestamptz IS NULL THEN NULL ELSE warned_at END,
        failures = CASE WHEN \(webhook.failingSince)::timestamptz IS NULL THEN 0 ELSE failures END,
        secret_number = \(webhook.secretNumber), former_secret_until = \(webhook.formerSecretUntil)
      WHERE id = \(webhook.id)
      """)
  }

  /// - Throws: `Problem` 404
  func removeWebhook(_ id: WebhookID, of owner: CitizenID) async throws {
    let count = try await execute("DELETE FROM webhook_endpoint WHERE id = \(id) AND owner = \(owner)")
    guard count == 1 else { throw Problem.notFound("You have no webhook \(id).") }
  }

  /// Nothing more is queued for the webhook, nothing that waits is sent, and its owner is told.
  func disable(_ id: WebhookID, _ reason: DisabledReason, at now: Date) async throws {
    let row = try await one(
      """
      UPDATE webhook_endpoint SET disabled_at = \(now), disabled_reason = \(reason)
      WHERE id = \(id) AND disabled_at IS NULL RETURNING owner, url
      """)
    if let row {
      try await tell(
        try row["owner"], WebhookLetters.disabled(try row["url"], reason), WebhookLetters.disabledType, at: now)
    }
    try await endDeliveries(to: id, reason, at: now)
  }

  /// Nothing that waits for the webhook is sent any more.
  func endDeliveries(to id: WebhookID, _ reason: DisabledReason, at now: Date) async throws {
    let text = reason == .gone ? "the receiver is gone" : "the webhook is disabled"
    try await execute(
      """
      UPDATE webhook_delivery SET state = 'failed', finished_at = \(now), claimed_until = NULL, last_error = \(text)
      WHERE endpoint = \(id) AND state = 'pending'
      """)
  }

  /// Ends what waits for webhooks that are disabled: it was queued by transactions that saw them enabled.
  func endDeliveriesToDisabled(at now: Date) async throws {
    // Nobody enables one before its deliveries have ended.
    let disabled = try await query(
      """
      SELECT id, disabled_reason FROM webhook_endpoint
      WHERE disabled_at IS NOT NULL
        AND EXISTS (SELECT FROM webhook_delivery WHERE endpoint = webhook_endpoint.id AND state = 'pending')
      ORDER BY id FOR NO KEY UPDATE
      """
    ).map { row throws -> (id: WebhookID, reason: DisabledReason) in (try row["id"], try row["disabled_reason"]) }
    for webhook in disabled { try await endDeliveries(to: webhook.id, webhook.reason, at: now) }
  }

  /// An attempt has failed: the webhook is watched from now on, its owner told in time, and it is disabled in the end.
  func noteFailure(of id: WebhookID, at now: Date) async throws {
    let row = try await one(
      """
      UPDATE webhook_endpoint SET failing_since = coalesce(failing_since, \(now)), failures = failures + 1
      WHERE id = \(id) AND disabled_at IS NULL RETURNING owner, url, failing_since, warned_at
      """)
    guard let row else { return }
    let since: Date = try row["failing_since"]
    switch FailingReceiver.step(since: since, warned: try (row["warned_at"] as Date?) != nil, at: now) {
    case .none: break
    case .disable: try await disable(id, .failing, at: now)
    case .warn:
      try await execute("UPDATE webhook_endpoint SET warned_at = \(now) WHERE id = \(id)")
      try await tell(
        try row["owner"], WebhookLetters.failing(try row["url"], since: since), WebhookLetters.failingType, at: now)
    }
  }

  private func tell(_ owner: CitizenID, _ notice: Notice, _ type: String, at now: Date) async throws {
    let event = UUID()
    try await keep(notice, of: event, type: type, about: nil, title: nil, at: now)
    try await tell(event, to: notice.audience, owner, at: now)
  }
}
