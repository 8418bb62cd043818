import Contracts
import Crypto

/// Writes ballot records as `BallotRecord` has them, without an object a record: half a million a second and more.
///
/// A test holds its bytes against `BallotRecord`'s.
struct BallotForge: ~Copyable {
  private let key: HMACKey
  private let seed: UInt64
  /// By petition.
  private let proposals: [[UInt8]]
  private let bytes: UnsafeMutableRawBufferPointer

  private enum Place {
    static let kind = 1
    static let proposal = 2
    static let pseudonym = 18
    static let choice = 50
    static let nonce = 51
    static let acceptedAt = 67
    static let authentication = 75
  }

  init(key: HMACKey, seed: UInt64, proposals: [ProposalID]) {
    self.key = key
    self.seed = seed
    self.proposals = proposals.map(\.bytes)
    bytes = .allocate(byteCount: BallotRecord.byteCount, alignment: 8)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    bytes[0] = 1
  }

  deinit { bytes.deallocate() }

  /// The record that was made last, and its key in Kafka.
  var record: UnsafeRawBufferPointer { UnsafeRawBufferPointer(bytes) }
  var recordKey: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: record[Place.pseudonym..<Place.pseudonym + 16])
  }

  /// Begins a record: voter and partition.
  ///
  /// Two voters of one fill never share the first 8 bytes: a bijection of their numbers makes them.
  /// - Returns: the partition of the voter.
  mutating func begin(_ item: FillPlan.Item) -> Int32 {
    var random = SplitMix64(seed: voterSeed(item))
    var head: UInt64 = 0
    for word in 0..<4 {
      let value = random.next()
      if word == 0 { head = value }
      bytes.storeBytes(of: value.bigEndian, toByteOffset: Place.pseudonym + word * 8, as: UInt64.self)
    }
    return Int32(head % UInt64(Topics.ballots.partitions))
  }

  private func voterSeed(_ item: FillPlan.Item) -> UInt64 {
    var base = SplitMix64(seed: seed ^ (item.kind == .foreign ? 0x666f_7265_6967_6e : 0x766f_7465_72))
    var voter = SplitMix64(seed: base.next() &+ UInt64(item.voter))
    return voter.next()
  }

  /// Completes the record that was begun.
  /// - Parameters:
  ///   - place: of the record among all, which makes the nonce differ between a voter's ballots.
  ///   - acceptedAt: milliseconds since 1970.
  mutating func complete(_ item: FillPlan.Item, place: Int, acceptedAt: Int64) {
    if item.kind == .foreign {
      var random = SplitMix64(seed: voterSeed(item) ^ 0x7072_6f70_6f73_616c)
      bytes.storeBytes(of: random.next(), toByteOffset: Place.proposal, as: UInt64.self)
      bytes.storeBytes(of: random.next(), toByteOffset: Place.proposal + 8, as: UInt64.self)
    } else {
      proposals[item.petition].withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(rebasing: bytes[Place.proposal..<Place.pseudonym]).copyMemory(from: source)
      }
    }
    bytes[Place.choice] = item.isYes ? 1 : 0
    var random = SplitMix64(seed: seed ^ UInt64(place) &* 0x9fb2_1c65_1e98_df25)
    bytes.storeBytes(of: random.next(), toByteOffset: Place.nonce, as: UInt64.self)
    bytes.storeBytes(of: random.next(), toByteOffset: Place.nonce + 8, as: UInt64.self)
    bytes.storeBytes(of: acceptedAt.bigEndian, toByteOffset: Place.acceptedAt, as: Int64.self)
    let mac = key.authenticate(UnsafeRawBufferPointer(rebasing: record[..<Place.authentication]))
    mac.withUnsafeBytes { source in
      UnsafeMutableRawBufferPointer(rebasing: bytes[Place.authentication...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<16]))
    }
  }
}
