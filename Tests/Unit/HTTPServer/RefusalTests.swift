import HTTPServer
import Synchronization
import Testing

@Suite struct HTTPServerRefusalTests {
  /// Sends `bytes` and gives what came until the server closed, with the number of requests it executed.
  /// - Parameter isKeptAlive: the connection has had a request and its answer before, which are not reported.
  private func outcome(
    _ bytes: [UInt8], isKeptAlive: Bool = false, _ change: (inout HTTPServerConfiguration) -> Void = { _ in }
  ) async throws -> (answer: String?, executed: Int) {
    let executed = CallCounter()
    var answer: String?
    try await withHTTPServer(
      change,
      handler: { request in
        executed.increment()
        return await echoRequest(request)
      }
    ) { server in
      let port = server.port
      answer = await offThePool {
        guard let client = RawClient(port: port) else { return nil }
        if isKeptAlive {
          client.send(Self.get + "\r\n")
          _ = client.receive(until: "GET / - ")
        }
        client.send(bytes)
        return client.receiveToEnd()
      }
    }
    return (answer, executed.value - (isKeptAlive ? 1 : 0))
  }

  private static let post = "POST / HTTP/1.1\r\nHost: a\r\n"
  private static let get = "GET / HTTP/1.1\r\nHost: a\r\n"

  /// Requests whose body one reader would end elsewhere than another; each smuggles a second request behind it.
  static let smuggling: [(name: String, status: Int, head: String, body: String)] = [
    ("length and chunked", 400, Self.post + "Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    ("chunked and length", 400, Self.post + "Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"),
    ("two lengths", 400, Self.post + "Content-Length: 0\r\nContent-Length: 5", ""),
    ("two equal lengths", 400, Self.post + "Content-Length: 0\r\nContent-Length: 0", ""),
    ("length with a sign", 400, Self.post + "Content-Length: +5", "hello"),
    ("negative length", 400, Self.post + "Content-Length: -1", ""),
    ("length list", 400, Self.post + "Content-Length: 0, 0", ""),
    ("folded line", 400, Self.post + "X: b\r\n Content-Length: 5", ""),
    ("folded coding", 400, Self.post + "Transfer-Encoding:\r\n\tchunked", "0\r\n\r\n"),
    ("no host", 400, "GET / HTTP/1.1\r\nX: b", ""),
    ("two hosts", 400, Self.get + "Host: b", ""),
    ("unknown coding", 501, Self.post + "Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
    ("coding with a suffix", 501, Self.post + "Transfer-Encoding: xchunked", "0\r\n\r\n"),
    ("two codings", 400, Self.post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    ("chunked in 1.0", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    ("GET with a body", 400, Self.get + "Content-Length: 5", "hello"),
    ("GET in chunks", 400, Self.get + "Transfer-Encoding: chunked", "0\r\n\r\n"),
    ("space before the colon", 400, Self.post + "Content-Length : 5", "hello"),
    ("bare line feed", 400, "POST / HTTP/1.1\r\nHost: a\nContent-Length: 5", "hello"),
    ("bare carriage return", 400, "POST / HTTP/1.1\r\nHost: a\rContent-Length: 5", "hello"),
    ("NUL in a value", 400, Self.post + "X: b\0c", ""),
    ("control character in the target", 400, "GET /\u{1} HTTP/1.1\r\nHost: a", ""),
    ("fragment in the target", 400, "GET /#x HTTP/1.1\r\nHost: a", ""),
    ("authority as the target", 400, "GET a:80 HTTP/1.1\r\nHost: a", ""),
    ("no version", 400, "GET /", ""),
    ("other version", 505, "GET / HTTP/2.0\r\nHost: a", ""),
    ("three spaces", 400, "GET / x HTTP/1.1\r\nHost: a", ""),
    ("unknown method", 501, "BREW / HTTP/1.1\r\nHost: a", ""),
    ("connect", 501, "CONNECT a:80 HTTP/1.1\r\nHost: a", ""),
    ("101 fields", 400, "GET / HTTP/1.1\r\nHost: a" + String(repeating: "\r\nX: y", count: 100), ""),
  ]

  @Test(arguments: smuggling.indices, [false, true])
  func ambiguousFramingIsRefusedAndNothingBehindItRuns(index: Int, isKeptAlive: Bool) async throws {
    let (name, status, head, body) = Self.smuggling[index]
    let second = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    let (answer, executed) = try await outcome(
      Array("\(head)\r\n\r\n\(body)\(second)".utf8), isKeptAlive: isKeptAlive)
    #expect(executed == 0, "\(name)")
    #expect(answer?.hasPrefix("HTTP/1.1 \(status) ") == true, "\(name): \(answer ?? "left open")")
    #expect(answer?.contains("application/problem+json") == true, "\(name)")
    #expect(answer?.contains("\r\nConnection: close\r\n") == true, "\(name)")
    #expect(answer?.split(separator: "HTTP/1.1 ").count == 1, "\(name): one answer")
  }

  @Test(arguments: [false, true]) func aBodyOverTheLimitIs413(isKeptAlive: Bool) async throws {
    let head = Self.post + "Content-Length: 3000000\r\n\r\n"
    let body = [UInt8](repeating: 0x61, count: 3_000_000)
    let (answer, executed) = try await outcome(Array(head.utf8) + body, isKeptAlive: isKeptAlive) {
      $0.maximumBodyBytes = 1000
    }
    #expect(answer?.hasPrefix("HTTP/1.1 413 Content Too Large\r\n") == true, "\(answer ?? "left open")")
    #expect(answer?.contains("application/problem+json") == true)
    #expect(executed == 0)
  }

  @Test(arguments: [false, true]) func chunksOverTheLimitAre413(isKeptAlive: Bool) async throws {
    let request = Self.post + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n"
    let chunk = String(repeating: "a", count: 1000)
    let (answer, executed) = try await outcome(
      Array("\(request)\(chunk)\r\n1\r\na\r\n0\r\n\r\n".utf8), isKeptAlive: isKeptAlive
    ) {
      $0.maximumBodyBytes = 1000
    }
    #expect(answer?.hasPrefix("HTTP/1.1 413 ") == true, "\(answer ?? "left open")")
    #expect(executed == 0)
  }

  @Test(arguments: ["\r\n\r\n", ""]) func aHeaderOverTheLimitIs431(end: String) async throws {
    let head = Self.get + "X: " + String(repeating: "y", count: 20_000) + end
    let (answer, executed) = try await outcome(Array(head.utf8))
    #expect(answer?.hasPrefix("HTTP/1.1 431 ") == true, "\(answer ?? "left open")")
    #expect(executed == 0)
  }

  @Test func aBodyAtTheLimitIsTaken() async throws {
    let head = Self.post + "Connection: close\r\nContent-Length: 262144\r\n\r\n"
    let (answer, executed) = try await outcome(Array(head.utf8) + [UInt8](repeating: 0x61, count: 262_144))
    #expect(answer?.hasPrefix("HTTP/1.1 200 ") == true)
    #expect(executed == 1)
  }

  @Test func binaryGarbageIsRefused() async throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20 {
      let garbage = [0x16, 0x03, 0x01] + (0..<400).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let (answer, executed) = try await outcome(garbage)
      #expect(answer?.hasPrefix("HTTP/1.1 400 ") == true, "\(answer ?? "left open")")
      #expect(executed == 0)
    }
  }

  @Test func aConnectionTooManyIsTurnedAway() async throws {
    try await withHTTPServer({ $0.maximumConnections = 1 }, handler: echoRequest) { server in
      let port = server.port
      let answer = await offThePool {
        let first = RawClient(port: port)
        first?.send(Self.get + "\r\n")
        _ = first?.receive(until: "GET /")
        return RawClient(port: port)?.receiveToEnd() ?? "left open"
      }
      #expect(answer.hasPrefix("HTTP/1.1 503 "))
    }
  }
}

final class CallCounter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .sequentiallyConsistent) }
  func increment() { count.add(1, ordering: .sequentiallyConsistent) }
}
