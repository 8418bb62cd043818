import Contracts
import Crypto
import FailPoints
import FoundationEssentials
import HTTPClient
import Postgres
import ServiceKit

/// The deliveries to webhooks (Standard Webhooks 1.0.0).
struct WebhookQueue: Sendable {
  /// So many times more may hang than are sent at once; see `Sender`.
  private static let slowness = 8

  let database: Database
  let clock: WallClock
  let client: HTTPClient
  var addresses: WebhookAddresses
  let key: [UInt8]
  let figures: QueueFigures
  let log: Log
  /// Seconds for one request.
  var timeout = 15.0

  /// Connections that the client must have.
  static func connections(atOnce: Int) -> Int { slowness * (atOnce + share(of: atOnce)) }

  /// Sends until the task is cancelled. Receivers that fail have places of their own, a quarter as many: however many
  /// they are, those that take what they get do not wait for them.
  func run(atOnce: Int) async {
    async let failing: Void = sender(.failing, atOnce: Self.share(of: atOnce)).run()
    await sender(.healthy, atOnce: atOnce).run()
    await failing
  }

  private static func share(of atOnce: Int) -> Int { max(1, atOnce / 4) }

  private func sender(_ group: DeliveryClass, atOnce: Int) -> Sender<ClaimedDelivery> {
    Sender(
      atOnce: atOnce, atMost: Self.slowness * atOnce, log: log,
      claim: { try await database.claimDeliveries($0, of: group, besides: $1, at: clock.now) },
      receiver: { $0.webhook.uuid }, send: { await send($0) })
  }

  private func send(_ delivery: ClaimedDelivery) async {
    FailPoint.reach("webhook-claimed")
    // The address was allowed when it was registered; the settings may have changed since.
    guard let policy = addresses.policy(for: delivery.url) else {
      return await settle(delivery, .unanswered, reason(of: .refusedAddress("")))
    }
    do {
      let response = try await client.send(try request(for: delivery, policy))
      FailPoint.reach("webhook-sent")
      let retryAfter = response.header("retry-after").flatMap { RetryAfter.seconds($0, now: clock.now) }
      await settle(delivery, .answered(response.status, retryAfter: retryAfter), nil)
      FailPoint.reach("webhook-settled")
    } catch ClientError.cancelled, ClientError.closed {
      await release(delivery)
    } catch let error as ClientError {
      await settle(delivery, .unanswered, reason(of: error))
    } catch {
      log.error("delivery not signed", ["webhook": "\(delivery.webhook)", "error": "\(error)"])
      await settle(delivery, .unanswered, "the message could not be signed")
    }
  }

  private func request(for delivery: ClaimedDelivery, _ policy: AddressPolicy) throws(KeyError) -> ClientRequest {
    let id = WebhookMessage.id(of: delivery.event)
    let timestamp = Int(clock.now.timeIntervalSince1970)
    var signatures: [String] = []
    for number in Webhook.secrets(delivery.secretNumber, formerUntil: delivery.formerSecretUntil, at: clock.now) {
      let keys = try WebhookKeys(of: delivery.webhook, number: number, key: key)
      signatures.append(keys.signatures(id: id, timestamp: timestamp, body: delivery.body))
    }
    return ClientRequest(
      method: "POST", url: delivery.url,
      headers: [
        ("content-type", "application/json"), ("webhook-id", id), ("webhook-timestamp", "\(timestamp)"),
        ("webhook-signature", signatures.joined(separator: " ")),
      ],
      body: delivery.body, timeout: timeout,
      allowedAddresses: policy)
  }

  private func settle(_ delivery: ClaimedDelivery, _ outcome: WebhookOutcome, _ error: String?) async {
    let verdict = outcome.verdict(afterAttempt: delivery.attemptOfSchedule, chance: .random(in: 0...1))
    let status: Int? = if case .answered(let status, _) = outcome { status } else { nil }
    do {
      try await shielded {
        let settled = try await database.settle(delivery, verdict, status: status, error: error, at: clock.now)
        figures.count(settled)
        if settled == .receiverGone { log.info("webhook is gone", ["webhook": "\(delivery.webhook)"]) }
      }
    } catch { log.warning("delivery not settled", ["webhook": "\(delivery.webhook)", "error": "\(error)"]) }
  }

  private func release(_ delivery: ClaimedDelivery) async {
    // If this fails, the claim expires by itself.
    try? await shielded { try await database.release(.webhooks, delivery.id, attempt: delivery.attempt) }
  }

  /// What the owner of the webhook reads: coarse, so that nobody can look around in a network by our answers.
  private func reason(of error: ClientError) -> String {
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
