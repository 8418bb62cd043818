import ServiceKit
import Synchronization

/// What this process remembers of senders under a limit, in shards with a lock each.
final class SenderMemory: Sendable {
  private static let shards = 16

  private final class Shard: Sendable {
    let memory: Mutex<RateMemory>
    init(capacity: Int) { memory = Mutex(RateMemory(capacity: capacity)) }
  }

  private let memories: [Shard]
  private let forgotten: Counter?
  private let started = ContinuousClock.now

  /// - Parameters:
  ///   - capacity: senders remembered at most, 16 bytes each.
  ///   - forgotten: counts senders that were forgotten before their limit had recovered: the limits do not hold then;
  ///     nil: nobody asks.
  init(capacity: Int, forgotten: Counter?) {
    memories = (0..<Self.shards).map { _ in Shard(capacity: capacity / Self.shards) }
    self.forgotten = forgotten
  }

  /// One more of a sender: microseconds to wait; nil: none.
  /// - Parameter key: a number that nobody outside can choose.
  func wait(_ key: UInt64, _ limit: RateLimit) -> Int64? {
    let now = (ContinuousClock.now - started).components
    let time = now.seconds * 1_000_000 + now.attoseconds / 1_000_000_000_000
    let shard = memories[Int(truncatingIfNeeded: key >> 60)]
    let taken = shard.memory.withLock { $0.take(key, limit, at: time) }
    if taken.forgot { forgotten?.add() }
    return taken.wait > 0 ? taken.wait : nil
  }

  /// A number that nobody can foretell who does not know the seed (splitmix64's finish, twice).
  static func key(_ value: UInt128, _ seed: UInt64) -> UInt64 {
    func finish(_ value: UInt64) -> UInt64 {
      var mixed = value &+ 0x9e37_79b9_7f4a_7c15
      mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
      return mixed ^ mixed >> 31
    }
    let high = finish(UInt64(truncatingIfNeeded: value >> 64) ^ seed)
    return finish(UInt64(truncatingIfNeeded: value) ^ high)
  }
}
