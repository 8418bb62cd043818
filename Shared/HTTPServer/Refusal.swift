import CLibevent
import Glibc

/// A complete answer that closes the connection, for requests that evhttp cannot be let answer.
func refusalBytes(_ response: HTTPResponse) -> [UInt8] {
  var body: [UInt8] = []
  if case .bytes(let bytes) = response.body { body = bytes }
  var head = "HTTP/1.1 \(response.status) \(reasonPhrase(response.status))\r\nDate: \(httpDate())\r\n"
  for (name, value) in response.headers where !isFraming(name) && !sameName(name, "Connection") {
    head += "\(name): \(value)\r\n"
  }
  head += "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
  return Array(head.utf8) + body
}

/// Whether the server alone says what stands in the field.
func isFraming(_ name: String) -> Bool {
  switch name.utf8.count {
  case 14: sameName(name, "Content-Length")
  case 17: sameName(name, "Transfer-Encoding")
  case 4: sameName(name, "Date")
  default: false
  }
}

/// Now, as RFC 9110, section 5.6.7 wants it.
func httpDate() -> String {
  var now = time(nil)
  var parts = tm()
  gmtime_r(&now, &parts)
  return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 40) { text in
    guard let start = text.baseAddress, strftime(start, 40, "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0 else { return "" }
    return String(cString: start)
  }
}

extension Connection {
  /// Answers the present request with the fault and closes the connection in a while.
  ///
  /// Closed with unread bytes, a socket sends a reset, which can take the answer away from under the peer's eyes
  /// (RFC 9112, section 9.6). So what the peer still sends is read for a little while and thrown away.
  func refuse() {
    guard handle != nil, phase != .lingering, let fault else { return }
    let socket = bufferevent_getfd(buffer)
    // Nothing else is on its way: evhttp begins with a request when the answer before it has been taken.
    refusalBytes(owner.server.refusal(fault)).withUnsafeBytes { bytes in
      _ = send(socket, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
    }
    shutdown(socket, Int32(SHUT_WR))
    enter(.lingering, seconds: 2)
    discardInput()
    // From here on evhttp hears nothing of the connection but that it is freed.
    bufferevent_disable(buffer, Int16(EV_WRITE))
    bufferevent_setcb(
      buffer, { _, me in Connection.from(me)?.discardInput() }, nil,
      { _, _, me in Connection.from(me)?.close() }, Unmanaged.passUnretained(self).toOpaque())
    bufferevent_enable(buffer, Int16(EV_READ))
  }

  private func discardInput() {
    let input = bufferevent_get_input(buffer)
    evbuffer_drain(input, evbuffer_get_length(input))
  }
}
