import Contracts
import Crypto
import FoundationEssentials

/// What a receiver and we alone know (Standard Webhooks 1.0.0).
///
/// It is derived from the service's key and the webhook's id whenever it is needed: the database holds no secret.
struct WebhookSecret: Sendable {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// - Parameter key: 32 bytes that only this service has.
  init(of webhook: WebhookID, key: [UInt8]) {
    bytes = hkdf(key: key, salt: webhook.bytes, info: Array("webhook-secret/v1".utf8), length: 32)
  }

  /// As receivers' libraries take it.
  var text: String { "whsec_" + Base64.encode(bytes) }

  /// The value of `webhook-signature`.
  /// - Parameter timestamp: seconds since 1970, of the attempt.
  func signature(id: String, timestamp: Int, body: [UInt8]) -> String {
    "v1," + Base64.encode(HMACKey(bytes).authenticate(Array("\(id).\(timestamp).".utf8) + body))
  }
}

/// What is sent to a webhook.
enum WebhookMessage {
  /// The same for every attempt and every receiver; without a dot, since dots separate the signed parts.
  static func id(of event: UUID) -> String { "evt_" + event.uuidString.lowercased() }

  /// The content.
  /// - Parameter data: JSON.
  static func body(type: String, time: Date, data: [UInt8]) -> [UInt8] {
    // Type names and times hold nothing that JSON would escape.
    Array("{\"type\":\"\(type)\",\"timestamp\":\"\(JSON.timestamp(time))\",\"data\":".utf8) + data + Array("}".utf8)
  }
}
