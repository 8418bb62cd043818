import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Voting

@Suite struct VoteChangeTests {
  private let now = Date(milliseconds: 1_790_000_000_000)

  private func vote(
    _ state: VoteState = .open, endsIn seconds: Double = 100, pausedSince: Double? = nil, onTheWay: Bool = false
  ) -> Vote {
    let rule = VoteRule(
      yesBar: 1, referral: .atOnce, opensAt: now.addingTimeInterval(-100), closesAt: now.addingTimeInterval(50))
    return Vote(
      number: 1, proposal: ProposalID(), title: "t", category: .jobs, reference: nil, state: state, rule: rule,
      ruleHash: [], openedAt: nil, closedAt: nil, carried: nil, endsAt: now.addingTimeInterval(seconds),
      pausedAt: pausedSince.map { now.addingTimeInterval(-$0) }, changesOrdered: onTheWay ? 4 : 3, changesMade: 3)
  }

  private func code(_ decision: () throws -> VoteChange) -> String? {
    do {
      _ = try decision()
      return nil
    } catch { return (error as? Problem)?.code }
  }

  @Test func aPauseHoldsAMomentLaterAndLeavesTheEnd() throws {
    let change = try vote().paused(for: "why", at: now)
    #expect(change.kind == .pause && change.number == 4 && change.reason == "why")
    #expect(change.at == now.addingTimeInterval(1) && change.closesAt == now.addingTimeInterval(100))
  }

  @Test func aResumptionMovesTheEndByThePausedTime() throws {
    let change = try vote(pausedSince: 30).resumed(for: "why", at: now)
    #expect(change.kind == .resumption && change.at == now && change.closesAt == now.addingTimeInterval(130))
    // The end has passed meanwhile.
    let late = try vote(endsIn: -20, pausedSince: 30).resumed(for: "why", at: now)
    #expect(late.closesAt == now.addingTimeInterval(10))
    // The pause has been ordered and is yet to begin: it lasts no time.
    let early = try vote(pausedSince: -0.5).resumed(for: "why", at: now)
    #expect(early.at == now.addingTimeInterval(0.5) && early.closesAt == now.addingTimeInterval(100))
  }

  @Test func anExtensionMovesTheEndToTheTimeThatIsGiven() throws {
    let time = now.addingTimeInterval(101)
    let change = try vote().extended(to: time, for: "why", at: now)
    #expect(change.kind == .extension && change.at == now && change.closesAt == time)
    #expect(try vote(pausedSince: 5).extended(to: time, for: "why", at: now).closesAt == time)
  }

  @Test func onlyAnOpenVoteThatIsNotOverCanBeChanged() {
    for state in VoteState.allCases where state != .open {
      #expect(code { try vote(state).paused(for: "", at: now) } == "vote-not-open")
      #expect(code { try vote(state, pausedSince: 3).resumed(for: "", at: now) } == "vote-not-open")
      #expect(code { try vote(state).extended(to: now.addingTimeInterval(500), for: "", at: now) } == "vote-not-open")
    }
    #expect(code { try vote(endsIn: 0).paused(for: "", at: now) } == "vote-closed")
    #expect(code { try vote(endsIn: 0.9).paused(for: "", at: now) } == "vote-closed")
    #expect(code { try vote(endsIn: 0).extended(to: now.addingTimeInterval(500), for: "", at: now) } == "vote-closed")
  }

  @Test func aVoteIsPausedAndResumedInTurn() {
    #expect(code { try vote(pausedSince: 1).paused(for: "", at: now) } == "vote-paused")
    #expect(code { try vote().resumed(for: "", at: now) } == "vote-not-paused")
  }

  @Test func oneChangeAfterTheOther() {
    #expect(code { try vote(onTheWay: true).paused(for: "", at: now) } == "change-under-way")
    #expect(code { try vote(pausedSince: 1, onTheWay: true).resumed(for: "", at: now) } == "change-under-way")
  }

  @Test(
    arguments: [(100, false), (99, false), (100.001, true), (31_622_400, true), (31_622_401, false)]
      as [(Double, Bool)])
  func anExtensionIsLaterThanTheEndAndNotFartherThanAYearAndADay(seconds: Double, isValid: Bool) {
    let refused = code { try vote().extended(to: now.addingTimeInterval(seconds), for: "", at: now) }
    #expect(refused == (isValid ? nil : "invalid"))
  }

  @Test func aPausedVoteTakesNoBallotsAndAnExtendedOneUntilItsEnd() {
    #expect(vote().takesBallots(at: now.addingTimeInterval(99.999)))
    #expect(!vote().takesBallots(at: now.addingTimeInterval(100)))
    #expect(!vote(pausedSince: 0).takesBallots(at: now))
    #expect(vote(pausedSince: -1).takesBallots(at: now))
  }
}
