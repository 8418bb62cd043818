import ServiceKit
import Testing

@testable import Voting

@Suite struct RateLimitTests {
  private static let second: Int64 = 1_000_000

  /// How many of a try every so many microseconds get through.
  private func through(_ limit: RateLimit, every pause: Int64, for duration: Int64) -> Int {
    var due: Int64 = 0
    var count = 0
    for now in stride(from: 5 * Self.second, to: 5 * Self.second + duration, by: Int(pause)).map({ Int64($0) }) {
      guard case .allowed(let next) = limit.decide(due, at: now) else { continue }
      due = next
      count += 1
    }
    return count
  }

  @Test func aBurstIsLetThroughAndThenTheRate() throws {
    let limit = try #require(RateLimit(rate: 10, burst: 5))
    #expect(through(limit, every: 1, for: 100) == 5)
    // Within ten minutes: the burst, and ten for each minute after it.
    #expect(through(limit, every: 100_000, for: 600 * Self.second) == 5 + 99)
  }

  @Test func whoKeepsToTheRateIsNeverRefused() throws {
    let limit = try #require(RateLimit(rate: 60, burst: 1))
    #expect(through(limit, every: Self.second, for: 1_000 * Self.second) == 1_000)
  }

  @Test func theWaitIsAsLongAsItTakes() throws {
    let limit = try #require(RateLimit(rate: 10, burst: 2))
    guard case .allowed(let first) = limit.decide(0, at: 1_000),
      case .allowed(let second) = limit.decide(first, at: 1_000)
    else {
      Issue.record("the burst is refused")
      return
    }
    #expect(limit.decide(second, at: 1_000) == .refused(wait: 6 * Self.second))
    #expect(limit.decide(second, at: 1_000 + 6 * Self.second - 1) == .refused(wait: 1))
    #expect(limit.decide(second, at: 1_000 + 6 * Self.second) == .allowed(next: second + 6 * Self.second))
  }

  @Test func noRateIsNoLimit() {
    #expect(RateLimit(rate: 0, burst: 5) == nil && RateLimit(rate: 5, burst: 0) == nil)
    #expect(RateLimit(rate: 100_000_000, burst: 200_000_000) != nil)
  }

  @Test func callersDoNotTouchEachOtherInMemory() throws {
    let limit = try #require(RateLimit(rate: 10, burst: 3))
    var memory = RateMemory(capacity: 1 << 12)
    var random = SystemRandomNumberGenerator()
    let callers = (0..<200).map { _ in random.next() as UInt64 }
    for round in 0..<3 {
      for caller in callers {
        let (wait, forgot) = memory.take(caller, limit, at: Self.second + Int64(round))
        #expect(wait == 0 && !forgot)
      }
    }
    for caller in callers { #expect(memory.take(caller, limit, at: Self.second + 3).wait > 0) }
  }

  /// A caller who pushes many new keys through a full memory does not free one who is over the limit by far.
  @Test func aFullMemoryForgetsThoseWhoHaveRecoveredAndSaysWhenItMustForgetOthers() throws {
    let limit = try #require(RateLimit(rate: 60, burst: 100))
    var memory = RateMemory(capacity: 4)
    for _ in 0..<100 { _ = memory.take(1, limit, at: Self.second) }
    #expect(memory.take(1, limit, at: Self.second).wait > 0)
    var forgotten = 0
    for key in 2..<50 as Range<UInt64> where memory.take(key, limit, at: Self.second).forgot { forgotten += 1 }
    #expect(forgotten == 48 - 3)
    #expect(memory.take(1, limit, at: Self.second).wait > 0)
    // Later all have recovered, and nobody is forgotten too early.
    #expect(!memory.take(99, limit, at: 1_000 * Self.second).forgot)
  }
}

@Suite struct ClientAddressTests {
  @Test func aLineIsAnIPv4AddressOrASixtyFour() throws {
    let four = try #require(ClientAddress("192.0.2.7"))
    #expect(four.isIPv4 && four.line == four.value && four.site == nil)
    #expect(ClientAddress("::ffff:192.0.2.7") == four)
    let six = try #require(ClientAddress("2001:db8:1:2:3:4:5:6"))
    #expect(six.line == ClientAddress("2001:db8:1:2::")?.value)
    #expect(six.site == ClientAddress("2001:db8:1::")?.value)
    for text in ["", "1.2.3", "1.2.3.4 ", "host", "1.2.3.4:80", "[::1]", "::1%lo"] {
      #expect(ClientAddress(text) == nil)
    }
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("::1", "::1", true), ("::1", "::2", false),
    ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "2001:db8::1", false), ("fc00::/7", "fd12::1", true),
    ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
  ])
  func aBlockHoldsItsAddressesAlone(block: String, address: String, holds: Bool) throws {
    #expect(try #require(AddressBlock(block)).contains(try #require(ClientAddress(address))) == holds)
  }

  @Test func onlyATrustedProxyIsBelievedAndOnlyItsOwnWord() throws {
    let proxies = try #require(TrustedProxies("127.0.0.0/8, 10.0.0.0/8"))
    let client = ClientAddress("203.0.113.9")
    #expect(proxies.client(peer: "10.1.2.3", forwarded: "203.0.113.9") == client)
    #expect(proxies.client(peer: "10.1.2.3", forwarded: "1.1.1.1, 203.0.113.9") == client)
    #expect(proxies.client(peer: "203.0.113.9", forwarded: "1.1.1.1") == client)
    #expect(proxies.client(peer: "10.1.2.3", forwarded: "nonsense") == ClientAddress("10.1.2.3"))
    #expect(proxies.client(peer: "10.1.2.3", forwarded: nil) == ClientAddress("10.1.2.3"))
    #expect(TrustedProxies("10.0.0.0/33") == nil && TrustedProxies("x") == nil)
    #expect(TrustedProxies("")?.client(peer: "127.0.0.1", forwarded: "1.1.1.1") == ClientAddress("127.0.0.1"))
  }
}
