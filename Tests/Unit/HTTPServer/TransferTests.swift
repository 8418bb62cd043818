import HTTPServer
import Testing

@Suite struct HTTPServerTransferTests {
  private struct Failure: Error {}

  private func transfer(_ pieces: AsyncThrowingStream<[UInt8], any Error>) -> HTTPHandler {
    { _ in HTTPResponse(status: 200, body: .transfer(pieces)) }
  }

  private static let question = "GET /file HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test func aTransferIsSentToItsEndAndTheConnectionIsKept() async throws {
    let (pieces, source) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    try await withHTTPServer(handler: transfer(pieces)) { server in
      let client = try #require(RawClient(port: server.port))
      client.send(Self.question)
      for piece in ["one", "two"] { source.yield(Array(piece.utf8)) }
      #expect(await offThePool { client.receive(until: "two") }.contains("3\r\none\r\n3\r\ntwo"))
      #expect(server.requestsInFlight == 1, "until it has been sent")
      source.finish()
      #expect(await offThePool { client.receive(until: "0\r\n\r\n") }.hasSuffix("0\r\n\r\n"))
      #expect(await eventuallyHolds { server.requestsInFlight == 0 && server.streams == 0 })
      #expect(server.connections == 1)
    }
  }

  @Test(arguments: [true, false]) func aTransferThatFailsHasNoEnd(atOnce: Bool) async throws {
    let (pieces, source) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    if atOnce { source.finish(throwing: Failure()) }
    try await withHTTPServer(handler: transfer(pieces)) { server in
      let client = try #require(RawClient(port: server.port))
      client.send(Self.question)
      if !atOnce {
        source.yield(Array("one".utf8))
        _ = await offThePool { client.receive(until: "one") }
        source.finish(throwing: Failure())
      }
      let rest = await offThePool { client.receiveToEnd() }
      #expect(rest?.contains("0\r\n\r\n") == false, "whoever reads it sees that the end is missing")
      #expect(await eventuallyHolds { server.requestsInFlight == 0 && server.streams == 0 && server.connections == 0 })
    }
  }

  @Test func aDrainWaitsForATransfer() async throws {
    let (pieces, source) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    let server = HTTPServer(HTTPServerConfiguration(), handler: transfer(pieces))
    try server.start()
    let client = try #require(RawClient(port: server.port))
    client.send(Self.question)
    source.yield(Array("one".utf8))
    _ = await offThePool { client.receive(until: "one\r\n") }
    async let drained: Void = server.drain(seconds: 20)
    try await Task.sleep(for: .milliseconds(300))
    source.yield(Array("two".utf8))
    source.finish()
    #expect(await offThePool { client.receiveToEnd() } == "3\r\ntwo\r\n0\r\n\r\n")
    await drained
    #expect(server.streams == 0 && server.requestsInFlight == 0)
  }

  @Test func aTransferThatTheDrainCannotWaitForHasNoEnd() async throws {
    let (pieces, source) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    let server = HTTPServer(HTTPServerConfiguration(), handler: transfer(pieces))
    try server.start()
    let client = try #require(RawClient(port: server.port))
    client.send(Self.question)
    source.yield(Array("one".utf8))
    _ = await offThePool { client.receive(until: "one\r\n") }
    await server.drain(seconds: 0)
    #expect(await offThePool { client.receiveToEnd() } == "")
    withExtendedLifetime(source) {}
  }

  @Test func whoReadsSlowlyIsGivenNoMoreAndWhoLeavesEndsTheTransfer() async throws {
    let asked = CallCounter()
    let endless = AsyncThrowingStream<[UInt8], any Error> {
      asked.increment()
      return [UInt8](repeating: 0x61, count: 1 << 20)
    }
    try await withHTTPServer(handler: transfer(endless)) { server in
      var client = RawClient(port: server.port)
      client?.send(Self.question)
      #expect(await eventuallyHolds { asked.value > 0 })
      try await Task.sleep(for: .milliseconds(500))
      #expect(asked.value < 64, "what the buffers of the sockets hold")
      client = nil
      #expect(await eventuallyHolds { server.connections == 0 && server.streams == 0 && server.requestsInFlight == 0 })
    }
  }

  @Test func aTransferHasNoBodyForHEAD() async throws {
    let (pieces, source) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    try await withHTTPServer(handler: transfer(pieces)) { server in
      let client = try #require(RawClient(port: server.port))
      client.send("HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(await offThePool { client.receive(until: "\r\n\r\n") }.hasSuffix("\r\n\r\n"))
      #expect(await eventuallyHolds { server.requestsInFlight == 0 })
      withExtendedLifetime(source) {}
    }
  }
}
