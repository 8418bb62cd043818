public import Crypto
import FoundationEssentials

/// A yes or a no.
public enum Choice: String, Codable, Sendable, CaseIterable {
  case yes, no

  var byte: UInt8 { self == .yes ? 1 : 0 }
}

/// One record of `forum.ballots`: 91 bytes, big-endian.
///
/// | offset | bytes | ballot | control | ruling |
/// |---|---|---|---|---|
/// | 0 | 1 | version 1 | version 1 | version 1 |
/// | 1 | 1 | kind 0; in quarantine 2 | kind 1 | kind 3 |
/// | 2 | 16 | proposal | proposal | proposal |
/// | 18 | 32 | pseudonym | hash of the rule | first 16 bytes of the pseudonym (at the end zero), identifier of the ruling |
/// | 50 | 1 | 0 no, 1 yes | 1 open, 2 close, 3 pause, 4 resumption, 5 extension | 1 void, 2 release, 3 end of the ruling |
/// | 51 | 16 | nonce of the client | of 3 to 5: closing time from then on, ms since 1970 (8 bytes), and number of the change within its vote, from 1 (8 bytes); else zero | offset of the ballot in this partition (8 bytes), at the end zero; zero |
/// | 67 | 8 | accepted, ms since 1970 | ordered, ms since 1970; of 3 to 5: from when on it holds | confirmed, ms since 1970 |
/// | 75 | 16 | first half of HMAC-SHA256 of bytes 0 to 74 | the same | the same |
///
/// Control records and the ends of rulings are written to every partition, and a ruling over a ballot to the ballot's, so
/// that a replay of any partition counts the same ballots.
public struct BallotRecord: Sendable, Equatable {
  /// What happens to a vote at this place of the log.
  public enum Control: UInt8, Sendable { case open = 1, close = 2 }

  /// What the record is.
  public enum Content: Sendable, Equatable {
    /// - Parameters:
    ///   - pseudonym: 32 bytes, different for each proposal.
    ///   - nonce: 16 bytes chosen by the client.
    case ballot(pseudonym: [UInt8], choice: Choice, nonce: [UInt8])
    /// The same, to be counted only when it has been released.
    case quarantined(pseudonym: [UInt8], choice: Choice, nonce: [UInt8])
    case control(Control, ruleHash: [UInt8])
    case change(ScheduleChange, ruleHash: [UInt8])
    case ruling(BallotRuling)
  }

  /// Why bytes are not a record that may count; the raw value is public.
  public enum Fault: String, Error, Sendable {
    case missing = "no-value", length = "wrong-length", version = "unknown-version", kind = "unknown-kind"
    case choice = "unknown-choice", time = "impossible-time", authentication = "bad-authentication-code"
  }

  /// Length of every record.
  public static let byteCount = 91
  static let authenticated = 75

  /// The task that is voted on.
  public let proposal: ProposalID
  /// A ballot, what happens to the vote, or what is ruled over a ballot.
  public let content: Content
  /// Milliseconds since 1970 (UTC) on the clock of the service that accepted it.
  public let acceptedAt: Int64

  /// A record that is about to be written.
  /// - Parameter acceptedAt: milliseconds since 1970 (UTC).
  public init(proposal: ProposalID, content: Content, acceptedAt: Int64) {
    self.proposal = proposal
    self.content = content
    self.acceptedAt = acceptedAt
  }

  /// The partition of a pseudonym: its first 8 bytes modulo the count, which never changes.
  public static func partition(of pseudonym: [UInt8], count: Int32) -> Int32 {
    var head: UInt64 = 0
    for byte in pseudonym.prefix(8) { head = head << 8 | UInt64(byte) }
    return partition(of: head, count: count)
  }

  /// The same by the first 8 bytes as a number, the first byte its highest.
  public static func partition(of pseudonym: UInt64, count: Int32) -> Int32 {
    Int32(pseudonym % UInt64(max(count, 1)))
  }

  /// The 91 bytes.
  public func encoded(with key: HMACKey) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.byteCount) { bytes, count in
      var place = 0
      func append(_ byte: UInt8) {
        bytes[place] = byte
        place += 1
      }
      func append(_ piece: UnsafeRawBufferPointer, exactly length: Int) {
        // What a caller gives too short or too long must neither shift the rest nor overrun the record.
        for index in 0..<length { append(index < piece.count ? piece[index] : 0) }
      }
      append(1)
      let (kind, middle, action, nonce): (UInt8, [UInt8], UInt8, [UInt8]) =
        switch content {
        case .ballot(let pseudonym, let choice, let nonce): (0, pseudonym, choice.byte, nonce)
        case .quarantined(let pseudonym, let choice, let nonce): (2, pseudonym, choice.byte, nonce)
        case .control(let control, let ruleHash): (1, ruleHash, control.rawValue, [])
        case .change(let change, let ruleHash): (1, ruleHash, change.kind.rawValue, change.bytes)
        case .ruling(let ruling): (3, ruling.subject, ruling.kind.rawValue, ruling.place)
        }
      append(kind)
      withUnsafeBytes(of: proposal.uuid.uuid) { append($0, exactly: 16) }
      middle.withUnsafeBytes { append($0, exactly: 32) }
      append(action)
      nonce.withUnsafeBytes { append($0, exactly: 16) }
      withUnsafeBytes(of: acceptedAt.bigEndian) { append($0, exactly: 8) }
      let signed = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<place])
      var code = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
      withUnsafeMutableBytes(of: &code) { code in
        if let start = code.baseAddress { key.authenticate(signed, into: start) }
        append(UnsafeRawBufferPointer(code), exactly: 16)
      }
      count = place
    }
  }

  /// Reads and authenticates a record.
  public init(_ bytes: [UInt8]?, key: HMACKey) throws(Fault) {
    guard let bytes else { throw .missing }
    let fields: Result<Fields, Fault> = bytes.withUnsafeBytes { bytes in
      Result { () throws(Fault) in try Fields(bytes, key: key) }
    }
    let kind = try fields.get().kind  // throws for a record that is too short, too
    guard let proposal = ProposalID(bytes: bytes[2..<18]) else { throw .length }
    self.proposal = proposal
    let middle = Array(bytes[18..<50])
    switch kind {
    case .ballot(let choice): content = .ballot(pseudonym: middle, choice: choice, nonce: Array(bytes[51..<67]))
    case .quarantined(let choice):
      content = .quarantined(pseudonym: middle, choice: choice, nonce: Array(bytes[51..<67]))
    case .control(let control): content = .control(control, ruleHash: middle)
    case .change(let kind): content = .change(ScheduleChange(kind, in: bytes), ruleHash: middle)
    case .ruling(let kind): content = .ruling(BallotRuling(kind, in: bytes))
    }
    acceptedAt = try fields.get().acceptedAt
  }
}
