public import FoundationEssentials

/// A UUID that says in its type what it identifies, so that two of them cannot be swapped.
public struct Identifier<Kind>: Hashable, Sendable, Codable, LosslessStringConvertible {
  /// The identifier as other libraries take it.
  public let uuid: UUID

  /// An identifier as given, or a new random one.
  public init(_ uuid: UUID = UUID()) { self.uuid = uuid }

  /// Reads the 36 characters of RFC 9562; upper and lower case.
  public init?(_ text: String) {
    var text = text
    guard let uuid = text.withUTF8(uuid(in:)) else { return nil }
    self.uuid = uuid
  }

  /// The 36 characters of RFC 9562 in lower case.
  public var description: String {
    withUnsafeBytes(of: uuid.uuid) { bytes in
      String(unsafeUninitializedCapacity: 36) { text in
        var place = 0
        for (index, byte) in bytes.enumerated() {
          if index == 4 || index == 6 || index == 8 || index == 10 {
            text[place] = UInt8(ascii: "-")
            place += 1
          }
          text[place] = hexDigit(byte >> 4)
          text[place + 1] = hexDigit(byte & 15)
          place += 2
        }
        return place
      }
    }
  }

  /// The 16 bytes, most significant first.
  public var bytes: [UInt8] { withUnsafeBytes(of: uuid.uuid) { Array($0) } }

  /// - Parameter bytes: exactly 16, most significant first; nil otherwise.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var value = noUUID
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

/// Sixteen zero bytes to be written over; drawing a random identifier for that costs a system call.
private let noUUID: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

/// Reads exactly the 36 characters of RFC 9562, in either case. An identifier is read for each request, and Foundation's
/// reader costs as much as an authentication code.
private func uuid(in text: UnsafeBufferPointer<UInt8>) -> UUID? {
  guard text.count == 36 else { return nil }
  var value = noUUID
  let isWellFormed = withUnsafeMutableBytes(of: &value) { bytes in
    var place = 0
    for index in bytes.indices {
      if index == 4 || index == 6 || index == 8 || index == 10 {
        guard text[place] == UInt8(ascii: "-") else { return false }
        place += 1
      }
      guard let high = hexValue(text[place]), let low = hexValue(text[place + 1]) else { return false }
      bytes[index] = high << 4 | low
      place += 2
    }
    return true
  }
  return isWellFormed ? UUID(uuid: value) : nil
}

private func hexValue(_ sign: UInt8) -> UInt8? {
  switch sign {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): sign - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): sign - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): sign - UInt8(ascii: "A") + 10
  default: nil
  }
}

private func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

/// What the identifiers identify; never instantiated.
public enum Kinds {
  /// Of `ProposalID`.
  public enum Proposal {}
  /// Of `DraftID`.
  public enum Draft {}
  /// Of `OpinionID`.
  public enum Opinion {}
  /// Of `CitizenID`.
  public enum Citizen {}
  /// Of `NoticeID`.
  public enum Notice {}
  /// Of `CaseID`.
  public enum Case {}
  /// Of `CaseTextID`.
  public enum CaseText {}
  /// Of `RulingID`.
  public enum Ruling {}
}

/// A proposal, and the task that it becomes when it is selected for a vote.
public typealias ProposalID = Identifier<Kinds.Proposal>
/// What a citizen is still writing.
public typealias DraftID = Identifier<Kinds.Draft>
/// What a citizen says for or against a proposal, or in answer to that.
public typealias OpinionID = Identifier<Kinds.Opinion>
/// A person to the Forum: derived from the token's issuer and its pairwise subject, never from a resident number.
public typealias CitizenID = Identifier<Kinds.Citizen>
/// What a notice to everybody is about.
public typealias NoticeID = Identifier<Kinds.Notice>
/// What the Committee has before it.
public typealias CaseID = Identifier<Kinds.Case>
/// What somebody wrote about the results of a case: a rating, or an opinion.
public typealias CaseTextID = Identifier<Kinds.CaseText>
/// What the Support Unit rules over ballots: that they are void, or released from quarantine.
public typealias RulingID = Identifier<Kinds.Ruling>
