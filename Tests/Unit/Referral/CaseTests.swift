import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct CaseTests {
  private let now = Date(milliseconds: 1_790_000_000_340)
  private let id = CaseID()
  private let crossed = VoteBarCrossed(
    proposal: ProposalID(), title: "밤 버스", category: .transport, yes: 5_001, no: 77, yesBar: 5_000,
    ruleHash: String(repeating: "ab", count: 32), crossedAt: Date(milliseconds: 1_789_999_999_000))
  private let text = ProposalText(title: "밤 버스", summary: "더 자주", body: "밤 버스를 늘려 주십시오.")
  private let committee = LegalPeriod(days: 30)
  private let ministry = LegalPeriod(days: 60)

  private var received: Case { Case.received(crossed, as: id, within: committee, at: now).0 }

  @Test func aCaseCarriesTheCountAndTheRuleThatBroughtIt() {
    let (new, event) = Case.received(crossed, as: id, within: committee, at: now)
    #expect(new.state == .received)
    #expect(new.dueAt == committee.end(from: now))
    #expect(
      event
        == CaseReceived(
          caseID: id, proposal: crossed.proposal, title: crossed.title, category: .transport, yes: 5_001, no: 77,
          yesBar: 5_000, ruleHash: crossed.ruleHash, receivedAt: now, dueAt: new.dueAt))
  }

  @Test func theMinistryGetsTheTextAndAPeriodOfItsOwn() throws {
    let molit = try #require(Ministry.named("molit"))
    let later = now.addingTimeInterval(86_400)
    let (changed, event) = try #require(received.assigned(to: molit, text: text, within: ministry, at: later))
    let due = ministry.end(from: later)
    #expect(changed.state == .assigned)
    #expect(changed.assignment == Case.Assignment(ministry: molit, assignedAt: later, dueAt: due))
    #expect(changed.dueAt == received.dueAt)
    #expect(
      event
        == CaseAssigned(
          caseID: id, proposal: crossed.proposal, ministry: "molit", title: text.title, summary: text.summary,
          body: text.body, category: .transport, yes: 5_001, no: 77, yesBar: 5_000, ruleHash: crossed.ruleHash,
          assignedAt: later, dueAt: due, crossedAt: crossed.crossedAt))
  }

  @Test func aCaseIsAssignedOnce() throws {
    let first = try #require(Ministry.named("molit"))
    let second = try #require(Ministry.named("mois"))
    let (changed, _) = try #require(received.assigned(to: first, text: text, within: ministry, at: now))
    #expect(changed.assigned(to: second, text: text, within: ministry, at: now) == nil)
  }

  @Test func lateIsWhoeverHoldsTheCase() throws {
    let molit = try #require(Ministry.named("molit"))
    #expect(!received.isLate(at: received.dueAt))
    #expect(received.isLate(at: received.dueAt.addingTimeInterval(0.001)))
    let (changed, _) = try #require(received.assigned(to: molit, text: text, within: ministry, at: now))
    #expect(!changed.isLate(at: received.dueAt.addingTimeInterval(0.001)))
    #expect(changed.isLate(at: ministry.end(from: now).addingTimeInterval(0.001)))
  }

  @Test func theViewTellsWhoHasTheCaseAndHowItCameThere() throws {
    let molit = try #require(Ministry.named("molit"))
    let waiting = CaseView(received, at: now)
    #expect(waiting.events == [CaseView.Step(type: "kr.forum.case.received.v1", at: now)])
    #expect(String(decoding: try JSON.encode(waiting), as: UTF8.self).contains(#""ministry":null"#))
    let later = now.addingTimeInterval(60)
    let (changed, _) = try #require(received.assigned(to: molit, text: text, within: ministry, at: later))
    let view = CaseView(changed, at: later)
    #expect(view.events.map(\.type) == ["kr.forum.case.received.v1", "kr.forum.case.assigned.v1"])
    #expect(view.events.map(\.at) == [now, later])
    #expect(view.ministry.value?.korean == "국토교통부")
    #expect(view.late == false)
  }
}
