/// A logged-in connection to a broker that speaks Kafka's protocol itself, for the few requests that librdkafka does not
/// have. One request after the other.
struct BrokerSession {
  /// Which request, in which version; the numbers are Kafka's (https://kafka.apache.org/protocol#protocol_api_keys).
  struct Call {
    let key: Int16
    let version: Int16
    /// Whether its headers have tagged fields (KIP-482).
    var isFlexible = true

    /// KIP-43, with the framing of KIP-152.
    static let saslHandshake = Call(key: 17, version: 1, isFlexible: false)
    /// KIP-152.
    static let saslAuthenticate = Call(key: 36, version: 1, isFlexible: false)
  }

  private let link: BrokerLink
  private let clientID: String
  private var correlation: Int32 = 0

  /// Connects to the first of the brokers that lets itself be connected to, and logs in.
  init(_ configuration: KafkaConfiguration) throws(KafkaError) {
    let properties = configuration.properties
    let security = (properties["security.protocol"] ?? "plaintext").lowercased()
    let mechanism = properties["sasl.mechanism"] ?? properties["sasl.mechanisms"] ?? "PLAIN"
    guard ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"].contains(security) else {
      throw KafkaError(code: .invalidArgument, reason: "no security protocol: \(security)")
    }
    guard !security.hasPrefix("sasl") || mechanism == "PLAIN" else {
      throw KafkaError(
        code: .invalidArgument, reason: "users and quotas are administered with SASL PLAIN, not \(mechanism)")
    }
    clientID = configuration.clientID
    link = try Self.connect(configuration.bootstrapServers, security.hasSuffix("ssl"), properties["ssl.ca.location"])
    if security.hasPrefix("sasl") {
      try logIn(properties["sasl.username"] ?? "", properties["sasl.password"] ?? "")
    }
  }

  private static func connect(_ servers: String, _ secured: Bool, _ authority: String?) throws(KafkaError) -> BrokerLink
  {
    var last = KafkaError(code: .invalidArgument, reason: "no broker in '\(servers)'")
    for server in servers.split(separator: ",") {
      guard let colon = server.lastIndex(of: ":"), let port = UInt16(server[server.index(after: colon)...]) else {
        continue
      }
      let host = server[..<colon].drop { $0 == " " || $0 == "[" }.prefix { $0 != "]" }
      do {
        return try BrokerLink(host: String(host), port: port, secured: secured, authority: authority)
      } catch { last = error }
    }
    throw last
  }

  /// SASL PLAIN (RFC 4616) within Kafka's requests.
  private mutating func logIn(_ user: String, _ password: String) throws(KafkaError) {
    var answer = try ask(.saslHandshake) { $0.string("PLAIN") }
    try Self.check(answer.integer(), "the broker does not take SASL PLAIN here")
    answer = try ask(.saslAuthenticate) { body in
      let message = [0] + Array(user.utf8) + [0] + Array(password.utf8)
      body.integer(Int32(clamping: message.count))
      message.forEach { body.integer($0) }
    }
    let code = try answer.integer(Int16.self)
    try Self.check(code, try answer.string() ?? "the log-in as \(user) failed")
  }

  /// Sends a request and waits for its answer, which begins behind the header.
  mutating func ask(_ call: Call, _ write: (inout ProtocolWriter) -> Void) throws(KafkaError) -> ProtocolReader {
    correlation += 1
    var request = ProtocolWriter()
    request.integer(call.key)
    request.integer(call.version)
    request.integer(correlation)
    request.string(clientID)
    if call.isFlexible { request.noTags() }
    write(&request)
    var size = ProtocolWriter()
    size.integer(Int32(clamping: request.bytes.count))
    try link.write(size.bytes + request.bytes)

    var header = ProtocolReader(try link.read(4))
    let length = try header.integer(Int32.self)
    guard (4...16_777_216).contains(length) else { throw ProtocolReader.malformed }
    var answer = ProtocolReader(try link.read(Int(length)))
    guard try answer.integer(Int32.self) == correlation else { throw ProtocolReader.malformed }
    if call.isFlexible { try answer.skipTags() }
    return answer
  }

  /// Throws unless the broker's code is nought.
  static func check(_ code: Int16, _ reason: String?) throws(KafkaError) {
    if code != 0 { throw KafkaError(code: KafkaError.Code(rawValue: Int32(code)), reason: reason ?? "refused") }
  }
}
