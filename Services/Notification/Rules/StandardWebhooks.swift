import Contracts
import Crypto
import FoundationEssentials

/// What signs the messages to one webhook (Standard Webhooks 1.0.0): a secret that its receiver and we alone know, and a
/// key pair of which the receiver knows the public half. Receivers check what suits them.
///
/// Both are derived from the service's key, the webhook's id and the number of the secret whenever they are needed: the
/// database holds no secret.
struct WebhookKeys: Sendable {
  let secret: WebhookSecret
  private let signer: Ed25519PrivateKey

  /// - Parameters:
  ///   - number: counts the rotations, from 1 on.
  ///   - key: 32 bytes that only this service has.
  /// - Throws: never, since 32 bytes are a seed.
  init(of webhook: WebhookID, number: Int, key: [UInt8]) throws(KeyError) {
    secret = WebhookSecret(of: webhook, number: number, key: key)
    signer = try Ed25519PrivateKey(
      seed: hkdf(key: key, salt: webhook.bytes, info: Array("webhook-signer/v1/\(number)".utf8), length: 32))
  }

  /// As receivers' libraries take it.
  var publicKey: String { "whpk_" + Base64.encode(signer.publicKey.bytes) }

  /// Both signatures, separated by a space.
  /// - Parameter timestamp: seconds since 1970, of the attempt.
  func signatures(id: String, timestamp: Int, body: [UInt8]) -> String {
    let content = WebhookMessage.signedContent(id: id, timestamp: timestamp, body: body)
    return secret.signature(id: id, timestamp: timestamp, body: body) + " v1a," + Base64.encode(signer.sign(content))
  }
}

/// What a receiver and we alone know.
struct WebhookSecret: Sendable {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  init(of webhook: WebhookID, number: Int = 1, key: [UInt8]) {
    // The first had no number when there was no rotation, and receivers know it.
    let name = number == 1 ? "webhook-secret/v1" : "webhook-secret/v1/\(number)"
    bytes = hkdf(key: key, salt: webhook.bytes, info: Array(name.utf8), length: 32)
  }

  /// As receivers' libraries take it.
  var text: String { "whsec_" + Base64.encode(bytes) }

  /// One signature of `webhook-signature`.
  /// - Parameter timestamp: seconds since 1970, of the attempt.
  func signature(id: String, timestamp: Int, body: [UInt8]) -> String {
    let content = WebhookMessage.signedContent(id: id, timestamp: timestamp, body: body)
    return "v1," + Base64.encode(HMACKey(bytes).authenticate(content))
  }
}

/// What is sent to a webhook.
enum WebhookMessage {
  /// The type of what is sent to try a webhook out, whatever events it asks for.
  static let pingType = "kr.forum.webhook.ping.v1"
  private static let prefix = "evt_"

  /// The same for every attempt, every replay and every receiver; without a dot, since dots separate the signed parts.
  static func id(of event: UUID) -> String { prefix + event.uuidString.lowercased() }

  /// - Returns: nil for what is no `id(of:)`.
  static func event(of id: String) -> UUID? {
    guard id.hasPrefix(prefix) else { return nil }
    return Identifier<WebhookKind>(String(id.dropFirst(prefix.count)))?.uuid
  }

  /// What signatures are made of.
  static func signedContent(id: String, timestamp: Int, body: [UInt8]) -> [UInt8] {
    Array("\(id).\(timestamp).".utf8) + body
  }

  /// The content.
  /// - Parameter data: JSON.
  static func body(type: String, time: Date, data: [UInt8]) -> [UInt8] {
    // Type names and times hold nothing that JSON would escape.
    Array("{\"type\":\"\(type)\",\"timestamp\":\"\(JSON.timestamp(time))\",\"data\":".utf8) + data + Array("}".utf8)
  }
}
