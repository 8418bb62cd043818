import Contracts
import Crypto
import ServiceKit
import Testing

@testable import Voting

@Suite struct SuspicionTests {
  private func suspicion(_ rate: Int) -> Suspicion {
    Suspicion(rate: rate, forgotten: Metrics().counter("forgotten", ""))
  }

  private func raised(_ suspicion: Suspicion, _ address: String, _ proposal: ProposalID, times: Int) -> Int {
    let sender = ClientAddress(address)
    return (0..<times).filter { _ in suspicion.isRaised(by: sender, for: randomBytes(32), on: proposal) }.count
  }

  @Test func whatComesFromOneAddressBeyondTheRateOfAnHourIsSuspicious() {
    let suspicion = suspicion(100)
    let proposal = ProposalID()
    #expect(raised(suspicion, "203.0.113.9", proposal, times: 100) == 0)
    #expect(raised(suspicion, "203.0.113.9", proposal, times: 50) == 50)
    // Neighbours in IPv4 are strangers; another task is another matter.
    #expect(raised(suspicion, "203.0.113.10", proposal, times: 100) == 0)
    #expect(raised(suspicion, "203.0.113.9", ProposalID(), times: 100) == 0)
  }

  @Test func theAddressesOfASixtyFourAreOne() {
    let suspicion = suspicion(3)
    let proposal = ProposalID()
    let raised = (1...5).filter {
      suspicion.isRaised(by: ClientAddress("2001:db8:0:1::\($0)"), for: randomBytes(32), on: proposal)
    }
    #expect(raised == [4, 5])
    #expect(!suspicion.isRaised(by: ClientAddress("2001:db8:0:2::1"), for: randomBytes(32), on: proposal))
  }

  @Test func whoCastsAgainAndAgainDoesNotMakeTheNeighboursSuspicious() {
    let suspicion = suspicion(3)
    let (proposal, address) = (ProposalID(), ClientAddress("203.0.113.9"))
    let one = randomBytes(32)
    #expect((0..<100).allSatisfy { _ in !suspicion.isRaised(by: address, for: one, on: proposal) })
    #expect(raised(suspicion, "203.0.113.9", proposal, times: 3) == 1)
  }

  @Test func theRateIsOfAnHour() throws {
    let limit = try #require(RateLimit(rate: 100, burst: 100, per: 3_600))
    var due: Int64 = 0
    for _ in 0..<100 {
      guard case .allowed(let next) = limit.decide(due, at: 1) else {
        Issue.record("the burst is refused")
        return
      }
      due = next
    }
    #expect(limit.decide(due, at: 1) == .refused(wait: 36_000_000))
  }

  @Test func withoutARateOrAnAddressNothingIsSuspicious() {
    #expect(raised(suspicion(0), "203.0.113.9", ProposalID(), times: 1_000) == 0)
    let suspicion = suspicion(1)
    #expect((0..<10).allSatisfy { _ in !suspicion.isRaised(by: nil, for: randomBytes(32), on: ProposalID()) })
  }
}
