/// Checks the bytes of a request line and header section as they arrive, before and independently of evhttp's parser.
///
/// evhttp joins folded lines, takes a bare LF, cuts values at NUL and answers all faults alike; none of that can be seen
/// afterwards. Here it can, and the gate knows when a header section is complete, which evhttp tells nobody.
struct HeaderGate {
  enum Progress: Equatable {
    case incomplete
    case complete
    case refused(status: Int, detail: String)
  }

  static let maximumFields = 100

  private enum Place { case requestLine, lineStart, name, value }

  private var place = Place.requestLine
  private var afterCarriageReturn = false
  private var bytes = 0
  private var spaces = 0
  private var lastEight: UInt64 = 0
  /// Fields in the header section; what evhttp lists behind them came from a trailer section.
  private(set) var fields = 0

  /// Whether anything of the request has arrived.
  var hasBegun: Bool { bytes > 0 }

  /// Whether the request line ended in `HTTP/1.1`; otherwise it is 1.0.
  var isVersion11: Bool { lastEight == Self.version11 }

  private static let version11: UInt64 = 0x4854_5450_2F31_2E31  // "HTTP/1.1"
  private static let version10: UInt64 = 0x4854_5450_2F31_2E30
  private static let protocolName: UInt64 = 0x48_5454_502F  // "HTTP/"

  /// Takes the next bytes; stops at the end of the header section.
  mutating func take(_ input: UnsafeRawBufferPointer, limit: Int) -> Progress {
    var next = 0
    while next < input.count {
      if place == .value && !afterCarriageReturn {
        // Most of a header section is values, and most of a request's bytes are the token.
        let start = next
        while next < input.count && Self.isFieldContent(input[next]) { next += 1 }
        bytes += next - start
        if bytes > limit { return .refused(status: 431, detail: "header section over \(limit) bytes") }
        if next == input.count { break }
      }
      let byte = input[next]
      next += 1
      bytes += 1
      if bytes > limit { return .refused(status: 431, detail: "header section over \(limit) bytes") }
      if afterCarriageReturn {
        afterCarriageReturn = false
        guard byte == 0x0A else { return bad("bare carriage return") }
        if place == .lineStart { return .complete }
        if let fault = endOfLine() { return fault }
      } else if byte == 0x0D {
        afterCarriageReturn = true
      } else if let fault = inLine(byte) {
        return fault
      }
    }
    return .incomplete
  }

  private mutating func endOfLine() -> Progress? {
    if place == .name { return bad("header line without a colon") }
    if place == .requestLine && spaces != 2 { return bad("malformed request line") }  // evhttp takes more
    if place == .requestLine && lastEight != Self.version11 && lastEight != Self.version10 {
      // "HTTP/2.0" and the like deserve their own status; anything else is not HTTP.
      return lastEight >> 24 == Self.protocolName
        ? .refused(status: 505, detail: "unsupported protocol version") : bad("malformed request line")
    }
    place = .lineStart
    return nil
  }

  private mutating func inLine(_ byte: UInt8) -> Progress? {
    switch place {
    case .requestLine:
      guard byte >= 0x20 && byte < 0x7F else { return bad("control character in the request line") }
      if byte == 0x20 { spaces += 1 }
      lastEight = lastEight << 8 | UInt64(byte)
    case .lineStart:
      if byte == 0x20 || byte == 0x09 { return bad("folded header line") }
      guard Self.isToken(byte) else { return bad("malformed header name") }
      fields += 1
      if fields > Self.maximumFields { return bad("more than \(Self.maximumFields) header fields") }
      place = .name
    case .name:
      if byte == 0x3A {
        place = .value
      } else if !Self.isToken(byte) {
        return bad("malformed header name")
      }
    case .value:
      guard Self.isFieldContent(byte) else { return bad("control character in a header value") }
    }
    return nil
  }

  private func bad(_ detail: String) -> Progress { .refused(status: 400, detail: detail) }

  /// `tchar` of RFC 9110, section 5.6.2.
  static func isToken(_ byte: UInt8) -> Bool {
    if byte >= 0x80 { return false }
    let set = byte < 0x40 ? tokensBelow64 : tokensFrom64
    return set >> UInt64(byte & 0x3F) & 1 == 1
  }

  // One bit for each ASCII character: ! # $ % & ' * + - . 0-9, and A-Z ^ _ ` a-z | ~
  private static let tokensBelow64: UInt64 = 0x03FF_6CFA_0000_0000
  private static let tokensFrom64: UInt64 = 0x57FF_FFFF_C7FF_FFFE

  /// What may stand in a field value: anything but control characters (RFC 9110, section 5.5).
  static func isFieldContent(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }
}
