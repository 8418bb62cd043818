import HTTPServer
import ServiceKit
import Testing

@testable import Voting

@Suite struct BallotRatesTests {
  private let metrics = Metrics()

  private func rates(voter: Int = 0, line: Int = 0, site: Int = 0) throws -> BallotRates {
    BallotRates(
      BallotRates.Setting(voter: voter, line: line, site: site, proxies: try #require(TrustedProxies("127.0.0.1"))),
      limited: metrics.counter("limited", ""), forgotten: metrics.counter("forgotten", ""))
  }
  private func sender(_ address: String) -> ClientAddress? { ClientAddress(address) }

  @Test func theSenderIsWhomTheProxyNames() throws {
    let request = HTTPRequest(
      method: .post, path: "/", headers: ["x-forwarded-for": "1.1.1.1, 192.0.2.1"], remoteAddress: "127.0.0.1")
    #expect(try rates().sender(of: request) == ClientAddress("192.0.2.1"))
  }

  @Test func aVoterWhoCastsTooOftenIsToldWhenToComeBack() throws {
    let rates = try rates(voter: 10)
    let (one, other) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32))
    for _ in 0..<5 { #expect(rates.refusal(of: one) == nil) }
    let refusal = try #require(rates.refusal(of: one))
    #expect(refusal.status == 429 && (1...6).contains(refusal.retryAfter ?? 0))
    #expect(rates.refusal(of: other) == nil)
    #expect(metrics.rendered().contains("limited 1"))
  }

  @Test func theAddressesOfASixtyFourShareAndThoseOfAFortyEightHaveMore() throws {
    let rates = try rates(line: 2, site: 5)
    for host in 1...4 { #expect(rates.refusal(of: sender("2001:db8:0:1::\(host)")) == nil) }
    #expect(rates.refusal(of: sender("2001:db8:0:1::9"))?.status == 429)
    // Others of the same /48 until that is used up, too.
    for line in 2...7 { #expect(rates.refusal(of: sender("2001:db8:0:\(line)::1")) == nil) }
    #expect(rates.refusal(of: sender("2001:db8:0:8::1"))?.status == 429)
    #expect(rates.refusal(of: sender("2001:db8:1:1::1")) == nil)
  }

  @Test func anIPv4AddressIsAloneWithItsLimit() throws {
    let rates = try rates(line: 3, site: 1)
    for _ in 0..<6 { #expect(rates.refusal(of: sender("192.0.2.1")) == nil) }
    #expect(rates.refusal(of: sender("192.0.2.1"))?.status == 429)
    #expect(rates.refusal(of: sender("192.0.2.2")) == nil)
  }

  @Test func withoutRatesNobodyIsRefused() throws {
    let rates = try rates()
    for _ in 0..<1_000 {
      #expect(rates.refusal(of: sender("192.0.2.1")) == nil)
      #expect(rates.refusal(of: [UInt8](repeating: 1, count: 32)) == nil)
    }
  }
}
