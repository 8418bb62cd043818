/// Writes the primitive types of Kafka's protocol (https://kafka.apache.org/protocol#protocol_types), big-endian, in the
/// compact forms of its flexible versions (KIP-482) where the name says so.
struct ProtocolWriter {
  private(set) var bytes: [UInt8] = []

  mutating func integer(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func boolean(_ value: Bool) { bytes.append(value ? 1 : 0) }

  mutating func double(_ value: Double) { integer(value.bitPattern) }

  mutating func unsignedVarint(_ value: Int) {
    var rest = UInt32(clamping: value)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Two bytes of length; -1: null.
  mutating func string(_ text: String?) {
    guard let text else { return integer(Int16(-1)) }
    integer(Int16(clamping: text.utf8.count))
    bytes += text.utf8.prefix(Int(Int16.max))
  }

  /// The length and one; nought: null.
  mutating func compactString(_ text: String?) { compactBytes(text.map { Array($0.utf8) }) }

  /// The length and one; nought: null.
  mutating func compactBytes(_ value: [UInt8]?) {
    guard let value else { return unsignedVarint(0) }
    unsignedVarint(value.count + 1)
    bytes += value
  }

  /// Each element ends with its own tagged fields, of which there are none.
  mutating func compactArray<Element>(_ elements: [Element], _ write: (inout ProtocolWriter, Element) -> Void) {
    unsignedVarint(elements.count + 1)
    for element in elements {
      write(&self, element)
      noTags()
    }
  }

  /// No tagged fields: the end of every flexible structure.
  mutating func noTags() { unsignedVarint(0) }
}

/// Reads what `ProtocolWriter` writes. Answers come from the network: whatever does not fit is an error, never a trap.
struct ProtocolReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: some Collection<UInt8>) { rest = Array(bytes)[...] }

  static let malformed = KafkaError(code: .malformedAnswer, reason: "the broker's answer cannot be understood")

  mutating func take(_ count: Int) throws(KafkaError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= rest.count else { throw Self.malformed }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(KafkaError) -> Value {
    var value: Value = 0
    for byte in try take(MemoryLayout<Value>.size) { value = value << 8 | Value(truncatingIfNeeded: byte) }
    return value
  }

  mutating func double() throws(KafkaError) -> Double { Double(bitPattern: try integer(UInt64.self)) }

  mutating func unsignedVarint() throws(KafkaError) -> Int {
    var value: UInt32 = 0
    for shift in stride(from: UInt32(0), to: 35, by: 7) {
      let byte = try integer(UInt8.self)
      value |= UInt32(byte & 0x7f) << shift
      if byte < 0x80 { return Int(value) }
    }
    throw Self.malformed
  }

  mutating func string() throws(KafkaError) -> String? {
    let count = Int(try integer(Int16.self))
    return count < 0 ? nil : String(decoding: try take(count), as: UTF8.self)
  }

  mutating func compactString() throws(KafkaError) -> String? {
    let count = try unsignedVarint() - 1
    return count < 0 ? nil : String(decoding: try take(count), as: UTF8.self)
  }

  /// Null is an empty array.
  mutating func compactArray<Element>(
    _ read: (inout ProtocolReader) throws(KafkaError) -> Element
  ) throws(KafkaError) -> [Element] {
    var elements: [Element] = []
    let count = try unsignedVarint() - 1
    // An element has a byte at least: a length that lies does not cost more than the answer is long.
    guard count <= rest.count else { throw Self.malformed }
    for _ in stride(from: 0, to: count, by: 1) {
      elements.append(try read(&self))
      try skipTags()
    }
    return elements
  }

  mutating func skipTags() throws(KafkaError) {
    for _ in stride(from: 0, to: try unsignedVarint(), by: 1) {
      _ = try unsignedVarint()
      _ = try take(try unsignedVarint())
    }
  }
}
