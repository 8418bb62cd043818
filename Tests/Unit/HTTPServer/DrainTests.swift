import HTTPServer
import Testing

@Suite struct HTTPServerDrainTests {
  @Test func aStreamSendsItsChunksAndEndsOnDrain() async throws {
    let (pieces, source) = AsyncStream<[UInt8]>.makeStream()
    let server = HTTPServer(HTTPServerConfiguration()) { _ in
      HTTPResponse(status: 200, headers: ["Content-Type": "text/event-stream"], body: .stream(pieces))
    }
    try server.start()
    let port = server.port
    let client = try #require(RawClient(port: port))
    client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
    source.yield(Array("data: 1\n\n".utf8))
    let first = await offThePool { client.receive(until: "data: 1\n\n\r\n") }
    #expect(first.contains("\r\nTransfer-Encoding: chunked\r\n") && first.hasSuffix("9\r\ndata: 1\n\n\r\n"))
    #expect(server.streams == 1 && server.requestsInFlight == 0)
    source.yield([])  // nothing to send; must not end the chunked coding
    source.yield(Array("data: 2\n\n".utf8))
    #expect(await offThePool { client.receive(until: "2\n\n\r\n") }.hasSuffix("9\r\ndata: 2\n\n\r\n"))
    async let drained: Void = server.drain(seconds: 10)
    #expect(await offThePool { client.receiveToEnd() } == "0\r\n\r\n")
    await drained
    #expect(server.streams == 0 && server.connections == 0)
  }

  @Test func aClientThatLeavesCancelsItsStream() async throws {
    let cancelled = CallCounter()
    let (pieces, source) = AsyncStream<[UInt8]>.makeStream()
    source.onTermination = { _ in cancelled.increment() }
    let handler: HTTPHandler = { _ in HTTPResponse(status: 200, body: .stream(pieces)) }
    try await withHTTPServer(handler: handler) { server in
      var client = RawClient(port: server.port)
      client?.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await eventuallyHolds { server.streams == 1 })
      client = nil
      #expect(await eventuallyHolds { cancelled.value == 1 && server.streams == 0 && server.connections == 0 })
    }
  }

  @Test func aStreamNobodyReadsIsNotAskedForMore() async throws {
    let asked = CallCounter()
    let endless = AsyncStream<[UInt8]> {
      asked.increment()
      return [UInt8](repeating: 0x61, count: 1 << 20)
    }
    let handler: HTTPHandler = { _ in HTTPResponse(status: 200, body: .stream(endless)) }
    try await withHTTPServer({ $0.writeSeconds = 1 }, handler: handler) { server in
      let client = RawClient(port: server.port)
      client?.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await eventuallyHolds { asked.value > 0 })
      #expect(await eventuallyHolds { server.connections == 0 && server.streams == 0 })
      #expect(asked.value < 64)  // what the buffers of the sockets hold
      withExtendedLifetime(client) {}
    }
  }

  @Test func drainWaitsForTheHandlerAndTakesNoConnections() async throws {
    let (gate, open) = AsyncStream<Void>.makeStream()
    let server = HTTPServer(HTTPServerConfiguration()) { request in
      for await _ in gate { break }
      return await echoRequest(request)
    }
    try server.start()
    let port = server.port
    let client = try #require(RawClient(port: port))
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(await eventuallyHolds { server.requestsInFlight == 1 })
    async let drained: Void = server.drain(seconds: 10)
    #expect(await eventuallyHolds { RawClient(port: port) == nil })
    open.yield()
    let answer = await offThePool { client.receiveToEnd() }
    #expect(answer?.contains("\r\nConnection: close\r\n") == true && answer?.hasSuffix("GET /slow - ") == true)
    await drained
    #expect(server.connections == 0 && server.requestsInFlight == 0)
  }

  @Test func aRequestThatAKeptConnectionSendsWhileDrainingIsAnsweredAsItsLast() async throws {
    var configuration = HTTPServerConfiguration()
    // Time to come so far and to send it, also where the tests have a busy machine.
    (configuration.headerSeconds, configuration.lastRequestSeconds) = (60, 8)
    let server = HTTPServer(configuration, handler: echoRequest)
    try server.start()
    let port = server.port
    let kept = try #require(RawClient(port: port))
    let silent = try #require(RawClient(port: port))
    kept.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
    _ = await offThePool { kept.receive(until: "GET /first - ") }
    #expect(await eventuallyHolds { server.connections == 2 })
    async let drained: Void = server.drain(seconds: 40)
    #expect(await eventuallyHolds { RawClient(port: port) == nil })
    kept.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n")
    let answer = await offThePool { kept.receiveToEnd() }
    #expect(answer?.contains("\r\nConnection: close\r\n") == true && answer?.hasSuffix("GET /last - ") == true)
    // The one that says nothing is not waited for long.
    #expect(await offThePool { silent.receiveToEnd() } == "")
    await drained
    #expect(server.connections == 0)
  }

  @Test func noRequestIsLostWhenAServerDrainsUnderLoad() async throws {
    for _ in 0..<5 {
      let server = HTTPServer(HTTPServerConfiguration(), handler: echoRequest)
      try server.start()
      let port = server.port
      async let lost = offThePool {
        var lost = 0
        // Until the connection is refused: nothing was sent then.
        while let client = RawClient(port: port) {
          client.send("GET /one HTTP/1.1\r\nHost: a\r\n\r\n")
          if !client.receive(until: "GET /one - ").hasSuffix("GET /one - ") { lost += 1 }
        }
        return lost
      }
      try await Task.sleep(for: .milliseconds(100))
      await server.drain(seconds: 10)
      #expect(await lost == 0)
    }
  }

  @Test func drainCutsOffAHandlerThatTakesTooLong() async throws {
    let (gate, open) = AsyncStream<Void>.makeStream()
    let server = HTTPServer(HTTPServerConfiguration()) { request in
      for await _ in gate { break }
      return await echoRequest(request)
    }
    try server.start()
    let client = try #require(RawClient(port: server.port))
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(await eventuallyHolds { server.requestsInFlight == 1 })
    await server.drain(seconds: 0)
    #expect(await offThePool { client.receiveToEnd() } == "")
    open.yield()  // the handler ends after its loop and has nobody to answer
    #expect(await eventuallyHolds { server.requestsInFlight == 0 })
  }

  @Test(arguments: [1, 2]) func aPortInUseIsNamed(threads: Int) async throws {
    try await withHTTPServer({ $0.threads = threads }, handler: echoRequest) { server in
      var configuration = HTTPServerConfiguration()
      configuration.port = server.port
      configuration.threads = threads
      #expect(throws: HTTPServerError.addressInUse(address: "127.0.0.1", port: server.port)) {
        try HTTPServer(configuration, handler: echoRequest).start()
      }
      #expect(HTTPServerError.addressInUse(address: "127.0.0.1", port: 80).description.contains("80"))
    }
  }

  @Test func anAddressThatIsNoneIsNamed() {
    var configuration = HTTPServerConfiguration()
    configuration.address = "nowhere"
    let reason = "not a numeric address"
    #expect(throws: HTTPServerError.cannotListen(address: "nowhere", port: 0, reason: reason)) {
      try HTTPServer(configuration, handler: echoRequest).start()
    }
  }
}
