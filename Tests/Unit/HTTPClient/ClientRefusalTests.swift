import HTTPClient
import Testing

/// What is refused before or at the connection, so that no byte and no SYN leaves.
@Suite(.timeLimit(.minutes(1))) struct RefusalTests {
  private let client = HTTPClient()
  private let server = RawServer { connection in
    while connection.request() != nil { connection.answer("in") }
  }

  @Test func privateAddresses() async throws {
    defer { server.stop() }
    let hosts = [
      "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0.0.0.0", "[::]", "[::1]",
      "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "10.0.0.1", "169.254.169.254", "100.64.0.1",
    ]
    for host in hosts {
      let url = "http://\(host):\(server.port)/"
      let error = await failure(of: client, ClientRequest(url: url, timeout: 2, allowedAddresses: .publicOnly))
      guard case .refusedAddress = error else {
        Issue.record("\(host): \(String(describing: error))")
        continue
      }
      #expect(error?.mayHaveBeenSent == false)
    }
    #expect(server.connectionCount == 0)
  }

  @Test func exceptionsAreReached() async throws {
    defer { server.stop() }
    let policy = try AddressPolicy.publicOnly(except: ["127.0.0.0/8"])
    let url = "http://127.0.0.1:\(server.port)/"
    #expect(try await client.send(ClientRequest(url: url, allowedAddresses: policy)).status == 200)
  }

  /// A connection that a request with a wider policy opened is not for one with a narrower.
  @Test func keptConnectionsAreCheckedToo() async throws {
    defer { server.stop() }
    let url = "http://127.0.0.1:\(server.port)/"
    #expect(try await client.send(ClientRequest(url: url)).status == 200)
    let error = await failure(of: client, ClientRequest(url: url, allowedAddresses: .publicOnly))
    #expect(error == .refusedAddress("127.0.0.1"))
    #expect(server.connectionCount == 1)
  }

  @Test(arguments: [
    "", "http", "http:", "http://", "http:///x", "//127.0.0.1/", "127.0.0.1", "file:///etc/passwd",
    "gopher://127.0.0.1/", "ftp://127.0.0.1/", "smtp://127.0.0.1/", "dict://127.0.0.1/", "ws://127.0.0.1/",
    "http://user@127.0.0.1/", "http://user:pass@127.0.0.1/", "http://@127.0.0.1/", "http://a%40b/",
    "http://127.0.0.1 /",
    "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/a b", "http://127.0.0.1\\@example.com/", "http://시민.example/",
    "http://127.0.0.1/시민", "http://[fe80::1%25eth0]/", "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://[::1/",
    "javascript:alert(1)", " http://127.0.0.1/", "http://127.0.0.1/\0",
  ])
  func invalidURLs(url: String) async {
    let error = await failure(of: client, ClientRequest(url: url, timeout: 2))
    #expect(error == .invalidURL)
    #expect(error?.mayHaveBeenSent == false)
  }

  @Test func schemesMayBeNarrowed() async {
    defer { server.stop() }
    let client = HTTPClient(allowedSchemes: ["https", "file"])
    #expect(await failure(of: client, ClientRequest(url: "http://127.0.0.1:\(server.port)/")) == .invalidURL)
    #expect(await failure(of: client, ClientRequest(url: "file:///etc/passwd")) == .invalidURL)
    #expect(server.connectionCount == 0)
  }

  @Test(arguments: [
    ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\0b"), ("X\r\nY", "a"), ("X:", "a"), ("", "a"), ("X Y", "a"),
    ("X시", "a"),
    ("X", "\r\n"), ("Content-Length", "0"), ("transfer-encoding", "chunked"), ("Connection", "close"), ("X", "\u{7f}"),
  ])
  func injectedHeaders(name: String, value: String) async {
    defer { server.stop() }
    let url = "http://127.0.0.1:\(server.port)/"
    let error = await failure(of: client, ClientRequest(url: url, headers: [(name, value)]))
    guard case .invalidRequest = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(server.connectionCount == 0)
  }

  @Test(arguments: ["", "GET /", "GET\r\n", "G T", "게"])
  func methods(method: String) async {
    defer { server.stop() }
    let request = ClientRequest(method: method, url: "http://127.0.0.1:\(server.port)/")
    #expect(await failure(of: client, request) == .invalidRequest("method"))
  }
}
