import Glibc
import HTTPServer

/// A TCP connection to the server under test, for bytes that no HTTP client would send. Calls block for at most
/// `patience` seconds, so tests run them on a thread of their own by `offThePool`.
final class RawClient: @unchecked Sendable {
  private let socket: Int32
  static let patience = 15

  init?(port: UInt16) {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var timeout = timeval(tv_sec: Self.patience, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if status != 0 { return nil }
  }

  deinit { close(socket) }

  /// False when the peer has closed.
  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  /// What comes next; empty when the peer has closed, nil when nothing came in time.
  func receive() -> String? {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(socket, &bytes, bytes.count, 0)
    if count < 0 { return errno == ECONNRESET ? "" : nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// All that comes until the text contains `end`, or to the end of the connection.
  func receive(until end: String) -> String {
    var text = ""
    while !text.contains(end), let more = receive(), !more.isEmpty { text += more }
    return text
  }

  /// All that comes until the peer closes; nil if it does not close in time.
  func receiveToEnd() -> String? {
    var text = ""
    while let more = receive() {
      if more.isEmpty { return text }
      text += more
    }
    return nil
  }
}

private final class Job {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs blocking code on a thread of its own.
func offThePool<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { done in
    let job = Unmanaged.passRetained(Job { done.resume(returning: body()) })
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { job in
        if let job { Unmanaged<Job>.fromOpaque(job).takeRetainedValue().run() }
        return nil
      }, job.toOpaque())
    pthread_detach(thread)
  }
}

/// Waits, at most `RawClient.patience` seconds, until `condition` holds.
func eventuallyHolds(_ condition: () -> Bool) async -> Bool {
  for _ in 0..<(RawClient.patience * 100) {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(10))
  }
  return condition()
}

/// Runs `body` with a started server, and drains it afterwards.
func withHTTPServer(
  _ change: (inout HTTPServerConfiguration) -> Void = { _ in }, handler: @escaping HTTPHandler,
  _ body: (HTTPServer) async throws -> Void
) async throws {
  var configuration = HTTPServerConfiguration()
  change(&configuration)
  let server = HTTPServer(configuration, handler: handler)
  try server.start()
  do {
    try await body(server)
  } catch {
    await server.drain(seconds: 1)
    throw error
  }
  await server.drain(seconds: 1)
}

func plainText(_ text: String) -> HTTPResponse {
  HTTPResponse(status: 200, headers: ["Content-Type": "text/plain"], body: .bytes(Array(text.utf8)))
}

/// Answers with what it got.
let echoRequest: HTTPHandler = { request in
  let body = String(decoding: request.body, as: UTF8.self)
  return plainText("\(request.method.rawValue) \(request.path) \(request.query ?? "-") \(body)")
}
