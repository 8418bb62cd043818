import Contracts
import FoundationEssentials
import HTTPClient
import Postgres
import ServiceKit

/// The deliveries to webhooks (Standard Webhooks 1.0.0).
struct WebhookQueue: Sendable {
  /// Of one webhook, in one process.
  static let lane = 4
  static let timeout = 15.0

  let database: Database
  let clock: WallClock
  let client: HTTPClient
  let addresses: WebhookAddresses
  let key: [UInt8]
  let figures: QueueFigures
  let log: Log

  func sender(atOnce: Int) -> Sender<ClaimedDelivery> {
    Sender(
      atOnce: atOnce, log: log,
      claim: { try await database.claimDeliveries($0, busy: $1, lane: Self.lane, at: clock.now) },
      receiver: { $0.webhook.uuid }, send: { await send($0) })
  }

  private func send(_ delivery: ClaimedDelivery) async {
    do {
      let response = try await client.send(request(for: delivery))
      let retryAfter = response.header("retry-after").flatMap { RetryAfter.seconds($0, now: clock.now) }
      await settle(delivery, .answered(response.status, retryAfter: retryAfter), nil)
    } catch {
      switch error {
      case .cancelled, .closed: await release(delivery)
      default: await settle(delivery, .unanswered, Self.reason(of: error))
      }
    }
  }

  private func request(for delivery: ClaimedDelivery) -> ClientRequest {
    let id = WebhookMessage.id(of: delivery.event)
    let timestamp = Int(clock.now.timeIntervalSince1970)
    let secret = WebhookSecret(of: delivery.webhook, key: key)
    return ClientRequest(
      method: "POST", url: delivery.url,
      headers: [
        ("content-type", "application/json"), ("webhook-id", id), ("webhook-timestamp", "\(timestamp)"),
        ("webhook-signature", secret.signature(id: id, timestamp: timestamp, body: delivery.body)),
      ],
      body: delivery.body, timeout: Self.timeout,
      // The address was allowed when it was registered; the settings may have changed since.
      allowedAddresses: addresses.policy(for: delivery.url) ?? .publicOnly)
  }

  private func settle(_ delivery: ClaimedDelivery, _ outcome: WebhookOutcome, _ error: String?) async {
    let verdict = outcome.verdict(afterAttempt: delivery.attempt, chance: .random(in: 0...1))
    let status: Int? = if case .answered(let status, _) = outcome { status } else { nil }
    figures.count(verdict)
    if verdict == .receiverGone { log.info("webhook is gone", ["webhook": "\(delivery.webhook)"]) }
    do {
      try await shielded {
        try await database.settle(delivery, verdict, status: status, error: error, at: clock.now)
      }
    } catch { log.warning("delivery not settled", ["webhook": "\(delivery.webhook)", "error": "\(error)"]) }
  }

  private func release(_ delivery: ClaimedDelivery) async {
    // If this fails, the claim expires by itself.
    try? await shielded { try await database.release(.webhooks, delivery.id, attempt: delivery.attempt) }
  }

  /// What the owner of the webhook reads: coarse, so that nobody can look around in a network by our answers.
  private static func reason(of error: ClientError) -> String {
    switch error {
    case .refusedAddress: "the address is not allowed"
    case .timedOut: "no answer within \(Int(timeout)) seconds"
    case .connectionFailed: "no connection, or no valid certificate"
    case .connectionLost: "the connection broke before the answer"
    case .responseTooLarge: "the answer is too long"
    case .invalidURL, .invalidRequest: "the address cannot be used"
    case .cancelled, .closed, .other: "the request failed"
    }
  }
}
