/// What was ruled over one ballot, as a record in the ballot's own partition tells it; or that a ruling has been told in
/// full to this partition.
public struct BallotRuling: Sendable, Equatable {
  /// What is said; the raw value is that of the record's byte 50.
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// The ballot does not count from here on, for ever.
    case void = 1
    /// The ballot leaves its quarantine and counts.
    case release = 2
    /// All that the ruling says to this partition has been said.
    case end = 3
  }

  /// What is said.
  public let kind: Kind
  /// What the Support Unit ordered and a second person confirmed.
  public let ruling: RulingID
  /// The first 16 bytes of the ballot's pseudonym; zero at the end of a ruling.
  public let voter: [UInt8]
  /// Where the ballot is in this partition; zero at the end of a ruling.
  public let offset: Int64

  /// A ruling over the ballot of `voter` at `offset`.
  /// - Parameter voter: the first 16 bytes of its pseudonym.
  public init(_ kind: Kind, by ruling: RulingID, voter: [UInt8], offset: Int64) {
    self.kind = kind
    self.ruling = ruling
    self.voter = voter
    self.offset = offset
  }

  /// That `ruling` has been told in full.
  public init(endOf ruling: RulingID) {
    self.init(.end, by: ruling, voter: Array(repeating: 0, count: 16), offset: 0)
  }

  /// Reads what a record says that was read as a ruling of this kind.
  /// - Parameter record: all its bytes; what is missing is zero.
  public init(_ kind: Kind, in record: [UInt8]) {
    func bytes(_ place: Int, _ count: Int) -> [UInt8] {
      let bytes = record.dropFirst(place).prefix(count)
      return bytes + Array(repeating: 0, count: count - bytes.count)
    }
    self.init(
      kind, by: RulingID(bytes: bytes(34, 16)) ?? RulingID(), voter: bytes(18, 16),
      offset: Int64(bitPattern: bytes(51, 8).reduce(0) { $0 << 8 | UInt64($1) }))
  }

  /// Bytes 18 to 49 of the record.
  var subject: [UInt8] { Array(voter.prefix(16)) + ruling.bytes }

  /// Bytes 51 to 58 of the record.
  var place: [UInt8] { withUnsafeBytes(of: offset.bigEndian) { Array($0) } }
}
