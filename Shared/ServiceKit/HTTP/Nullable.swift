/// A member of a JSON object that is there even without a value: as null. A plain optional is left out instead.
public struct Nullable<Value: Encodable & Sendable>: Encodable, Sendable {
  /// The value, if there is one.
  public let value: Value?

  /// Wraps a value; nil becomes null.
  public init(_ value: Value?) { self.value = value }

  /// Writes the value or null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}
