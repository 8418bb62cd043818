import Glibc
import HTTPClient
import Synchronization

/// A server of raw sockets on 127.0.0.1; `serve` runs for each connection on a thread of its own.
final class RawServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let accepted = Atomic<Int>(0)

  /// How many connections were made.
  var connectionCount: Int { accepted.load(ordering: .sequentiallyConsistent) }

  init(_ serve: @escaping @Sendable (RawConnection) -> Void) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length)
        listen(listener, 64)
        getsockname(listener, $0, &length)
      }
      return UInt16(bigEndian: pointer.pointee.sin_port)
    }
    self.listener = listener
    spawn { [self] in
      while true {
        let descriptor = accept(listener, nil, nil)
        if descriptor < 0 { return }
        accepted.add(1, ordering: .sequentiallyConsistent)
        spawn {
          serve(RawConnection(descriptor))
          close(descriptor)
        }
      }
    }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}

private func spawn(_ body: @escaping @Sendable () -> Void) {
  final class Box { let body: @Sendable () -> Void; init(_ body: @escaping @Sendable () -> Void) { self.body = body } }
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { argument in
      if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
      return nil
    }, Unmanaged.passRetained(Box(body)).toOpaque())
  pthread_detach(thread)
}

/// One accepted connection.
final class RawConnection {
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  private func receive() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    if count > 0 { buffer += chunk[..<count] }
    return count > 0
  }

  /// Up to CR LF, without it; nil at the end.
  func line() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 0x0a) {
        let line = buffer[..<end].filter { $0 != 0x0d }
        buffer.removeFirst(end + 1)
        return String(decoding: line, as: UTF8.self)
      }
      if !receive() { return nil }
    }
  }

  func bytes(_ count: Int) -> [UInt8]? {
    while buffer.count < count { if !receive() { return nil } }
    defer { buffer.removeFirst(count) }
    return Array(buffer.prefix(count))
  }

  /// The head's lines and the body of the next request.
  func request() -> (head: [String], body: [UInt8])? {
    var head: [String] = []
    while let line = line() {
      if line.isEmpty {
        let prefix = "Content-Length: "
        let length = head.first { $0.hasPrefix(prefix) }.flatMap { Int($0.dropFirst(prefix.count)) } ?? 0
        return bytes(length).map { (head, $0) }
      }
      head.append(line)
    }
    return nil
  }

  func send(_ text: String) {
    send(Array(text.utf8))
  }

  func send(_ bytes: [UInt8]) {
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      offset += count
    }
  }

  func answer(_ body: String, status: String = "200 OK", fields: String = "") {
    send("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  /// Waits for the other side to close.
  func drain() {
    while receive() {}
  }
}

/// The error that `request` ends with; nil for an answer.
func failure(of client: HTTPClient, _ request: ClientRequest) async -> ClientError? {
  do throws(ClientError) {
    _ = try await client.send(request)
    return nil
  } catch {
    return error
  }
}
