import Synchronization
import Testing
import Threading

@testable import Forumctl

struct LoadLoopTests {
  /// So many requests at once, and what became of each.
  private final class Questions: Traffic {
    let count: Int
    private var next = 0
    var fates: [String]

    init(_ count: Int) {
      self.count = count
      fates = Array(repeating: "none", count: count)
    }

    var nextDue: Int64? { next < count ? 0 : nil }

    func take(into bytes: inout [UInt8]) -> Int {
      bytes += Array("GET /\(next) HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
      defer { next += 1 }
      return next
    }

    func finish(_ ticket: Int, _ fate: Fate, at time: Int64) {
      switch fate {
      case .answered(let status, let body): fates[ticket] = "\(status) \(String(decoding: body, as: UTF8.self))"
      case .unknown: fates[ticket] = "unknown"
      case .unsent: fates[ticket] = "unsent"
      }
    }
  }

  private func fates(
    of count: Int, at port: UInt16, connections: Int = 4, timeout: Duration = .seconds(10),
    isOpen: Bool = false
  ) async throws -> [String] {
    let target = try LoadTarget("http://127.0.0.1:\(port)")
    return try await withUnsafeThrowingContinuation { continuation in
      startThread(name: "loop") {
        let traffic = Questions(count)
        continuation.resume(
          with: Result {
            try LoadLoop(traffic, to: target, connections: connections, timeout: timeout, isOpen: isOpen).run()
            return traffic.fates
          })
      }
    }
  }

  @Test func `each answer reaches its request, over connections that are kept`() async throws {
    let server = RawServer { connection in
      while let (head, _) = connection.request() {
        connection.answer(String(head[0].dropFirst(5).prefix { $0 != " " }))
      }
    }
    defer { server.stop() }
    let fates = try await fates(of: 500, at: server.port)
    #expect(fates == (0..<500).map { "200 \($0)" })
    #expect(server.connectionCount <= 4)
  }

  @Test func `a server that closes after each answer is connected to again`() async throws {
    let server = RawServer { connection in
      if connection.request() != nil { connection.answer("x", fields: "Connection: close\r\n") }
    }
    defer { server.stop() }
    #expect(try await fates(of: 40, at: server.port) == Array(repeating: "200 x", count: 40))
  }

  @Test func `without a whole answer it is unknown what became of a request`() async throws {
    let replies = ["", "nonsense\r\n\r\n", "HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\nhalf", "HTTP/1.1 20"]
    let turn = Atomic<Int>(0)
    let server = RawServer { connection in
      guard connection.request() != nil else { return }
      connection.send(replies[turn.add(1, ordering: .relaxed).oldValue % replies.count])
    }
    defer { server.stop() }
    #expect(try await fates(of: 12, at: server.port) == Array(repeating: "unknown", count: 12))
  }

  @Test func `an answer that does not come is given up, and one that drips is read`() async throws {
    let server = RawServer { connection in
      while let (head, _) = connection.request() {
        if head[0].contains("/0 ") {
          connection.drain()
        } else {
          for byte in "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8 { connection.send([byte]) }
        }
      }
    }
    defer { server.stop() }
    let fates = try await fates(of: 6, at: server.port, timeout: .milliseconds(400))
    #expect(fates == ["unknown"] + Array(repeating: "200 ok", count: 5))
  }

  @Test func `a connection on which more than an answer came is not used again`() async throws {
    let server = RawServer { connection in
      while connection.request() != nil {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n")
      }
    }
    defer { server.stop() }
    #expect(try await fates(of: 20, at: server.port, connections: 1) == Array(repeating: "200 ok", count: 20))
    #expect(server.connectionCount == 20)
  }

  @Test func `nobody there means unsent, and what waits too long in an open run too`() async throws {
    let server = RawServer { connection in
      if connection.request() != nil { connection.drain() }
    }
    let open = try await fates(
      of: 5, at: server.port, connections: 1, timeout: .milliseconds(300), isOpen: true)
    #expect(open == ["unknown"] + Array(repeating: "unsent", count: 4))
    server.stop()
    #expect(try await fates(of: 3, at: server.port) == Array(repeating: "unsent", count: 3))
  }

  @Test func `an address that cannot be used says so`() {
    #expect(throws: Failure.self) { try LoadTarget("https://127.0.0.1") }
    #expect(throws: Failure.self) { try LoadTarget("nonsense") }
    #expect(throws: Failure.self) { try LoadTarget("http://") }
    #expect((try? LoadTarget("http://127.0.0.1:80/a/"))?.basePath == "/a")
  }
}
