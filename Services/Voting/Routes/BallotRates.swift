import Crypto
import HTTPServer
import ServiceKit

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

  private let memory: SenderMemory
  private let voter: RateLimit?
  private let line: RateLimit?
  private let site: RateLimit?
  private let proxies: TrustedProxies
  private let limited: Counter
  /// Without them, callers could choose keys that fall together.
  private let seeds: (voter: UInt64, line: UInt64, site: UInt64)

  /// - Parameters:
  ///   - limited: counts ballots that were refused.
  ///   - forgotten: counts callers that were forgotten before their limit had recovered: the limits do not hold then.
  init(_ setting: Setting, limited: Counter, forgotten: Counter) {
    voter = RateLimit(rate: setting.voter, burst: max(1, setting.voter / 2))
    line = RateLimit(rate: setting.line, burst: 2 * setting.line)
    site = RateLimit(rate: setting.site, burst: 2 * setting.site)
    proxies = setting.proxies
    self.limited = limited
    let isNeeded = voter != nil || line != nil || site != nil
    // 16 bytes each: 16 MB in all.
    memory = SenderMemory(capacity: isNeeded ? 1 << 20 : 0, forgotten: forgotten)
    var generator = SystemRandomNumberGenerator()
    seeds = (generator.next(), generator.next(), generator.next())
  }

  /// Who sends a request, as far as can be told.
  func sender(of request: HTTPRequest) -> ClientAddress? {
    proxies.client(peer: request.remoteAddress, forwarded: request.headers["x-forwarded-for"])
  }

  /// Nil if the sender may cast one more ballot; else what to tell it.
  func refusal(of sender: ClientAddress?) -> Problem? {
    guard let sender else { return nil }
    if let line, let wait = memory.wait(SenderMemory.key(sender.line, seeds.line), line) {
      return refusal("Too many ballots come from this address.", after: wait)
    }
    if let site, let block = sender.site, let wait = memory.wait(SenderMemory.key(block, seeds.site), site) {
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
    return memory.wait(key, voter).flatMap {
      refusal("You have cast many ballots on this task within a minute. Only your first one counts.", after: $0)
    }
  }

  private func refusal(_ detail: String, after wait: Int64) -> Problem {
    limited.add()
    return Problem(
      429, "too-many-ballots", "Too many ballots in a short time", detail: detail,
      retryAfter: Int((wait + 999_999) / 1_000_000))
  }
}
