import Glibc
import HTTPServer
import Testing

func sleepMilliseconds(_ milliseconds: UInt32) { usleep(milliseconds * 1000) }

@Suite struct HTTPServerDeadlineTests {
  /// Sends `text` byte by byte, each well within any time-out for silence; nil if the server never closes.
  private func drip(_ text: String, port: UInt16) -> String? {
    guard let client = RawClient(port: port) else { return nil }
    for byte in text.utf8 {
      if !client.send([byte]) { break }
      sleepMilliseconds(50)
    }
    return client.receiveToEnd()
  }

  @Test func aHeaderThatDripsIsCutOff() async throws {
    try await withHTTPServer({ $0.headerSeconds = 1 }, handler: echoRequest) { server in
      let port = server.port
      let head = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 20) + "\r\n"
      let answer = await offThePool { drip(head, port: port) }
      #expect(answer != nil && answer?.contains(" 200 ") == false)
    }
  }

  @Test func aBodyThatDripsIsCutOff() async throws {
    try await withHTTPServer({ $0.bodySeconds = 1 }, handler: echoRequest) { server in
      let port = server.port
      let answer = await offThePool { () -> String? in
        guard let client = RawClient(port: port) else { return nil }
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<100 {
          if !client.send("x") { break }
          sleepMilliseconds(50)
        }
        return client.receiveToEnd()
      }
      #expect(answer != nil && answer?.contains(" 200 ") == false)
    }
  }

  @Test func aConnectionThatSaysNothingIsClosed() async throws {
    try await withHTTPServer({ $0.headerSeconds = 1 }, handler: echoRequest) { server in
      let port = server.port
      #expect(await offThePool { RawClient(port: port)?.receiveToEnd() } != nil)
      #expect(await eventuallyHolds { server.connections == 0 })
    }
  }

  @Test func anIdleConnectionIsClosedAfterItsAnswer() async throws {
    try await withHTTPServer({ $0.idleSeconds = 1 }, handler: echoRequest) { server in
      let port = server.port
      let answer = await offThePool { () -> String? in
        let client = RawClient(port: port)
        client?.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        return client?.receiveToEnd()
      }
      #expect(answer?.hasSuffix("GET / - ") == true)
    }
  }

  @Test func whenItIsCrowdedSlowClientsMakeRoom() async throws {
    let limits: (inout HTTPServerConfiguration) -> Void = {
      $0.maximumConnections = 20
      // Long enough to be seen to be crowded, also where the tests have a busy machine.
      $0.crowdedSeconds = 10
      $0.headerSeconds = 600
      $0.bodySeconds = 600
      $0.idleSeconds = 600
    }
    try await withHTTPServer(limits, handler: echoRequest) { server in
      let port = server.port
      let slow = await offThePool {
        (0..<20).map { index in
          let client = RawClient(port: port)
          let begun = ["GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx", ""]
          client?.send(begun[index % 3])
          return client
        }
      }
      // First all must have come: an empty server is not crowded either.
      #expect(await eventuallyHolds { server.connections == 20 })
      #expect(await eventuallyHolds { server.connections <= 15 })
      let answer = await offThePool { () -> String? in
        let client = RawClient(port: port)
        client?.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        return client?.receive(until: "GET / - ")
      }
      #expect(answer?.hasSuffix("GET / - ") == true)
      withExtendedLifetime(slow) {}
    }
  }

  @Test func aHandlerMayTakeLongerThanAllDeadlines() async throws {
    let slowly: HTTPHandler = { request in
      try? await Task.sleep(for: .seconds(3))
      return await echoRequest(request)
    }
    let short: (inout HTTPServerConfiguration) -> Void = {
      $0.headerSeconds = 1
      $0.bodySeconds = 1
      $0.idleSeconds = 1
      $0.writeSeconds = 1
    }
    try await withHTTPServer(short, handler: slowly) { server in
      let port = server.port
      let answer = await offThePool { () -> String? in
        let client = RawClient(port: port)
        client?.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        return client?.receive(until: "GET / - ")
      }
      #expect(answer?.hasSuffix("GET / - ") == true)
    }
  }

  @Test func aReaderThatNeverReadsIsClosed() async throws {
    let served = CallCounter()
    let large: HTTPHandler = { _ in
      served.increment()
      return HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 0x61, count: 64 << 20)))
    }
    try await withHTTPServer({ $0.writeSeconds = 1 }, handler: large) { server in
      let port = server.port
      let client = await offThePool { () -> RawClient? in
        let client = RawClient(port: port)
        client?.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        return client
      }
      #expect(await eventuallyHolds { served.value == 1 })
      #expect(await eventuallyHolds { server.connections == 0 && server.requestsInFlight == 0 })
      withExtendedLifetime(client) {}
    }
  }
}
