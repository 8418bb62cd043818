import Contracts

/// A ballot's few bytes of JSON, read and written without Foundation: at tens of thousands of ballots a second its
/// encoder and decoder are most of the work.
enum BallotText {
  /// What a plain ballot says: an object with a `choice` that is allowed and perhaps a `nonce` of base64url signs, each
  /// once, without escapes. Nil for everything else, be it valid or not: then the general decoder decides, so that this
  /// reader need not know what to say about it.
  static func plain(_ body: [UInt8]) -> BallotBox.Ballot? {
    body.withUnsafeBytes { bytes in
      var reader = Reader(bytes: bytes)
      return reader.ballot()
    }
  }

  /// The same bytes as `JSON.encode` gives for the answer.
  static func accepted(_ accepted: BallotBox.Accepted) -> [UInt8] {
    let text =
      #"{"acceptedAt":""# + JSON.timestamp(accepted.acceptedAt) + #"","proposal":""# + accepted.proposal.description
      + #"","receipt":""# + accepted.receipt + #"","state":""# + accepted.state.rawValue + #""}"#
    return Array(text.utf8)
  }

  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    private var place = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func ballot() -> BallotBox.Ballot? {
      var choice: Choice?
      var nonce: String?
      guard take("{") else { return nil }
      repeat {
        if choice == nil, take("\"choice\"") {
          guard take(":") else { return nil }
          if take("\"yes\"") {
            choice = .yes
          } else if take("\"no\"") {
            choice = .no
          } else {
            return nil
          }
        } else if nonce == nil, take("\"nonce\"") {
          guard take(":"), let text = word() else { return nil }
          nonce = text
        } else {
          return nil
        }
      } while take(",")
      guard take("}"), skipSpace() == bytes.count, let choice else { return nil }
      return BallotBox.Ballot(choice: choice, nonce: nonce)
    }

    /// A string of base64url signs.
    private mutating func word() -> String? {
      guard take("\"") else { return nil }
      let start = place
      while place < bytes.count, Self.isSign(bytes[place]) { place += 1 }
      let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<place]), as: UTF8.self)
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return nil }
      place += 1
      return text
    }

    private mutating func take(_ text: StaticString) -> Bool {
      let start = skipSpace()
      let count = text.utf8CodeUnitCount
      guard bytes.count - start >= count else { return false }
      for index in 0..<count where bytes[start + index] != text.utf8Start[index] { return false }
      place = start + count
      return true
    }

    /// White space of RFC 8259 section 2.
    private mutating func skipSpace() -> Int {
      while place < bytes.count, Self.isSpace(bytes[place]) { place += 1 }
      return place
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private static func isSign(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }
}
