import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct LegalClockTests {
  /// A ministry's clock: reminded 14 days before, escalated 10 days after.
  private let clock = LegalClock(
    step: .ministry, days: 60, unit: .calendar, reminderDays: 14, escalationDays: 10,
    escalatesTo: [.supportUnit, .strategyMeeting], extensionDays: 60, holidays: Holidays(HolidayList.seed.map(\.day)))

  private func at(_ day: String, _ hour: Int64 = 12) throws -> Date { try #require(Day(day)).hour(hour) }

  /// Since Thursday 26 November 2026; 25 January 2027 is a Monday.
  private func hold() throws -> Hold {
    let since = try at("2026-11-26")
    let molit = try #require(Ministry.named("molit"))
    return Hold(
      number: 1, step: .ministry, holder: .ministry(molit), since: since,
      dueAt: clock.period.end(from: since))
  }

  @Test func aHoldIsRemindedThenLateThenEscalatedOnceEach() throws {
    var hold = try hold()
    #expect(try hold.dueAt == #require(Day("2027-01-25")).end)
    #expect(hold.moves(due: try at("2027-01-11", 8), by: clock).isEmpty)
    #expect(try hold.nextMove(after: hold.since, by: clock) == at("2027-01-11", 9))
    #expect(hold.moves(due: try at("2027-01-11", 9), by: clock) == [.remind])
    hold.note(.remind, at: try at("2027-01-11", 9))
    #expect(hold.moves(due: try at("2027-01-25", 23), by: clock).isEmpty)
    #expect(try hold.nextMove(after: at("2027-01-12"), by: clock) == #require(Day("2027-01-26")).start)
    #expect(hold.moves(due: try at("2027-01-26", 0), by: clock) == [.overdue])
    hold.note(.overdue, at: try at("2027-01-26", 0))
    // Ten days later is Thursday 4 February.
    #expect(try hold.nextMove(after: at("2027-01-26"), by: clock) == at("2027-02-04", 9))
    #expect(hold.moves(due: try at("2027-02-04", 8), by: clock).isEmpty)
    #expect(hold.moves(due: try at("2027-02-04", 9), by: clock) == [.escalate(to: [.supportUnit, .strategyMeeting])])
    hold.note(.escalate(to: clock.escalatesTo), at: try at("2027-02-04", 9))
    #expect(hold.moves(due: try at("2029-01-01"), by: clock).isEmpty)
    #expect(hold.nextMove(after: try at("2027-02-04"), by: clock) == nil)
  }

  @Test func whatWasMissedIsMadeUpInOrderButNoReminderAfterTheEnd() throws {
    #expect(
      try hold().moves(due: at("2027-03-31"), by: clock)
        == [.overdue, .escalate(to: [.supportUnit, .strategyMeeting])])
    #expect(try hold().nextMove(after: at("2027-03-31"), by: clock) == #require(Day("2027-01-26")).start)
  }

  @Test func remindersAndEscalationsComeOnWorkingDays() throws {
    // 14 days before Thursday 7 January is Christmas Eve; before Friday 8 January it is Christmas.
    #expect(try clock.reminder(before: #require(Day("2027-01-08")).end) == at("2026-12-24", 9))
    // Ten days after 28 January is Seollal, a Sunday with a substitute holiday.
    #expect(try clock.escalation(after: #require(Day("2027-01-28")).end) == at("2027-02-10", 9))
  }

  @Test func nothingMovesOnceSomebodyElseHasTheCase() throws {
    var hold = try hold()
    hold.until = try at("2027-01-01")
    #expect(hold.moves(due: try at("2028-01-01"), by: clock).isEmpty)
    #expect(hold.nextMove(after: try at("2027-01-01"), by: clock) == nil)
  }

  @Test func whoGetsACaseLaterThanTheReminderIsNotReminded() throws {
    var hold = try hold()
    hold.dueAt = try #require(Day("2026-12-04")).end
    #expect(hold.moves(due: try at("2026-12-03"), by: clock).isEmpty)
    #expect(try hold.nextMove(after: hold.since, by: clock) == #require(Day("2026-12-05")).start)
  }

  // MARK: On a case

  private var terms: Terms { Terms(clocks: [.ministry: clock]) }

  /// The case of a ministry with the hold above.
  private func held() throws -> Case {
    var known = try CaseWalk.assigned()
    known.holds = [try hold()]
    return known
  }

  private func extended(_ known: Case, by days: Int, at now: Date) throws -> Change {
    try known.extended(by: days, because: "예산 협의", within: terms, by: CaseWalk.actor, at: now)
  }

  private func refusal(_ known: Case, by days: Int, at now: Date, _ terms: Terms? = nil) -> String? {
    do throws(Problem) {
      _ = try known.extended(by: days, because: "이유", within: terms ?? self.terms, by: CaseWalk.actor, at: now)
      return nil
    } catch { return error.code }
  }

  @Test func theMinistryAndEverybodyAreToldWhatTheClockTellsAndNothingElseChanges() throws {
    let known = try held()
    let reminded = try known.clockMoved(within: terms, at: at("2027-01-11"))
    #expect(reminded.names == ["reminded>molit"])
    let late = try reminded.changed.clockMoved(within: terms, at: at("2027-03-01"))
    #expect(late.names == ["overdue>molit", "escalated>molit", "escalated>molit"])
    #expect(late.told.compactMap { ($0.event as? CaseEscalated)?.to } == ["support-unit", "strategy-meeting"])
    #expect(try late.changed.clockMoved(within: terms, at: at("2028-03-01")).told.isEmpty)
    var same = late.changed
    same.holds[0] = known.holds[0]
    #expect(same == known)
  }

  @Test func anExtensionMovesTheEndOnceAndTheReminderComesAgain() throws {
    let reminded = try held().clockMoved(within: terms, at: at("2027-01-11")).changed
    let change = try extended(reminded, by: 30, at: at("2027-01-20"))
    let hold = try #require(change.changed.hold)
    #expect(change.names == ["extended>molit"] && hold.remindedAt == nil)
    #expect(try hold.dueAt == #require(Day("2027-02-24")).end)
    #expect(try hold.extension?.from == #require(Day("2027-01-25")).end)
    #expect(try change.changed.clockMoved(within: terms, at: at("2027-02-10")).names == ["reminded>molit"])
    #expect(refusal(change.changed, by: 1, at: try at("2027-01-21")) == "extended-already")
  }

  @Test func anExtensionIsRefusedWhenItIsTooLongTooLateOrOfNothing() throws {
    let known = try held()
    let (early, end) = (try at("2027-01-01"), try hold().dueAt)
    #expect(refusal(known, by: 60, at: early) == nil && refusal(known, by: 1, at: end) == nil)
    #expect(refusal(known, by: 61, at: early) == "invalid")
    #expect(refusal(known, by: 1, at: Date(milliseconds: end.milliseconds + 1)) == "late-already")
    let none = LegalClock(
      step: .ministry, days: 60, unit: .calendar, reminderDays: 30, escalationDays: 30, escalatesTo: [],
      extensionDays: 0)
    #expect(refusal(known, by: 1, at: early, Terms(clocks: [.ministry: none])) == "not-extendable")
    var over = known
    over.release(at: early)
    #expect(refusal(over, by: 1, at: early) == "wrong-stage")
    let suspended = try #require(known.suspended(by: CaseWalk.lost(at: 12), at: early)).changed
    #expect(refusal(suspended, by: 1, at: early) == "case-suspended")
    #expect(throws: Problem.self) { try ExtensionDraft(days: 0, reason: "이유").checked() }
    #expect(throws: Problem.self) { try ExtensionDraft(days: 1, reason: " ").checked() }
    #expect(try ExtensionDraft(days: 1, reason: " 이유 ").checked().reason == "이유")
  }

  @Test func aSuspendedCaseHasNoClockAndANewDueDateStartsItAnew() throws {
    let late = try held().clockMoved(within: terms, at: at("2027-03-01")).changed
    let suspended = try #require(late.suspended(by: CaseWalk.lost(at: 12), at: at("2027-03-02"))).changed
    #expect(try suspended.clockMoved(within: terms, at: at("2028-03-01")).told.isEmpty)
    var later = late
    later.setDue(try #require(Day("2027-04-30")).end)
    #expect(try later.clockMoved(within: terms, at: at("2027-04-20")).names == ["reminded>molit"])
  }
}
