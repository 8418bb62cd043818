import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Synchronization

/// Receives webhooks as a subscriber would, checks their signatures (Standard Webhooks 1.0.0) and remembers each once.
final class Receiver: Sendable {
  struct Message: Hashable, Sendable {
    let type: String
    let id: String
    let proposal: ProposalID
  }
  private struct State {
    var secret: HMACKey?
    var messages: Set<Message> = []
    var forged = 0
  }
  private struct Registered: Decodable {
    let id: String
    let secret: String
  }
  private struct Registration: Encodable {
    let url: String
    let events: [String]
  }

  static let loopback = "127.0.0.1"

  private let host: String
  private let server: HTTPServer
  private let state: StateBox

  private final class StateBox: Sendable {
    let state = Mutex(State())
  }

  /// - Parameters:
  ///   - host: what the Forum calls this machine; with anything but the loopback address, all addresses are listened on.
  ///   - port: 0 takes a free one.
  init(host: String, port: UInt16) throws {
    self.host = host
    let box = StateBox()
    state = box
    var configuration = HTTPServerConfiguration()
    if host != Self.loopback { configuration.address = "0.0.0.0" }
    configuration.port = port
    server = HTTPServer(configuration) { request in
      HTTPResponse(status: box.state.withLock { Self.take(request, &$0) })
    }
    try server.start()
  }

  var messages: Set<Message> { state.state.withLock { $0.messages } }
  var forged: Int { state.state.withLock { $0.forged } }

  /// - Returns: the webhook's id.
  func register(with api: ForumAPI, token: String) async throws -> String {
    let registration = Registration(url: "http://\(host):\(server.port)/", events: Checking.hookTypes)
    let registered = try await api.json(
      Registered.self, "POST", "/v1/webhooks", token: token, body: try JSON.encode(registration))
    guard registered.secret.hasPrefix("whsec_"), let secret = Base64.decode(registered.secret.dropFirst(6)) else {
      throw Failure("POST /v1/webhooks: the secret is none of Standard Webhooks")
    }
    state.state.withLock { $0.secret = HMACKey(secret) }
    return registered.id
  }

  func close() async { await server.drain(seconds: 1) }

  /// The status to answer; anything but 2xx makes the sender try again.
  private static func take(_ request: HTTPRequest, _ state: inout State) -> Int {
    struct Body: Decodable {
      struct Subject: Decodable { let proposal: ProposalID }
      let type: String
      let data: Subject
    }
    guard let secret = state.secret else { return 503 }
    guard let id = request.headers["webhook-id"], let timestamp = request.headers["webhook-timestamp"],
      let signature = request.headers["webhook-signature"],
      isSigned(id: id, timestamp: timestamp, body: request.body, signature, secret, now: Date())
    else {
      state.forged += 1
      return 401
    }
    guard let body = try? JSON.decode(Body.self, from: request.body) else { return 422 }
    state.messages.insert(Message(type: body.type, id: id, proposal: body.data.proposal))
    return 204
  }

  /// Whether one of the signatures holds, and the time is within five minutes of ours.
  static func isSigned(
    id: String, timestamp: String, body: [UInt8], _ signatures: String, _ secret: HMACKey, now: Date
  ) -> Bool {
    guard let seconds = Int(timestamp), abs(now.timeIntervalSince1970 - Double(seconds)) <= 300 else { return false }
    let expected = secret.authenticate(Array("\(id).\(timestamp).".utf8) + body)
    return signatures.split(separator: " ").contains { signature in
      signature.hasPrefix("v1,")
        && Base64.decode(signature.dropFirst(3)).map { constantTimeEqual($0, expected) } == true
    }
  }
}
