// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The protocols say what their members are; the conformances need not repeat it.

public import FoundationEssentials

/// What arrays can be read of: every `PostgresDecodable`, and `UInt8`, whose array is a `bytea`.
public protocol PostgresDecodableElement {
  /// Reads an array from its binary format.
  static func array(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) -> [Self]
}

/// A value that can be read from a column.
///
/// A `RawRepresentable` type whose raw value can be read needs nothing but the declaration of the conformance.
public protocol PostgresDecodable: PostgresDecodableElement {
  /// Reads a value from the binary format of `type`.
  init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError)
  /// Reads NULL; only `Optional` can.
  init(postgresNull type: PostgresType) throws(PostgresError)
}

extension PostgresDecodable {
  public init(postgresNull type: PostgresType) throws(PostgresError) {
    throw PostgresError(sqlState: "39004", message: "NULL cannot be read as \(Self.self)")
  }

  public static func array(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) -> [Self] {
    var offset = 0
    let dimensions = try bytes.integer(Int32.self, at: &offset, type)
    _ = try bytes.integer(Int32.self, at: &offset, type)
    let elementType = PostgresType(oid: try bytes.integer(UInt32.self, at: &offset, type))
    // Asked of the element's type: any array type but those known ends here too, as does a value that is no array.
    guard elementType.array == type, dimensions <= 1 else { throw .unreadable(type, as: [Self].self) }
    guard dimensions == 1 else { return [] }
    let count = Int(try bytes.integer(Int32.self, at: &offset, type))
    _ = try bytes.integer(Int32.self, at: &offset, type)
    guard count >= 0, count <= bytes.byteCount / 4 else { throw .malformed(type) }
    var result: [Self] = []
    result.reserveCapacity(count)
    for _ in 0..<count {
      let length = Int(try bytes.integer(Int32.self, at: &offset, type))
      if length < 0 {
        result.append(try Self(postgresNull: elementType))
      } else {
        guard length <= bytes.byteCount - offset else { throw .malformed(type) }
        result.append(try Self(postgres: bytes.extracting(offset..<offset + length), type: elementType))
        offset += length
      }
    }
    return result
  }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    guard let value = Self(rawValue: try RawValue(postgres: bytes, type: type)) else {
      throw PostgresError(sqlState: "42804", message: "not a raw value of \(Self.self)")
    }
    self = value
  }
}

extension Array: PostgresDecodableElement, PostgresDecodable where Element: PostgresDecodableElement {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    self = try Element.array(postgres: bytes, type: type)
  }
}

extension Optional: PostgresDecodableElement, PostgresDecodable where Wrapped: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    self = try Wrapped(postgres: bytes, type: type)
  }
  public init(postgresNull type: PostgresType) throws(PostgresError) { self = nil }
}

extension UInt8: PostgresDecodableElement {
  public static func array(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) -> [UInt8] {
    guard type == .bytea else { throw .unreadable(type, as: [UInt8].self) }
    return bytes.withUnsafeBytes { Array($0) }
  }
}

extension Bool: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    guard type == .bool else { throw .unreadable(type, as: Bool.self) }
    self = try bytes.integer(UInt8.self, type) != 0
  }
}

extension Int: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    switch type {
    case .int8: self = Int(try bytes.integer(Int64.self, type))
    case .int4: self = Int(try bytes.integer(Int32.self, type))
    case .int2: self = Int(try bytes.integer(Int16.self, type))
    default: throw .unreadable(type, as: Int.self)
    }
  }
}

extension Int64: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    self = Int64(try Int(postgres: bytes, type: type))
  }
}

extension Int32: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    guard type == .int4 || type == .int2 else { throw .unreadable(type, as: Int32.self) }
    self = Int32(try Int(postgres: bytes, type: type))
  }
}

extension Int16: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    guard type == .int2 else { throw .unreadable(type, as: Int16.self) }
    self = try bytes.integer(Int16.self, type)
  }
}

extension Double: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    switch type {
    case .float8: self = Double(bitPattern: try bytes.integer(UInt64.self, type))
    case .float4: self = Double(Float(bitPattern: try bytes.integer(UInt32.self, type)))
    default: throw .unreadable(type, as: Double.self)
    }
  }
}

extension String: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    let text: RawSpan
    switch type {
    case .text, .varchar, .bpchar, .name, .json: text = bytes
    case .jsonb:
      // The text follows the version of the format.
      var offset = 0
      guard try bytes.integer(UInt8.self, at: &offset, type) == 1 else { throw .malformed(type) }
      text = bytes.extracting(offset..<bytes.byteCount)
    default: throw .unreadable(type, as: String.self)
    }
    self = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}

extension UUID: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    guard type == .uuid else { throw .unreadable(type, as: UUID.self) }
    guard bytes.byteCount == 16 else { throw .malformed(type) }
    self.init(uuid: bytes.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) })
  }
}

extension Date: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    guard type == .timestamptz else { throw .unreadable(type, as: Date.self) }
    let microseconds = try bytes.integer(Int64.self, type)
    guard microseconds != .max, microseconds != .min else {
      throw PostgresError(sqlState: "42804", message: "an infinite timestamp cannot be read as a date")
    }
    // Whole seconds apart from the rest: the sum in microseconds would lose some of them far from the epoch.
    let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    self.init(
      timeIntervalSinceReferenceDate: TimeInterval(seconds) - Self.postgresEpochToReferenceDate
        + TimeInterval(rest) / 1_000_000)
  }
}

extension PostgresJSON: PostgresDecodable {
  public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresError) {
    guard type == .jsonb || type == .json else { throw .unreadable(type, as: PostgresJSON.self) }
    self.init(text: try String(postgres: bytes, type: type))
  }
}

extension RawSpan {
  /// The whole span as one big-endian integer of a value of `type`.
  fileprivate func integer<I: FixedWidthInteger>(_: I.Type, _ type: PostgresType) throws(PostgresError) -> I {
    guard byteCount == MemoryLayout<I>.size else { throw .malformed(type) }
    return withUnsafeBytes { I(bigEndian: $0.loadUnaligned(as: I.self)) }
  }

  /// Reads a big-endian integer at `offset` and moves `offset` behind it; the server's bytes are checked like anybody's.
  fileprivate func integer<I: FixedWidthInteger>(
    _: I.Type, at offset: inout Int, _ type: PostgresType
  ) throws(PostgresError) -> I {
    guard byteCount - offset >= MemoryLayout<I>.size else { throw .malformed(type) }
    defer { offset += MemoryLayout<I>.size }
    return withUnsafeBytes { I(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: I.self)) }
  }
}
