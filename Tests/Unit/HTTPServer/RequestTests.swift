import HTTPServer
import Testing

@Suite struct HTTPServerRequestTests {
  @Test func aConnectionServesTwoRequestsInTurn() async throws {
    try await withHTTPServer(handler: echoRequest) { server in
      let port = server.port
      let answers = await offThePool {
        guard let client = RawClient(port: port) else { return ["", ""] }
        client.send("GET /one?x=1 HTTP/1.1\r\nHost: a\r\n\r\n")
        let first = client.receive(until: "GET /one")
        client.send("POST /two HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        return [first, client.receive(until: "hello")]
      }
      #expect(answers[0].hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(answers[0].hasSuffix("\r\n\r\nGET /one x=1 "))
      #expect(answers[0].contains("\r\nDate: ") && answers[0].contains("\r\nContent-Length: 13\r\n"))
      #expect(!answers[0].contains("\r\nServer:"))
      #expect(answers[1].hasSuffix("\r\n\r\nPOST /two - hello"))
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    let slowly: HTTPHandler = { request in
      try? await Task.sleep(for: .milliseconds(20))
      return await echoRequest(request)
    }
    try await withHTTPServer(handler: slowly) { server in
      let port = server.port
      let answers = await offThePool {
        guard let client = RawClient(port: port) else { return "" }
        client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
        client.send("GET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
        let first = client.receive(until: "POST /2")
        client.send("GET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return first + (client.receiveToEnd() ?? "")
      }
      let order = answers.split(separator: "\r\n").filter { $0.contains(" /") }
      let expected = ["GET /1 - ", "POST /2 - ab", "GET /3 - "].map { $0 + "HTTP/1.1 200 OK" } + ["GET /4 - "]
      #expect(order.map(String.init) == expected)
    }
  }

  @Test func bytesThatComeWhileAHandlerRunsDoNoHarm() async throws {
    let slowly: HTTPHandler = { request in
      try? await Task.sleep(for: .milliseconds(300))
      return await echoRequest(request)
    }
    try await withHTTPServer(handler: slowly) { server in
      let port = server.port
      let answers = await offThePool {
        guard let client = RawClient(port: port) else { return "" }
        client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
        for piece in ["GET /2 ", "HTTP/1.1\r\nHo", "st: a\r\nConnection: close\r\n\r\n"] {
          sleepMilliseconds(30)
          client.send(piece)
        }
        return client.receiveToEnd() ?? ""
      }
      #expect(answers.contains("GET /1 - ") && answers.hasSuffix("GET /2 - "))
    }
  }

  @Test func aChunkedBodyArrivesWhole() async throws {
    try await withHTTPServer(handler: echoRequest) { server in
      let port = server.port
      let answer = await offThePool {
        guard let client = RawClient(port: port) else { return "" }
        client.send("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhel")
        client.send("lo\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n")
        return client.receiveToEnd() ?? ""
      }
      #expect(answer.hasSuffix("POST /c - hello world"))
    }
  }

  @Test func aClientThatAsksMaySendItsBody() async throws {
    try await withHTTPServer(handler: echoRequest) { server in
      let port = server.port
      let answer = await offThePool {
        guard let client = RawClient(port: port) else { return "" }
        client.send("PUT /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n")
        client.send("Content-Length: 2\r\nConnection: close\r\n\r\n")
        let interim = client.receive(until: "\r\n\r\n")
        client.send("ok")
        return interim + (client.receiveToEnd() ?? "")
      }
      #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
      #expect(answer.hasSuffix("PUT /e - ok"))
    }
  }

  @Test func headIsAnsweredWithoutABody() async throws {
    try await withHTTPServer(handler: echoRequest) { server in
      let port = server.port
      let answer = await offThePool {
        guard let client = RawClient(port: port) else { return "" }
        client.send("HEAD /h HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return client.receiveToEnd() ?? ""
      }
      #expect(answer.contains("\r\nContent-Length: 10\r\n") && answer.hasSuffix("\r\n\r\n"))
    }
  }

  @Test func aHeaderValueWithALineBreakBecomesA500() async throws {
    let splitting: HTTPHandler = { _ in HTTPResponse(status: 200, headers: ["X-Echo": "a\r\nSet-Cookie: b"]) }
    try await withHTTPServer(handler: splitting) { server in
      let port = server.port
      let answer = await offThePool {
        guard let client = RawClient(port: port) else { return "" }
        client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return client.receiveToEnd() ?? ""
      }
      #expect(answer.hasPrefix("HTTP/1.1 500 ") && !answer.contains("Set-Cookie"))
    }
  }

  @Test func aThousandConcurrentRequestsAreAllAnswered() async throws {
    let waiting: HTTPHandler = { request in
      try? await Task.sleep(for: .milliseconds(50))
      return await echoRequest(request)
    }
    try await withHTTPServer({ $0.threads = 2 }, handler: waiting) { server in
      let port = server.port
      let answered = await offThePool {
        let clients = (0..<1000).compactMap { number -> (RawClient, Int)? in
          guard let client = RawClient(port: port) else { return nil }
          client.send("GET /n\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
          return (client, number)
        }
        return clients.count { client, number in client.receive(until: "GET /n\(number) -").contains("200 OK") }
      }
      #expect(answered == 1000)
      #expect(server.requestsInFlight == 0)
    }
  }

  @Test func headerNamesAreComparedWithoutCaseAndKeepTheirOrder() {
    var headers: HTTPHeaders = ["Set-Cookie": "a", "X-One": "1", "set-cookie": "b"]
    #expect(headers["SET-COOKIE"] == "a")
    #expect(headers.all("Set-Cookie") == ["a", "b"])
    headers["x-one"] = "2"
    #expect(headers.map(\.value) == ["a", "b", "2"])
  }
}
