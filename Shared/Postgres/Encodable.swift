// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The protocols say what their members are; the conformances need not repeat it.

public import FoundationEssentials

/// What arrays can be bound of: every `PostgresEncodable`, and `UInt8`, whose array is a `bytea`.
public protocol PostgresEncodableElement: Sendable {
  /// The type of an array of these.
  static var postgresArrayType: PostgresType { get }
  /// Appends an array in binary format.
  static func encode(_ array: [Self], into buffer: inout PostgresBuffer)
}

/// A value that can be bound as a parameter.
///
/// A `RawRepresentable` type whose raw value can be bound needs nothing but the declaration of the conformance.
public protocol PostgresEncodable: PostgresEncodableElement {
  /// The parameter's type; the statement is prepared with it, so it is never guessed from the text around it.
  static var postgresType: PostgresType { get }
  /// Appends the value in the binary format of `postgresType`, without its length.
  func encode(into buffer: inout PostgresBuffer)
}

extension PostgresEncodable {
  public static var postgresArrayType: PostgresType { postgresType.array ?? PostgresType(oid: 0) }

  public static func encode(_ array: [Self], into buffer: inout PostgresBuffer) {
    guard postgresType.array != nil, let count = Int32(exactly: array.count) else {
      return buffer.fail(.init(sqlState: "0A000", message: "an array of \(Self.self) cannot be bound"))
    }
    // Dimensions, a flag that the server works out itself, the elements' type; then size and first index.
    buffer.reserve(20 + 12 * array.count)
    buffer.append(Int32(count == 0 ? 0 : 1))
    buffer.append(Int32(0))
    buffer.append(postgresType.oid)
    guard count > 0 else { return }
    buffer.append(count)
    buffer.append(Int32(1))
    for element in array { buffer.encodeElement(element) }
  }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
  public static var postgresType: PostgresType { RawValue.postgresType }
  public func encode(into buffer: inout PostgresBuffer) { rawValue.encode(into: &buffer) }
}

extension Array: PostgresEncodableElement, PostgresEncodable where Element: PostgresEncodableElement {
  public static var postgresType: PostgresType { Element.postgresArrayType }
  public func encode(into buffer: inout PostgresBuffer) { Element.encode(self, into: &buffer) }
}

extension Optional: PostgresEncodableElement, PostgresEncodable where Wrapped: PostgresEncodable {
  public static var postgresType: PostgresType { Wrapped.postgresType }
  public func encode(into buffer: inout PostgresBuffer) {
    if let self { self.encode(into: &buffer) } else { buffer.appendNull() }
  }
}

extension UInt8: PostgresEncodableElement {
  public static var postgresArrayType: PostgresType { .bytea }
  public static func encode(_ array: [UInt8], into buffer: inout PostgresBuffer) { buffer.append(bytes: array) }
}

extension Bool: PostgresEncodable {
  public static var postgresType: PostgresType { .bool }
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(UInt8(self ? 1 : 0)) }
}

extension Int: PostgresEncodable {
  public static var postgresType: PostgresType { .int8 }
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(Int64(self)) }
}

extension Int64: PostgresEncodable {
  public static var postgresType: PostgresType { .int8 }
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(self) }
}

extension Int32: PostgresEncodable {
  public static var postgresType: PostgresType { .int4 }
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(self) }
}

extension Int16: PostgresEncodable {
  public static var postgresType: PostgresType { .int2 }
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(self) }
}

extension Double: PostgresEncodable {
  public static var postgresType: PostgresType { .float8 }
  public func encode(into buffer: inout PostgresBuffer) { buffer.append(bitPattern) }
}

extension String: PostgresEncodable {
  public static var postgresType: PostgresType { .text }
  public func encode(into buffer: inout PostgresBuffer) {
    if utf8.contains(0) { buffer.fail(.init(sqlState: "22021", message: "text cannot hold U+0000")) }
    buffer.append(bytes: utf8)
  }
}

extension UUID: PostgresEncodable {
  public static var postgresType: PostgresType { .uuid }
  public func encode(into buffer: inout PostgresBuffer) {
    withUnsafeBytes(of: uuid) { buffer.append(bytes: $0) }
  }
}

extension Date: PostgresEncodable {
  public static var postgresType: PostgresType { .timestamptz }
  public func encode(into buffer: inout PostgresBuffer) {
    let sinceEpoch = (timeIntervalSinceReferenceDate + Self.postgresEpochToReferenceDate) * 1_000_000
    // The two ends of the range mean infinity there.
    guard let microseconds = Int64(exactly: sinceEpoch.rounded()), microseconds != .min, microseconds != .max else {
      return buffer.fail(.init(sqlState: "22008", message: "a date is out of range"))
    }
    buffer.append(microseconds)
  }

  /// Seconds from PostgreSQL's epoch, the start of 2000, to Foundation's, the start of 2001.
  static let postgresEpochToReferenceDate: TimeInterval = 366 * 86400
}

/// A JSON document as text, stored as `jsonb`.
public struct PostgresJSON: Hashable, Sendable {
  /// The document.
  public var text: String

  /// A document from its text; the server checks that it is one.
  public init(text: String) { self.text = text }
}

extension PostgresJSON: PostgresEncodable {
  public static var postgresType: PostgresType { .jsonb }
  public func encode(into buffer: inout PostgresBuffer) {
    buffer.append(UInt8(1))  // the version of the format
    text.encode(into: &buffer)
  }
}
