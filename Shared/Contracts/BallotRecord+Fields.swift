public import Crypto

extension BallotRecord {
  /// What the count needs of a record, read in place and without an allocation.
  public struct Fields: Sendable, Equatable {
    /// What the record is.
    public enum Kind: Sendable, Equatable {
      /// A ballot.
      case ballot(Choice)
      /// A ballot that counts only when it has been released.
      case quarantined(Choice)
      /// What happens to the vote.
      case control(Control)
      /// A change of its schedule; what it says is read by `ScheduleChange.init(_:in:)`.
      case change(ScheduleChange.Kind)
      /// What is ruled over a ballot; what it says is read by `BallotRuling.init(_:in:)`.
      case ruling(BallotRuling.Kind)
    }

    /// The 16 bytes of the proposal's identifier, as a number.
    public let proposal: UInt128
    /// A ballot, a control record or a ruling.
    public let kind: Kind
    /// The first 16 bytes of the pseudonym, of the ballot or of the one that is ruled over, or of the rule's hash in a
    /// control record, as a number.
    public let subject: UInt128
    /// Milliseconds since 1970 (UTC) on the clock of the service that accepted it.
    public let acceptedAt: Int64

    /// Reads and authenticates a record.
    public init(_ bytes: UnsafeRawBufferPointer?, key: HMACKey) throws(Fault) {
      guard let bytes else { throw .missing }
      guard bytes.count == BallotRecord.byteCount else { throw .length }
      guard bytes[0] == 1 else { throw .version }
      let authenticated = UnsafeRawBufferPointer(rebasing: bytes[..<BallotRecord.authenticated])
      let code = UnsafeRawBufferPointer(rebasing: bytes[BallotRecord.authenticated...])
      guard key.isValid(code, for: authenticated) else { throw .authentication }
      proposal = UInt128(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt128.self))
      subject = UInt128(bigEndian: bytes.loadUnaligned(fromByteOffset: 18, as: UInt128.self))
      switch bytes[1] {
      case 0:
        guard bytes[50] <= 1 else { throw .choice }
        kind = .ballot(bytes[50] == 1 ? .yes : .no)
      case 2:
        guard bytes[50] <= 1 else { throw .choice }
        kind = .quarantined(bytes[50] == 1 ? .yes : .no)
      case 1:
        if let control = Control(rawValue: bytes[50]) {
          kind = .control(control)
        } else if let change = ScheduleChange.Kind(rawValue: bytes[50]) {
          kind = .change(change)
        } else {
          throw .kind
        }
      case 3:
        guard let ruling = BallotRuling.Kind(rawValue: bytes[50]) else { throw .kind }
        kind = .ruling(ruling)
      default: throw .kind
      }
      let time = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 67, as: UInt64.self))
      // The year 2286: a time that no honest clock stamps, and that PostgreSQL could not add to safely.
      guard time <= 10_000_000_000_000 else { throw .time }
      acceptedAt = Int64(time)
    }
  }
}
