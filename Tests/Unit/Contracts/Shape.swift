import Contracts
import FoundationEssentials

/// What JSON a type reads, found out by letting it read: a decoder that answers every question with a made-up value and
/// keeps a list of the questions.
indirect enum Shape: Equatable {
  case text, uuid, time, day, integer, number, boolean
  /// One of the words of an enum.
  case words([String])
  case array(Shape)
  /// The members that must be there, and those that may be missing.
  case object(required: [String: Shape], optional: [String: Shape])

  /// - Throws: what the type throws at a made-up value.
  static func of<Value: Decodable>(_: Value.Type) throws -> Shape {
    let probe = Probe()
    return try probe.answer(Value.self).shape
  }
}

private protocol UUIDShaped {}
extension Identifier: UUIDShaped {}

/// Collects what is asked at one place of the JSON.
private final class Probe {
  var required: [String: Shape] = [:]
  var optional: [String: Shape] = [:]
  var isObject = false
  var single: Shape?
  /// Keys that were asked for null: whoever does so can do without them.
  var forgiven: Set<String> = []

  func answer<Value: Decodable>(_: Value.Type) throws -> (value: Value, shape: Shape) {
    func made(_ value: some Any, _ shape: Shape) throws -> (Value, Shape) {
      guard let value = value as? Value else { throw Unexpected(what: "\(Value.self)") }
      return (value, shape)
    }
    switch Value.self {
    case is Bool.Type: return try made(true, .boolean)
    case is Int.Type: return try made(1 as Int, .integer)
    case is Int64.Type: return try made(1 as Int64, .integer)
    case is Int32.Type: return try made(1 as Int32, .integer)
    case is Double.Type: return try made(0.5, .number)
    case is Date.Type: return try made(Date(timeIntervalSince1970: 1_795_512_600), .time)
    case is UUID.Type: return try made(UUID(), .uuid)
    case is String.Type: return try made("text", .text)
    default: break
    }
    if let words = Value.self as? any (CaseIterable & RawRepresentable).Type, let (first, all) = Self.words(of: words) {
      return try made(first, .words(all))
    }
    let inner = Probe()
    inner.text =
      Value.self is any UUIDShaped.Type
      ? "0197f5b2-0000-7000-8000-000000000001"
      : String(describing: Value.self) == "Day"
        ? "2026-11-24" : "text"
    let value = try Value(from: ProbeDecoder(probe: inner))
    if Value.self is any UUIDShaped.Type { return (value, .uuid) }
    if String(describing: Value.self) == "Day" { return (value, .day) }
    if inner.isObject { return (value, .object(required: inner.required, optional: inner.optional)) }
    guard let single = inner.single else { throw Unexpected(what: "\(Value.self)") }
    return (value, single)
  }

  /// What a lone string is answered with.
  var text = "text"

  private static func words<Words: CaseIterable & RawRepresentable>(of _: Words.Type) -> (Words, [String])? {
    guard let all = Words.allCases.map(\.rawValue) as? [String], let first = Words.allCases.first else { return nil }
    return (first, all)
  }
}

/// A type that reads JSON in a way that the probe does not know.
struct Unexpected: Error { let what: String }

private struct ProbeDecoder: Decoder {
  let probe: Probe
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy _: Key.Type) -> KeyedDecodingContainer<Key> {
    probe.isObject = true
    return KeyedDecodingContainer(Keyed<Key>(probe: probe))
  }
  func unkeyedContainer() -> any UnkeyedDecodingContainer { Unkeyed(probe: probe) }
  func singleValueContainer() -> any SingleValueDecodingContainer { Single(probe: probe) }
}

/// Optional members are read by containers' own `decodeIfPresent`, which asks `decodeNil` first.
private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let probe: Probe
  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { [] }

  func contains(_ key: Key) -> Bool { true }
  func decodeNil(forKey key: Key) -> Bool {
    probe.forgiven.insert(key.stringValue)
    return false
  }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    let (value, shape) = try probe.answer(type)
    if probe.forgiven.contains(key.stringValue) {
      probe.optional[key.stringValue] = shape
    } else {
      probe.required[key.stringValue] = shape
    }
    return value
  }
  func nestedContainer<Other: CodingKey>(keyedBy _: Other.Type, forKey key: Key) throws -> KeyedDecodingContainer<Other>
  {
    throw Unexpected(what: key.stringValue)
  }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    throw Unexpected(what: key.stringValue)
  }
  func superDecoder() throws -> any Decoder { throw Unexpected(what: "super") }
  func superDecoder(forKey key: Key) throws -> any Decoder { throw Unexpected(what: key.stringValue) }
}

/// A list with one element.
private struct Unkeyed: UnkeyedDecodingContainer {
  let probe: Probe
  var codingPath: [any CodingKey] { [] }
  var count: Int? { 1 }
  var currentIndex = 0
  var isAtEnd: Bool { currentIndex > 0 }

  init(probe: Probe) { self.probe = probe }

  mutating func decodeNil() -> Bool { false }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    currentIndex += 1
    let (value, shape) = try probe.answer(type)
    probe.single = .array(shape)
    return value
  }
  func nestedContainer<Other: CodingKey>(keyedBy _: Other.Type) throws -> KeyedDecodingContainer<Other> {
    throw Unexpected(what: "list in a list")
  }
  func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unexpected(what: "list in a list") }
  func superDecoder() throws -> any Decoder { throw Unexpected(what: "super") }
}

private struct Single: SingleValueDecodingContainer {
  let probe: Probe
  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { false }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let text = probe.text as? Value, type == String.self {
      probe.single = .text
      return text
    }
    let (value, shape) = try probe.answer(type)
    probe.single = shape
    return value
  }
}
