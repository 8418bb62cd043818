import Contracts

/// An event as anybody may read it.
enum PublicEvent {
  /// Members that are for the services only: one author's proposals cannot be told from another's by what we publish.
  static let privateMembers: Set<String> = ["author", "supporters", "enteredBy"]

  /// The event without those members; all others stay, also ones that this version does not know.
  /// - Throws: `DecodingError` for what is no JSON object.
  static func data(of event: [UInt8]) throws -> [UInt8] {
    try JSON.encode(JSON.decode([String: JSONValue].self, from: event).filter { !privateMembers.contains($0.key) })
  }
}

/// Any JSON, to be handed on.
enum JSONValue: Codable, Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}
