import Glibc

/// Reads one HTTP/1.1 response (RFC 9112) from bytes as they come, whoever sends them.
///
/// Lenient in what does not matter to a client that measures, strict in what decides where a response ends: a response
/// whose end is in doubt is a fault, and the connection is given up.
struct ResponseParser {
  /// Why bytes are no response.
  enum Fault: Error, Equatable { case statusLine, header, length, chunk, tooLong, cutShort }

  private enum State: Equatable {
    case statusLine, header
    case body(left: Int)
    case chunkSize
    case chunk(left: Int)
    case chunkEnd, trailer, untilClose, done
  }

  /// Bytes of a status line with its header section, and of trailers.
  static let headerLimit = 64 << 10
  static let bodyLimit = 1 << 20

  private var state = State.statusLine
  private var line: [UInt8] = []
  private var headerBytes = 0
  private var length: Int?
  private var isChunked = false
  private(set) var status = 0
  private(set) var body: [UInt8] = []
  /// Whether the connection may be used again, once the response is complete.
  private(set) var keepsAlive = true

  var isDone: Bool { state == .done }
  /// Whether anything was read.
  var hasBegun: Bool { state != .statusLine || !line.isEmpty }

  /// Ready for the next response.
  mutating func reset() {
    state = .statusLine
    line.removeAll(keepingCapacity: true)
    body.removeAll(keepingCapacity: true)
    headerBytes = 0
    length = nil
    isChunked = false
    status = 0
    keepsAlive = true
  }

  /// Reads up to the response's end.
  /// - Returns: how many bytes belong to it.
  mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(Fault) -> Int {
    var position = 0
    while position < bytes.count, state != .done {
      switch state {
      case .body(let left):
        let taken = try append(bytes, from: position, atMost: left)
        position += taken
        state = taken == left ? .done : .body(left: left - taken)
      case .chunk(let left):
        let taken = try append(bytes, from: position, atMost: left)
        position += taken
        state = taken == left ? .chunkEnd : .chunk(left: left - taken)
      case .untilClose: position += try append(bytes, from: position, atMost: .max)
      case .done: break
      case .statusLine, .header, .chunkSize, .chunkEnd, .trailer:
        let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
        let end = rest.firstIndex(of: UInt8(ascii: "\n"))
        let taken = end.map { $0 + 1 } ?? rest.count
        headerBytes += taken
        guard headerBytes <= Self.headerLimit else { throw .tooLong }
        line.append(contentsOf: rest[..<(end ?? rest.count)])
        position += taken
        if end != nil { try finishLine() }
      }
    }
    return position
  }

  /// The connection was closed.
  /// - Throws: `Fault.cutShort` unless that ends the response.
  mutating func end() throws(Fault) {
    guard state == .untilClose else { throw .cutShort }
    keepsAlive = false
    state = .done
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer, from start: Int, atMost limit: Int) throws(Fault) -> Int
  {
    let taken = min(limit, bytes.count - start)
    guard body.count + taken <= Self.bodyLimit else { throw .tooLong }
    body.append(contentsOf: bytes[start..<start + taken])
    return taken
  }

  private mutating func finishLine() throws(Fault) {
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    switch state {
    case .statusLine: try readStatusLine()
    case .header where line.isEmpty: try finishHeader()
    case .header: try readHeader()
    case .chunkSize: try readChunkSize()
    case .chunkEnd:
      guard line.isEmpty else { throw .chunk }
      state = .chunkSize
      headerBytes = 0
    case .trailer where line.isEmpty: state = .done
    case .trailer, .body, .chunk, .untilClose, .done: break
    }
    line.removeAll(keepingCapacity: true)
  }

  /// `HTTP/1.1 202 Accepted`; the reason may be missing.
  private mutating func readStatusLine() throws(Fault) {
    let isHTTP = line.starts(with: "HTTP/1.".utf8) && line.count >= 12 && line[8] == UInt8(ascii: " ")
    guard isHTTP, line.count == 12 || line[12] == UInt8(ascii: " ") else { throw .statusLine }
    switch line[7] {
    case UInt8(ascii: "1"): keepsAlive = true
    case UInt8(ascii: "0"): keepsAlive = false
    default: throw .statusLine
    }
    guard let code = Self.number(line[9..<12]), (100...599).contains(code) else { throw .statusLine }
    status = code
    state = .header
  }

  private mutating func readHeader() throws(Fault) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { throw .header }
    let name = line[..<colon]
    guard !name.contains(where: { $0 <= 0x20 || $0 >= 0x7f }) else { throw .header }
    // The three that matter have lengths of their own among what servers send: most lines end here.
    switch name.count {
    case 14 where Self.isSame(name, "content-length"):
      guard let value = Self.number(Self.trimmed(line[(colon + 1)...])), length == nil || length == value else {
        throw .length
      }
      length = value
    case 17 where Self.isSame(name, "transfer-encoding"):
      guard Self.isSame(Self.trimmed(line[(colon + 1)...]), "chunked"), !isChunked else { throw .length }
      isChunked = true
    case 10 where Self.isSame(name, "connection"):
      let options = line[(colon + 1)...].split(separator: UInt8(ascii: ","))
      if options.contains(where: { Self.isSame(Self.trimmed($0), "close") }) { keepsAlive = false }
    default: break
    }
  }

  private mutating func finishHeader() throws(Fault) {
    // Both together are how responses are smuggled.
    if isChunked && length != nil { throw .length }
    if (100..<200).contains(status) {
      guard status != 101 else { throw .statusLine }
      let spent = headerBytes
      reset()
      headerBytes = spent
      return
    }
    if status == 204 || status == 304 {
      state = .done
    } else if isChunked {
      state = .chunkSize
      headerBytes = 0
    } else if let length {
      guard length <= Self.bodyLimit else { throw .tooLong }
      state = length == 0 ? .done : .body(left: length)
    } else {
      state = .untilClose
    }
  }

  private mutating func readChunkSize() throws(Fault) {
    let digits = Self.trimmed(line.prefix { $0 != UInt8(ascii: ";") })
    guard (1...8).contains(digits.count) else { throw .chunk }
    var size = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): size = size << 4 | Int(digit & 15)
      case UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f"):
        size = size << 4 | Int(digit & 15) + 9
      default: throw .chunk
      }
    }
    state = size == 0 ? .trailer : .chunk(left: size)
  }

  /// Digits and nothing else, at most 9 of them.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
    return bytes
  }

  /// Without regard to case; `lower` is lower case.
  private static func isSame(_ bytes: ArraySlice<UInt8>, _ lower: StaticString) -> Bool {
    guard bytes.count == lower.utf8CodeUnitCount else { return false }
    return lower.withUTF8Buffer { lower in
      zip(bytes, lower).allSatisfy { a, b in ((0x41...0x5a).contains(a) ? a | 0x20 : a) == b }
    }
  }
}
