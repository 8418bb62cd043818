import Contracts
import FoundationEssentials
import HTTPClient

/// The Forum's public HTTP API, as any client uses it.
struct ForumAPI: Sendable {
  private let client: HTTPClient
  private let base: String
  /// How long the Forum may be away before a call gives up.
  let patience: Duration

  /// - Parameter base: where the Forum is, such as `http://127.0.0.1:8080`.
  init(base: String, connections: Int, patience: Duration = .seconds(120)) {
    client = HTTPClient(connections: connections, userAgent: "forumctl")
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    self.patience = patience
  }

  /// One attempt.
  func once(
    _ method: String, _ path: String, token: String? = nil, key: String? = nil, body: [UInt8] = [], timeout: Double = 15
  ) async throws(ClientError) -> ClientResponse {
    var headers: [(String, String)] = []
    if let token { headers.append(("authorization", "Bearer \(token)")) }
    if let key { headers.append(("idempotency-key", "\"\(key)\"")) }
    if !body.isEmpty { headers.append(("content-type", "application/json")) }
    return try await client.send(
      ClientRequest(
        method: method, url: base + path, headers: headers, body: body, timeout: timeout,
        maximumResponseBytes: 8 << 20))
  }

  /// Repeats until there is a final answer: neither 429, 5xx nor one of `pending`.
  /// - Parameter pending: statuses that mean "not yet" here, such as 404 while an event is on its way.
  /// - Throws: `Failure` when there is none in time, with the last answer.
  func call(
    _ method: String, _ path: String, token: String? = nil, key: String? = nil, body: [UInt8] = [],
    pending: Set<Int> = []
  ) async throws -> ClientResponse {
    let end = ContinuousClock.now + patience
    var backOff = BackOff()
    while true {
      let last: String
      do {
        let response = try await once(method, path, token: token, key: key, body: body)
        if !Self.isTemporary(response.status), !pending.contains(response.status) { return response }
        last = "\(response.status) \(Self.excerpt(response))"
      } catch { last = "\(error)" }
      guard ContinuousClock.now < end else {
        throw Failure("\(method) \(path): no answer in time; the last was \(last)")
      }
      try await Task.sleep(for: backOff.next())
    }
  }

  /// A call whose answer must be a success with JSON.
  /// - Throws: `Failure` with status and body.
  func json<Value: Decodable>(
    _ type: Value.Type = Value.self, _ method: String, _ path: String, token: String? = nil, key: String? = nil,
    body: [UInt8] = [], pending: Set<Int> = []
  ) async throws -> Value {
    let response = try await call(method, path, token: token, key: key, body: body, pending: pending)
    guard (200..<300).contains(response.status) else {
      throw Failure("\(method) \(path) answers \(response.status) \(Self.excerpt(response))")
    }
    do { return try JSON.decode(type, from: response.body) } catch {
      throw Failure("\(method) \(path): the answer is not what was expected: \(Self.excerpt(response))")
    }
  }

  /// All items of a list, page by page.
  func all<Item: Decodable>(_ type: Item.Type = Item.self, _ path: String, token: String? = nil) async throws -> [Item]
  {
    var items: [Item] = []
    var after = ""
    while true {
      let page = try await json(ListPage<Item>.self, "GET", "\(path)?limit=100\(after)", token: token)
      items += page.items
      guard let next = page.next else { return items }
      after = "&after=\(percentEncoded(next))"
    }
  }

  func close() { client.close() }

  /// Whether the same request may succeed later.
  static func isTemporary(_ status: Int) -> Bool { status == 429 || status >= 500 }

  static func excerpt(_ response: ClientResponse) -> String {
    String(decoding: response.body.prefix(400), as: UTF8.self)
  }
}

/// One page of a list.
private struct ListPage<Item: Decodable>: Decodable {
  let items: [Item]
  let next: String?
}

/// Pauses that double from 50 ms to 2 s, drawn at random so that many clients do not come back together.
struct BackOff: Sendable {
  private var limit = 0.05

  mutating func next() -> Duration {
    defer { limit = min(limit * 2, 2) }
    return .seconds(limit * Double.random(in: 0.5...1))
  }
}

/// RFC 3986: everything but the unreserved characters is escaped.
func percentEncoded(_ text: String) -> String {
  let hexadecimal = Array("0123456789ABCDEF".utf8)
  var bytes: [UInt8] = []
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      bytes.append(byte)
    default: bytes += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
