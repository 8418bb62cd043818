import HTTPClient
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPClientTests {
  private let client = HTTPClient(connections: 8, userAgent: "test/1")

  @Test func requestAndAnswer() async throws {
    let server = RawServer { connection in
      while let (head, body) = connection.request() {
        let text = head.joined(separator: "|") + "|" + String(decoding: body, as: UTF8.self)
        connection.answer(text, status: "201 Created", fields: "X-Name: 시민 \r\nx-two: 1\r\nX-Two: 2\r\nX-Empty:\r\n")
      }
    }
    defer { server.stop() }
    let url = "http://127.0.0.1:\(server.port)/a/../b?q=%EC%8B%9C"
    let answer = try await client.send(
      ClientRequest(
        method: "POST", url: url, headers: [("Content-Type", "application/json"), ("X-Empty", ""), ("X-Name", "시민")],
        body: Array(#"{"이름":"값"}"#.utf8)))
    #expect(answer.status == 201)
    #expect(answer.header("x-name") == "시민")
    #expect(answer.header("X-TWO") == "1")
    #expect(answer.header("x-empty") == "")
    #expect(answer.header("x-none") == nil)
    #expect(
      String(decoding: answer.body, as: UTF8.self)
        == "POST /a/../b?q=%EC%8B%9C HTTP/1.1|Host: 127.0.0.1:\(server.port)|User-Agent: test/1|Accept: */*|"
        + #"Content-Type: application/json|X-Empty:|X-Name: 시민|Content-Length: 16|{"이름":"값"}"#)
    // The same handle again, for other methods: nothing of the first request is left.
    for (method, length) in [("GET", ""), ("DELETE", ""), ("POST", "Content-Length: 0|")] {
      let answer = try await client.send(ClientRequest(method: method, url: url))
      #expect(
        String(decoding: answer.body, as: UTF8.self)
          == "\(method) /a/../b?q=%EC%8B%9C HTTP/1.1|Host: 127.0.0.1:\(server.port)|User-Agent: test/1|Accept: */*|\(length)"
      )
    }
    #expect(server.connectionCount == 1)  // all four on one connection
  }

  @Test func headHasNoBody() async throws {
    let server = RawServer { connection in
      while connection.request() != nil { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n") }
    }
    defer { server.stop() }
    for _ in 0..<3 {
      let answer = try await client.send(ClientRequest(method: "HEAD", url: "http://127.0.0.1:\(server.port)/"))
      #expect(answer.body.isEmpty && answer.header("content-length") == "5000")
    }
    #expect(server.connectionCount == 1)
  }

  @Test func manyAtATime() async throws {
    let underWay = Atomic<Int>(0)
    let most = Atomic<Int>(0)
    try await withServer { connection in
      while let (head, _) = connection.request() {
        most.max(underWay.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
        let path = head[0].split(separator: " ")[1]
        underWay.subtract(1, ordering: .relaxed)
        connection.answer(String(path))
      }
    } body: { server in
      let client = client
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<500 {
          group.addTask {
            let answer = try await client.send(ClientRequest(url: "http://127.0.0.1:\(server.port)/\(number)"))
            return answer.body == Array("/\(number)".utf8)
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
      #expect(server.connectionCount <= 8)
      #expect(most.load(ordering: .relaxed) <= 8)
    }
  }

  @Test func redirectsAreNotFollowed() async throws {
    try await withServer { connection in
      while connection.request() != nil {
        connection.answer("", status: "302 Found", fields: "Location: http://127.0.0.1:1/\r\nSet-Cookie: a=b\r\n")
      }
    } body: { server in
      for _ in 0..<2 {
        let answer = try await client.send(ClientRequest(url: "http://127.0.0.1:\(server.port)/"))
        #expect(answer.status == 302)
        #expect(answer.header("location") == "http://127.0.0.1:1/")
      }
    }
  }

  @Test func interimAnswersAndTrailersAreLeftOut() async throws {
    try await withServer { connection in
      _ = connection.request()
      connection.send(
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      connection.send("3\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: 1\r\n\r\n")
    } body: { server in
      let answer = try await client.send(ClientRequest(url: "http://127.0.0.1:\(server.port)/"))
      #expect(answer.status == 200)
      #expect(answer.body == Array("abcde".utf8))
      #expect(answer.headers.map(\.0) == ["Transfer-Encoding"])
    }
  }

  @Test func timeOuts() async throws {
    try await withServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nslow")
      connection.drain()
    } body: { server in
      let started = ContinuousClock.now
      let error = await failure(of: client, ClientRequest(url: "http://127.0.0.1:\(server.port)/", timeout: 0.3))
      #expect(error == .timedOut)
      #expect(error?.mayHaveBeenSent == true)
      #expect((.milliseconds(280)...(.seconds(5))).contains(ContinuousClock.now - started))
    }
  }

  /// With one place and that one taken, the second request never leaves.
  @Test func timeOutWhileWaiting() async throws {
    let client = HTTPClient(connections: 1)
    try await withServer {
      $0.drain()
    } body: { server in
      let request = ClientRequest(url: "http://127.0.0.1:\(server.port)/", timeout: 2)
      async let first = failure(of: client, request)
      while server.connectionCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
      var second = request
      second.timeout = 0.2
      let error = await failure(of: client, second)
      #expect(error == .connectionFailed("no connection was free in time"))
      #expect(error?.mayHaveBeenSent == false)
      client.close()
      #expect(await first == .closed)
      #expect(await failure(of: client, request) == .closed)
      #expect(server.connectionCount == 1)
    }
  }

  @Test func cancellation() async throws {
    try await withServer {
      $0.drain()
    } body: { server in
      let client = client
      let task = Task { await failure(of: client, ClientRequest(url: "http://127.0.0.1:\(server.port)/")) }
      while server.connectionCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
      task.cancel()
      #expect(await task.value == .cancelled)
      let early = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await failure(of: client, ClientRequest(url: "http://127.0.0.1:\(server.port)/"))
      }
      #expect(await early.value == .cancelled)
    }
  }

  @Test func tooLargeAnswers() async throws {
    try await withServer { connection in
      while let (head, _) = connection.request() {
        let count = Int(head[0].split(separator: " ")[1].dropFirst()) ?? 0
        if head[0].hasPrefix("POST") {
          connection.send(
            "HTTP/1.1 200 OK\r\n" + String(repeating: "X-Y: \(String(repeating: "z", count: 1000))\r\n", count: 80))
          connection.send("Content-Length: 0\r\n\r\n")
        } else {
          connection.answer(String(repeating: "x", count: count))
        }
      }
    } body: { server in
      let url = "http://127.0.0.1:\(server.port)"
      let full = try await client.send(ClientRequest(url: url + "/65536"))
      #expect(full.body.count == 65_536)
      #expect(await failure(of: client, ClientRequest(url: url + "/65537")) == .responseTooLarge)
      #expect(await failure(of: client, ClientRequest(url: url + "/11", maximumResponseBytes: 10)) == .responseTooLarge)
      let big = try await client.send(ClientRequest(url: url + "/3000000", maximumResponseBytes: 4_000_000))
      #expect(big.body.count == 3_000_000)
      #expect(await failure(of: client, ClientRequest(method: "POST", url: url + "/1")) == .responseTooLarge)
    }
  }

  @Test func brokenConnections() async throws {
    try await withServer {
      _ = $0.request()
    } body: { server in
      let error = await failure(of: client, ClientRequest(url: "http://127.0.0.1:\(server.port)/"))
      if case .connectionLost = error {} else { Issue.record("\(String(describing: error))") }
      #expect(error?.mayHaveBeenSent == true)
    }
    let closed = RawServer { _ in }
    closed.stop()
    let error = await failure(of: client, ClientRequest(url: "http://127.0.0.1:\(closed.port)/"))
    if case .connectionFailed = error {} else { Issue.record("\(String(describing: error))") }
    #expect(error?.mayHaveBeenSent == false)
  }

  private func withServer(
    _ serve: @escaping @Sendable (RawConnection) -> Void, body: (RawServer) async throws -> Void
  ) async throws {
    let server = RawServer(serve)
    defer { server.stop() }
    try await body(server)
  }

}
