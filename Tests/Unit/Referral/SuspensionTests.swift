import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct SuspensionTests {
  /// 24 November 2026, ten in the morning in Korea.
  private let start = Date(milliseconds: 1_795_482_000_000)
  private let proposal = ProposalID()
  private let committee = LegalPeriod(days: 30)
  private let ministry = LegalPeriod(days: 60)

  private func after(_ days: Double) -> Date { start.addingTimeInterval(days * 86_400) }

  private func crossed(at days: Double, yes: Int64 = 11) -> VoteBarCrossed {
    VoteBarCrossed(
      proposal: proposal, title: "밤 버스", category: .transport, yes: yes, no: 3, yesBar: 10, ruleHash: "ab",
      crossedAt: after(days))
  }

  private func lost(crossing days: Double, at time: Double) -> VoteBarLost {
    VoteBarLost(
      proposal: proposal, title: "밤 버스", yes: 9, no: 2, yesBar: 10, ruleHash: "ab", crossedAt: after(days),
      lostAt: after(time))
  }

  private func received() -> Case { Case.received(crossed(at: 0), as: CaseID(), within: committee, at: start).0 }

  private func assigned() throws -> Case {
    let molit = try #require(Ministry.named("molit"))
    let text = ProposalText(title: "밤 버스", summary: "s", body: "b")
    return try #require(received().assigned(to: molit, text: text, within: ministry, at: after(1))).0
  }

  @Test func aCaseThatLostItsBarIsSuspendedAndStaysWithWhoeverHasIt() throws {
    let whole = try assigned()
    let (changed, event) = try #require(whole.suspended(by: lost(crossing: 0, at: 2), at: after(2)))
    #expect(changed.state == .suspended)
    #expect(changed.assignment == whole.assignment && changed.dueAt == whole.dueAt)
    #expect(
      event
        == CaseSuspended(
          caseID: whole.id, proposal: proposal, ministry: "molit", title: "밤 버스", reason: .barLost, yes: 9, no: 2,
          yesBar: 10, ruleHash: "ab", crossedAt: after(0), lostAt: after(2), suspendedAt: after(2)))
    #expect(try #require(received().suspended(by: lost(crossing: 0, at: 2), at: after(2))).1.ministry == nil)
  }

  @Test func nobodyIsLateWithASuspendedCase() throws {
    let (suspended, _) = try #require(received().suspended(by: lost(crossing: 0, at: 2), at: after(2)))
    #expect(received().isLate(at: after(500)) && !suspended.isLate(at: after(500)))
  }

  @Test func aSuspendedCaseIsNotAssigned() throws {
    let (suspended, _) = try #require(received().suspended(by: lost(crossing: 0, at: 2), at: after(2)))
    let molit = try #require(Ministry.named("molit"))
    let text = ProposalText(title: "", summary: "", body: "")
    #expect(suspended.assigned(to: molit, text: text, within: ministry, at: after(3)) == nil)
  }

  @Test func aCrossingResumesTheSameCaseWithTheDaysOfTheSuspensionAdded() throws {
    let whole = try assigned()
    let (suspended, _) = try #require(whole.suspended(by: lost(crossing: 0, at: 2), at: after(2)))
    let (resumed, event) = try #require(suspended.resumed(by: crossed(at: 9, yes: 12), at: after(9)))
    let due = try #require(whole.assignment).dueAt.addingTimeInterval(7 * 86_400)
    #expect(resumed.state == .assigned && resumed.id == whole.id)
    #expect(resumed.assignment?.dueAt == due)
    // The Committee had done its part.
    #expect(resumed.dueAt == whole.dueAt)
    #expect(resumed.yes == 12 && resumed.crossedAt == after(9))
    #expect(
      event
        == CaseResumed(
          caseID: whole.id, proposal: proposal, ministry: "molit", title: "밤 버스", yes: 12, no: 3, yesBar: 10,
          ruleHash: "ab", crossedAt: after(9), suspendedAt: after(2), resumedAt: after(9), dueAt: due))
  }

  @Test func theCommitteeGetsTheDaysWhileItHasTheCase() throws {
    let (suspended, _) = try #require(received().suspended(by: lost(crossing: 0, at: 2), at: after(2)))
    let (resumed, event) = try #require(suspended.resumed(by: crossed(at: 5), at: after(5)))
    #expect(resumed.state == .received && event.ministry == nil)
    #expect(resumed.dueAt == received().dueAt.addingTimeInterval(3 * 86_400) && event.dueAt == resumed.dueAt)
  }

  @Test func whatIsToldAgainOrTooLateChangesNothing() throws {
    let (suspended, _) = try #require(received().suspended(by: lost(crossing: 0, at: 2), at: after(2)))
    #expect(suspended.suspended(by: lost(crossing: 0, at: 2), at: after(3)) == nil)
    #expect(suspended.suspended(by: lost(crossing: 0, at: 3), at: after(3)) == nil)
    #expect(suspended.resumed(by: crossed(at: 0), at: after(3)) == nil)
    #expect(received().resumed(by: crossed(at: 0), at: after(3)) == nil)
    let (resumed, _) = try #require(suspended.resumed(by: crossed(at: 4), at: after(4)))
    #expect(resumed.suspended(by: lost(crossing: 0, at: 2), at: after(5)) == nil)
    #expect(resumed.resumed(by: crossed(at: 4), at: after(5)) == nil)
    #expect(resumed.suspended(by: lost(crossing: 4, at: 6), at: after(6)) != nil)
  }

  @Test func aCaseFromBeforeABarCouldBeLostIsSuspendedToo() throws {
    var old = received()
    old.crossedAt = nil
    let (suspended, _) = try #require(old.suspended(by: lost(crossing: 0, at: 2), at: after(2)))
    #expect(suspended.resumed(by: crossed(at: 0), at: after(3)) == nil)
    #expect(suspended.resumed(by: crossed(at: 3), at: after(3)) != nil)
  }

  @Test func theViewSaysWhySinceWhenAndHowOften() throws {
    let (first, _) = try #require(try assigned().suspended(by: lost(crossing: 0, at: 2), at: after(2)))
    let view = CaseView(first, at: after(400))
    #expect(view.state == .suspended && !view.late)
    #expect(
      view.suspension
        == CaseView.Halt(reason: .barLost, since: after(2), lostAt: after(2), yes: 9, no: 2))
    let (resumed, _) = try #require(first.resumed(by: crossed(at: 4), at: after(4)))
    let (second, _) = try #require(resumed.suspended(by: lost(crossing: 4, at: 6), at: after(6)))
    #expect(CaseView(resumed, at: after(4)).suspension == nil)
    let steps = CaseView(second, at: after(6)).events
    let types = [
      CaseReceived.type, CaseAssigned.type, CaseSuspended.type, CaseResumed.type, CaseSuspended.type,
    ]
    #expect(steps.map(\.type) == types)
    #expect(steps.map(\.at) == [0, 1, 2, 4, 6].map(after))
    // Its days are given back once, those of the running one when it ends.
    #expect(second.assignment?.dueAt == resumed.assignment?.dueAt)
  }

  @Test func aCaseThatIsAssignedAsItIsResumedIsResumedFirst() throws {
    let (suspended, _) = try #require(received().suspended(by: lost(crossing: 0, at: 2), at: after(2)))
    let (resumed, _) = try #require(suspended.resumed(by: crossed(at: 4), at: after(4)))
    let molit = try #require(Ministry.named("molit"))
    let text = ProposalText(title: "", summary: "", body: "")
    let (changed, event) = try #require(resumed.assigned(to: molit, text: text, within: ministry, at: after(4)))
    #expect(event.crossedAt == after(4))
    #expect(CaseView(changed, at: after(4)).events.suffix(2).map(\.type) == [CaseResumed.type, CaseAssigned.type])
  }
}

@Suite struct SuspendedPeriodTests {
  @Test(arguments: [
    // Within one day in Korea: the day counts.
    ("2026-11-24T01:00:00.000Z", "2026-11-24T09:00:00.000Z", 0),
    // An hour across midnight in Korea.
    ("2026-11-24T14:30:00.000Z", "2026-11-24T15:30:00.000Z", 1),
    // The same clock time three days later, and a little less.
    ("2026-11-24T01:00:00.000Z", "2026-11-27T01:00:00.000Z", 3),
    ("2026-11-24T14:59:59.999Z", "2026-11-26T15:00:00.000Z", 3),
    // Across a year's end and 29 February.
    ("2027-12-31T14:00:00.000Z", "2028-03-01T00:00:00.000Z", 61),
    // A clock that went back.
    ("2026-11-24T15:30:00.000Z", "2026-11-24T14:30:00.000Z", 0),
  ])
  func theDayOnWhichASuspensionBeginsIsLeftOutAndTheDayOnWhichItEndsCounts(
    from: String, to: String, days: Int64
  ) throws {
    let end = try #require(JSON.date("2028-12-24T14:59:59.999Z"))
    let moved = LegalPeriod.end(
      end, movedBySuspensionFrom: try #require(JSON.date(from)), to: try #require(JSON.date(to)))
    #expect(moved.milliseconds - end.milliseconds == days * 86_400_000)
  }

  @Test func severalSuspensionsMoveAsMuchAsTheDaysThatTheyTookAndADayNeverTwice() throws {
    let end = try #require(JSON.date("2026-12-24T14:59:59.999Z"))
    let start = try #require(JSON.date("2026-11-24T01:00:00.000Z"))
    var (moved, at) = (end, start)
    // An hour on, an hour off, for five days.
    for _ in 0..<60 {
      moved = LegalPeriod.end(moved, movedBySuspensionFrom: at, to: at.addingTimeInterval(3_600))
      at = at.addingTimeInterval(7_200)
    }
    #expect(moved.milliseconds - end.milliseconds <= 5 * 86_400_000)
  }

  @Test func aPeriodThatWasOverStaysOver() throws {
    let end = try #require(JSON.date("2026-11-24T14:59:59.999Z"))
    let stop = try #require(JSON.date("2026-12-24T00:00:00.000Z"))
    #expect(LegalPeriod.end(end, movedBySuspensionFrom: end.addingTimeInterval(0.001), to: stop) == end)
    #expect(LegalPeriod.end(end, movedBySuspensionFrom: end, to: stop) > end)
  }
}
