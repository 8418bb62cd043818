import Contracts

/// An event as anybody may read it.
enum PublicEvent {
  /// Members that are for the services only: one author's proposals cannot be told from another's by what we publish.
  static let privateMembers: Set<String> = ["author", "supporters", "enteredBy", "orderedBy", "actor"]

  /// The event without those members; all others stay, also ones that this version does not know.
  /// - Throws: `DecodingError` for what is no JSON object.
  static func data(of event: [UInt8]) throws -> [UInt8] {
    try JSON.encode(JSON.decode([String: JSONValue].self, from: event).filter { !privateMembers.contains($0.key) })
  }
}
