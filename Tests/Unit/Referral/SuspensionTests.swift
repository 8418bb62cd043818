import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct SuspensionTests {
  private let actor = CaseWalk.actor
  private func day(_ days: Double) -> Date { CaseWalk.day(days) }

  private func suspended(_ known: Case, crossing: Double = 0, at days: Double) throws -> Change {
    try #require(known.suspended(by: CaseWalk.lost(crossing: crossing, at: days), at: day(days)))
  }

  private func resumed(_ known: Case, at days: Double, yes: Int64 = 11) throws -> Change {
    try #require(known.resumed(by: CaseWalk.crossed(at: days, yes: yes), at: day(days)))
  }

  @Test func aCaseThatLostItsBarIsSuspendedAndStaysWithWhoeverHasIt() throws {
    let whole = try CaseWalk.assigned()
    let change = try suspended(whole, at: 12)
    #expect(change.changed.state == .suspended && change.names == ["suspended>molit"])
    #expect(change.changed.holds == whole.holds && change.changed.ministry == whole.ministry)
    let event = try #require(change.told.first?.event as? CaseSuspended)
    #expect(event.ministry == "molit" && event.yes == 9 && event.crossedAt == day(0) && event.suspendedAt == day(12))
    #expect(try suspended(CaseWalk.received(), at: 2).names == ["suspended"])
  }

  @Test(arguments: ["committee", "strategy-meeting", "support-unit", "molit"])
  func whoeverKeepsASuspendedCaseIsNamed(holder: String) throws {
    let whole =
      switch holder {
      case "committee": try CaseWalk.received()
      case "strategy-meeting": try CaseWalk.submitted()
      case "support-unit":
        try CaseWalk.deliberated().decided(
          .return, for: "더 자세히.", with: nil, within: CaseWalk.terms, by: actor, at: day(3)
        ).changed
      default: try CaseWalk.assigned()
      }
    let event = try #require(suspended(whole, at: 12).told.first?.event as? CaseSuspended)
    #expect(event.holder == holder && event.ministry == whole.ministry?.slug)
  }

  @Test func nobodyIsLateWithASuspendedCase() throws {
    let known = try suspended(CaseWalk.received(), at: 2).changed
    #expect(try CaseWalk.received().isLate(at: day(500)) && !known.isLate(at: day(500)))
    #expect(CaseDetail(known, at: day(500)).custody.map(\.daysLate) == [0])
  }

  @Test func nothingIsDoneOnASuspendedCase() throws {
    let known = try suspended(CaseWalk.received(), at: 2).changed
    #expect { try known.assigned(to: CaseWalk.members, by: actor, at: day(3)) } throws: {
      ($0 as? Problem)?.code == "case-suspended"
    }
  }

  @Test(arguments: [
    ("received", TaskState.referred), ("submitted", .endorsed), ("assigned", .assigned), ("accepted", .underway),
  ])
  func aCrossingResumesTheSameCaseWithTheDaysOfTheSuspensionAdded(stage: String, state: TaskState) throws {
    let whole =
      switch stage {
      case "received": try CaseWalk.received()
      case "submitted": try CaseWalk.submitted()
      case "assigned": try CaseWalk.assigned()
      default: try CaseWalk.accepted()
      }
    let change = try resumed(suspended(whole, at: 12).changed, at: 19, yes: 12)
    #expect(change.changed.state.rawValue == stage && change.changed.id == whole.id)
    let due = try #require(whole.hold).dueAt.addingTimeInterval(7 * 86_400)
    #expect(change.changed.hold?.dueAt == due && change.changed.yes == 12)
    let event = try #require(change.told.first?.event as? CaseResumed)
    #expect(event.dueAt == due && event.state == state && event.holder == whole.hold?.holder.name)
    #expect(event.crossedAt == day(19) && event.suspendedAt == day(12))
  }

  @Test func whatIsToldAgainOrTooLateChangesNothing() throws {
    let received = try CaseWalk.received()
    let known = try suspended(received, at: 2).changed
    #expect(known.suspended(by: CaseWalk.lost(at: 2), at: day(3)) == nil)
    #expect(known.resumed(by: CaseWalk.crossed(), at: day(3)) == nil)
    #expect(received.resumed(by: CaseWalk.crossed(), at: day(3)) == nil)
    let again = try resumed(known, at: 4).changed
    #expect(again.suspended(by: CaseWalk.lost(at: 2), at: day(5)) == nil)
    #expect(again.resumed(by: CaseWalk.crossed(at: 4), at: day(5)) == nil)
    #expect(again.suspended(by: CaseWalk.lost(crossing: 4, at: 6), at: day(6)) != nil)
  }

  @Test func aCaseThatHasEndedIsNotSuspended() throws {
    let ended = try CaseWalk.accepted().discontinued(for: "x", by: actor, at: day(12)).changed
    #expect(ended.suspended(by: CaseWalk.lost(at: 13), at: day(13)) == nil)
  }

  @Test func aCaseThatNoBarBroughtGoesOnWhateverBecomesOfTheBar() throws {
    let change = try Case.received(CaseWalk.closedVote, as: CaseID(), within: CaseWalk.terms, at: day(1))
    let event = try #require(change.told.first?.event as? CaseReceived)
    #expect(event.origin == .month && event.crossedAt == nil && event.yes == 9)
    let known = change.changed
    #expect(known.origin == .month && known.crossedAt == nil && known.hold?.holder == .committee)
    #expect(known.resumed(by: CaseWalk.crossed(at: 2), at: day(2)) == nil)
    #expect(known.suspended(by: CaseWalk.lost(crossing: 2, at: 3), at: day(3)) == nil)
    #expect(known.lapsed(for: .voteClosed, at: day(4)) == nil)
  }

  @Test func aCaseFromBeforeABarCouldBeLostIsSuspendedToo() throws {
    var old = try CaseWalk.received()
    old.crossedAt = nil
    let known = try suspended(old, at: 2).changed
    #expect(known.resumed(by: CaseWalk.crossed(), at: day(3)) == nil)
    #expect(known.resumed(by: CaseWalk.crossed(at: 3), at: day(3)) != nil)
  }

  @Test func theViewSaysWhyAndSinceWhen() throws {
    let first = try suspended(CaseWalk.assigned(), at: 12).changed
    let view = CaseSummary(first, at: day(400))
    #expect(view.state == .suspended && !view.late)
    #expect(view.suspension?.since == day(12) && view.suspension?.yes == 9 && view.suspension?.lapsedAt == nil)
    #expect(CaseSummary(try resumed(first, at: 14).changed, at: day(14)).suspension == nil)
  }

  @Test func aSuspendedCaseEndsWithItsVoteAndIsNobodysThen() throws {
    let known = try suspended(CaseWalk.assigned(), at: 12).changed
    #expect(try CaseWalk.assigned().lapsed(for: .voteClosed, at: day(12)) == nil)
    let change = try #require(known.lapsed(for: .voteClosed, at: day(20)))
    #expect(change.changed.state == .lapsed && change.changed.hold == nil && change.names == ["lapsed>molit"])
    #expect(change.changed.lapsed(for: .ruled, at: day(21)) == nil)
    #expect(CaseSummary(change.changed, at: day(21)).suspension?.lapsedAt == day(20))
  }

  @Test func aCrossingAfterALapseGivesTheCaseBackToWhoeverHadIt() throws {
    let lapsed = try #require(suspended(CaseWalk.assigned(), at: 12).changed.lapsed(for: .voteClosed, at: day(20)))
    let again = try resumed(lapsed.changed, at: 30).changed
    #expect(again.state == .assigned && again.hold?.holder.name == "molit" && again.hold?.since == day(30))
    let due = try CaseWalk.terms.end(of: .ministry, from: day(9)).addingTimeInterval(18 * 86_400)
    #expect(again.hold?.dueAt == due && again.holds.count == 4)
  }

  @Test func whatWasToldOfALateCaseIsNotToldAgainAfterItsLapse() throws {
    var late = try CaseWalk.assigned()
    let last = late.holds.count - 1
    (late.holds[last].remindedAt, late.holds[last].overdueAt, late.holds[last].escalatedAt) = (
      day(60), day(80), day(90)
    )
    let lapsed = try #require(suspended(late, at: 100).changed.lapsed(for: .voteClosed, at: day(110)))
    let again = try resumed(lapsed.changed, at: 120).changed
    // It was late before: no day of the suspension helps it, and none makes it later.
    let hold = try #require(again.hold)
    #expect(try hold.daysLate(at: day(120)) == #require(late.hold).daysLate(at: day(100)) && hold.overdueAt == day(80))
    #expect(again.hold?.remindedAt == day(60) && again.hold?.escalatedAt == day(90))
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
    let moved = LegalPeriod(days: 0).end(
      end, movedBySuspensionFrom: try #require(JSON.date(from)), to: try #require(JSON.date(to)))
    // Not on a Saturday or Sunday.
    #expect(moved == (days == 0 ? end : Holidays.none.workingDay(from: Day(of: end) + Int(days)).end))
  }

  @Test func severalSuspensionsMoveAsMuchAsTheDaysThatTheyTookAndADayNeverTwice() throws {
    let end = try #require(JSON.date("2026-12-24T14:59:59.999Z"))
    let start = try #require(JSON.date("2026-11-24T14:30:00.000Z"))
    var (moved, at) = (end, start)
    // An hour on, an hour off, for five days; one an evening goes over midnight in Korea.
    for _ in 0..<60 {
      moved = LegalPeriod(days: 0).end(moved, movedBySuspensionFrom: at, to: at.addingTimeInterval(3_600))
      at = at.addingTimeInterval(7_200)
    }
    // A Friday, and Monday to Thursday.
    #expect(Day(of: moved).description == "2026-12-31")
  }

  @Test func aPeriodThatWasOverStaysOverByAsManyDays() throws {
    let end = try #require(JSON.date("2026-11-24T14:59:59.999Z"))
    let stop = try #require(JSON.date("2026-12-24T00:00:00.000Z"))
    let moved = LegalPeriod(days: 0).end(end, movedBySuspensionFrom: end.addingTimeInterval(0.001), to: stop)
    #expect(moved == JSON.date("2026-12-23T14:59:59.999Z"))
    // A Sunday, and no working day.
    let sunday = try #require(JSON.date("2026-12-28T00:00:00.000Z"))
    for unit in LegalPeriod.Unit.allCases {
      let moved = LegalPeriod(days: 0, unit: unit).end(
        end, movedBySuspensionFrom: end.addingTimeInterval(0.001), to: sunday)
      #expect(moved == JSON.date("2026-12-27T14:59:59.999Z"))
    }
    #expect(LegalPeriod(days: 0).end(end, movedBySuspensionFrom: end, to: stop) > end)
  }
}
