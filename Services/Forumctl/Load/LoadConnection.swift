import Glibc

/// One keep-alive connection with at most one request on it.
final class LoadConnection<Ticket> {
  enum State { case closed, connecting, idle, busy }

  /// What an attempt to go on came to.
  enum Step {
    case waiting
    case answered
    case broken
  }

  private(set) var state = State.closed
  private(set) var descriptor: Int32 = -1
  /// Tells events of this connection from those of earlier ones in the same place.
  private(set) var generation: UInt32 = 0
  var parser = ResponseParser()
  /// The request that is being sent.
  var output: [UInt8] = []
  private var sent = 0
  /// The request under way.
  var ticket: Ticket?
  /// Nanoseconds from the start.
  var deadline: Int64 = 0

  /// Whether a byte of the request has left.
  var hasSent: Bool { sent > 0 }
  private var isSent: Bool { sent == output.count }
  /// Whether another request may follow on it.
  var isReusable: Bool { isSent && parser.isDone && parser.keepsAlive && !hasMore }
  /// More than the response came.
  private var hasMore = false

  /// Takes over a socket that is on its way.
  func open(_ descriptor: Int32) {
    self.descriptor = descriptor
    generation &+= 1
    state = .connecting
  }

  func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
    state = .closed
    ticket = nil
  }

  func rest() {
    state = .idle
    ticket = nil
  }

  /// Makes ready for the request in `output`.
  func begin(_ ticket: Ticket, deadline: Int64) {
    self.ticket = ticket
    self.deadline = deadline
    sent = 0
    hasMore = false
    parser.reset()
    if state == .idle { state = .busy }
  }

  /// The kernel says that the connection is made, or that it cannot be.
  /// - Returns: whether it is.
  func isEstablished() -> Bool {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0, code == 0 else { return false }
    state = .busy
    return true
  }

  /// Sends what the kernel takes. A connection that takes nothing more may still hold an answer, so that is no end.
  func send() {
    output.withUnsafeBytes { bytes in
      while sent < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
        let count = Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        if count > 0 { sent += count } else if count == 0 || errno != EINTR { return }
      }
    }
  }

  /// Reads what has come.
  func receive(with buffer: UnsafeMutableRawBufferPointer) -> Step {
    while true {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN ? .waiting : .broken
      }
      // Whatever comes without a request is no answer to one.
      guard state == .busy else { return .broken }
      do throws(ResponseParser.Fault) {
        if count == 0 {
          try parser.end()
          return .answered
        }
        let used = try parser.consume(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        if parser.isDone {
          hasMore = used < count
          return .answered
        }
      } catch { return .broken }
    }
  }
}
