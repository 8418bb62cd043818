public import FoundationEssentials

/// A UUID that says in its type what it identifies, so that two of them cannot be swapped.
public struct Identifier<Kind>: Hashable, Sendable, Codable, LosslessStringConvertible {
  /// The identifier as other libraries take it.
  public let uuid: UUID

  /// An identifier as given, or a new random one.
  public init(_ uuid: UUID = UUID()) { self.uuid = uuid }

  /// Reads the 36 characters of RFC 9562; upper and lower case.
  public init?(_ text: String) {
    guard text.utf8.count == 36, let uuid = UUID(uuidString: text) else { return nil }
    self.uuid = uuid
  }

  /// The 36 characters of RFC 9562 in lower case.
  public var description: String { uuid.uuidString.lowercased() }

  /// The 16 bytes, most significant first.
  public var bytes: [UInt8] { withUnsafeBytes(of: uuid.uuid) { Array($0) } }

  /// - Parameter bytes: exactly 16, most significant first; nil otherwise.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var value = UUID().uuid
    withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes) }
    uuid = UUID(uuid: value)
  }

  /// Reads a string of 36 characters.
  /// - Throws: `DecodingError`
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UUID")
    }
    self = value
  }

  /// Writes the 36 characters in lower case.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// What the identifiers identify; never instantiated.
public enum Kinds {
  /// Of `ProposalID`.
  public enum Proposal {}
  /// Of `CitizenID`.
  public enum Citizen {}
  /// Of `CaseID`.
  public enum Case {}
}

/// A proposal, and the task that it becomes when it is selected for a vote.
public typealias ProposalID = Identifier<Kinds.Proposal>
/// A person to the Forum: derived from the token's issuer and its pairwise subject, never from a resident number.
public typealias CitizenID = Identifier<Kinds.Citizen>
/// What the Committee has before it.
public typealias CaseID = Identifier<Kinds.Case>
