import Crypto
import HTTPServer
import ServiceKit
import Synchronization

/// How often ballots may come from one voter, one line and one site.
///
/// In the memory of this process: with several processes behind one door each lets a caller do as much, and after a start
/// nobody has come before. It is there against floods, not for the count, which takes one ballot a voter whatever comes.
final class BallotRates: Sendable {
  /// How many a minute; 0: any number.
  struct Setting: Sendable, Equatable {
    /// Of one voter on one proposal, half of them at once.
    var voter: Int
    /// From one IPv4 address or one /64, twice as many at once: in Korea many share an address.
    var line: Int
    /// From one /48, twice as many at once.
    var site: Int
    var proxies: TrustedProxies
  }

  private static let shards = 16
  /// 16 bytes each: 16 MB in all.
  private static let capacity = 1 << 20

  private let memories: [Shard]
  private let voter: RateLimit?
  private let line: RateLimit?
  private let site: RateLimit?
  private let proxies: TrustedProxies
  private let limited: Counter
  private let forgotten: Counter
  private let started = ContinuousClock.now
  /// Without them, callers could choose keys that fall together.
  private let seeds: (voter: UInt64, line: UInt64, site: UInt64)

  private final class Shard: Sendable {
    let memory: Mutex<RateMemory>
    init(capacity: Int) { memory = Mutex(RateMemory(capacity: capacity)) }
  }

  /// - Parameters:
  ///   - limited: counts ballots that were refused.
  ///   - forgotten: counts callers that were forgotten before their limit had recovered: the limits do not hold then.
  init(_ setting: Setting, limited: Counter, forgotten: Counter) {
    voter = RateLimit(rate: setting.voter, burst: max(1, setting.voter / 2))
    line = RateLimit(rate: setting.line, burst: 2 * setting.line)
    site = RateLimit(rate: setting.site, burst: 2 * setting.site)
    proxies = setting.proxies
    self.limited = limited
    self.forgotten = forgotten
    let isNeeded = voter != nil || line != nil || site != nil
    let room = isNeeded ? Self.capacity / Self.shards : 1
    memories = (0..<Self.shards).map { _ in Shard(capacity: room) }
    var generator = SystemRandomNumberGenerator()
    seeds = (generator.next(), generator.next(), generator.next())
  }

  /// Nil if the sender of a request may cast one more ballot; else what to tell it.
  func refusal(of request: HTTPRequest) -> Problem? {
    guard line != nil || site != nil,
      let client = proxies.client(peer: request.remoteAddress, forwarded: request.headers["x-forwarded-for"])
    else { return nil }
    if let line, let wait = wait(Self.mix(client.line, seeds.line), line) {
      return refusal("Too many ballots come from this address.", after: wait)
    }
    if let site, let block = client.site, let wait = wait(Self.mix(block, seeds.site), site) {
      return refusal("Too many ballots come from this network.", after: wait)
    }
    return nil
  }

  /// The same of a voter.
  /// - Parameter pseudonym: 32 bytes.
  func refusal(of pseudonym: [UInt8]) -> Problem? {
    guard let voter else { return nil }
    // A pseudonym is as good as random, and nobody outside knows it.
    let key = pseudonym.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self) } ^ seeds.voter
    return wait(key, voter).flatMap {
      refusal("You have cast many ballots on this task within a minute. Only your first one counts.", after: $0)
    }
  }

  private func refusal(_ detail: String, after wait: Int64) -> Problem {
    limited.add()
    return Problem(
      429, "too-many-ballots", "Too many ballots in a short time", detail: detail,
      retryAfter: Int((wait + 999_999) / 1_000_000))
  }

  /// Microseconds to wait; nil: none.
  private func wait(_ key: UInt64, _ limit: RateLimit) -> Int64? {
    let now = (ContinuousClock.now - started).components
    let time = now.seconds * 1_000_000 + now.attoseconds / 1_000_000_000_000
    let shard = memories[Int(truncatingIfNeeded: key >> 60)]
    let taken = shard.memory.withLock { $0.take(key, limit, at: time) }
    if taken.forgot { forgotten.add() }
    return taken.wait > 0 ? taken.wait : nil
  }

  /// A number that nobody can foretell who does not know the seed (splitmix64's finish, twice).
  private static func mix(_ value: UInt128, _ seed: UInt64) -> UInt64 {
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
