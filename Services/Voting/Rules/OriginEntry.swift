import Contracts
import FoundationEssentials

/// What is kept of a ballot beside the log, for as long as a void may ask for it.
///
/// 42 bytes, big-endian: first half of the pseudonym (16), accepted, ms since 1970 (8), origin hash (16), days that the
/// account had existed (2; all ones: not known).
struct OriginEntry: Sendable, Equatable {
  static let byteCount = 42
  /// How long it is kept.
  static let keptDays = 30
  private static let unknownAge = UInt16.max

  /// The first 16 bytes as a number: what a ballot is stored by.
  let pseudonym: UInt128
  let origin: OriginHash
  let acceptedAt: Int64
  private let age: UInt16

  /// Nil: not known.
  var accountDays: Int? { age == Self.unknownAge ? nil : Int(age) }

  /// - Parameters:
  ///   - acceptedAt: milliseconds since 1970, as in the ballot record.
  ///   - accountDays: of more than 65,534 so many are kept.
  init(pseudonym: UInt128, acceptedAt: Int64, origin: OriginHash, accountDays: Int?) {
    self.pseudonym = pseudonym
    self.acceptedAt = acceptedAt
    self.origin = origin
    age = accountDays.map { UInt16(clamping: min($0, Int(Self.unknownAge) - 1)) } ?? Self.unknownAge
  }

  /// Reads 42 bytes.
  init(_ bytes: UnsafeRawBufferPointer, at place: Int) {
    pseudonym = UInt128(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt128.self))
    acceptedAt = Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: place + 16, as: Int64.self))
    origin = OriginHash(
      value: UInt128(bigEndian: bytes.loadUnaligned(fromByteOffset: place + 24, as: UInt128.self)))
    age = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: place + 40, as: UInt16.self))
  }

  /// Writes 42 bytes.
  func append(to bytes: inout [UInt8]) {
    withUnsafeBytes(of: pseudonym.bigEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: acceptedAt.bigEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: origin.value.bigEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: age.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// Whole days from the making of an account to a ballot; 0 for one that is made in the future.
  /// - Parameter created: seconds since 1970; nil: not known.
  static func accountDays(since created: Int?, at now: Date) -> Int? {
    guard let created else { return nil }
    // The clamp keeps times that nobody means from overflowing the difference.
    let earliest = min(max(created, -4_000_000_000), 4_000_000_000)
    return max(0, (Int(now.milliseconds / 1_000) - earliest) / 86_400)
  }
}

/// Entries of one task and one minute, as they are stored: one row.
struct OriginBlock: Sendable, Equatable {
  /// So that a page of blocks has a size that is known.
  static let capacity = 5_000
  /// No block reaches over the end of a minute: what is not of a stretch of time need not be read.
  static let span: Int64 = 60_000

  /// Chosen here, so that a block that is written again, since nobody knows whether it was, is there once.
  let id: UUID
  let proposal: ProposalID
  private(set) var first = Int64.max
  private(set) var last = Int64.min
  private(set) var data: [UInt8] = []

  var count: Int { data.count / OriginEntry.byteCount }

  init(id: UUID = UUID(), of proposal: ProposalID) {
    self.id = id
    self.proposal = proposal
  }

  mutating func append(_ entry: OriginEntry) {
    first = min(first, entry.acceptedAt)
    last = max(last, entry.acceptedAt)
    entry.append(to: &data)
  }

  private struct Place: Hashable {
    let proposal: ProposalID
    let minute: Int64
  }

  /// The blocks that hold these entries and no other, in no order.
  static func packed(_ entries: some Sequence<(proposal: ProposalID, entry: OriginEntry)>) -> [OriginBlock] {
    var full: [OriginBlock] = []
    var open: [Place: OriginBlock] = [:]
    for (proposal, entry) in entries {
      let place = Place(proposal: proposal, minute: entry.acceptedAt / span)
      open[place, default: OriginBlock(of: proposal)].append(entry)
      if let block = open[place], block.count == capacity {
        full.append(block)
        open[place] = nil
      }
    }
    return full + open.values
  }

  /// The entries in the bytes of a block.
  static func entries(in data: [UInt8]) -> [OriginEntry] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / OriginEntry.byteCount).map { OriginEntry(bytes, at: $0 * OriginEntry.byteCount) }
    }
  }
}
