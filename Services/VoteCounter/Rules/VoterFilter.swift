/// Guesses whether a voter has voted before: "no" is certain, "perhaps" may be wrong. It only chooses the way into the
/// database, which alone decides.
///
/// A split-block Bloom filter as Parquet describes it (https://parquet.apache.org/docs/file-format/bloomfilter/): a key
/// sets eight bits in one block of 32 bytes, so that a question touches one line of the cache. At 8 bits a key about 3 %
/// of the answers are "perhaps" by mistake, at 16 bits 0.1 %.
struct VoterFilter: Sendable {
  private typealias Block = SIMD8<UInt32>

  private static let salt = Block(
    0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31)

  private var blocks: [Block]
  /// Keys that it was told.
  private(set) var count = 0

  /// - Parameter byteCount: memory to use, in bytes.
  init(byteCount: Int) {
    blocks = Array(repeating: .zero, count: max(1, byteCount / MemoryLayout<Block>.size))
  }

  /// Bytes in use.
  var byteCount: Int { blocks.count * MemoryLayout<Block>.size }

  /// Remembers a voter.
  /// - Returns: whether it may have been told of this one before.
  @discardableResult
  mutating func insert(_ voter: VoterKey) -> Bool {
    // The first half of a pseudonym decides its partition; the second is as good as random in every counter.
    let hash = UInt64(truncatingIfNeeded: voter.value)
    let index = Int(truncatingIfNeeded: (hash >> 32 &* UInt64(blocks.count)) >> 32)
    let low = Block(repeating: UInt32(truncatingIfNeeded: hash))
    let mask = Block(repeating: 1) &<< ((low &* Self.salt) &>> 27)
    let before = blocks[index]
    blocks[index] = before | mask
    count += 1
    return before & mask == mask
  }
}
