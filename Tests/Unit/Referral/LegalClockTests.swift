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
      dueAt: clock.period(of: 60).end(from: since))
  }

  @Test func aHoldIsRemindedThenLateThenEscalatedOnceEach() throws {
    var hold = try hold()
    #expect(try hold.dueAt == #require(Day("2027-01-25")).end)
    #expect(hold.moves(due: try at("2027-01-11", 8), by: clock).isEmpty)
    #expect(try hold.nextMove(after: hold.since, by: clock) == at("2027-01-11", 9))
    #expect(hold.moves(due: try at("2027-01-11", 9), by: clock) == [.remind])
    hold = hold.after(.remind, at: try at("2027-01-11", 9))
    #expect(hold.moves(due: try at("2027-01-25", 23), by: clock).isEmpty)
    #expect(try hold.nextMove(after: at("2027-01-12"), by: clock) == #require(Day("2027-01-26")).start)
    #expect(hold.moves(due: try at("2027-01-26", 0), by: clock) == [.overdue])
    hold = hold.after(.overdue, at: try at("2027-01-26", 0))
    // Ten days later is Thursday 4 February.
    #expect(try hold.nextMove(after: at("2027-01-26"), by: clock) == at("2027-02-04", 9))
    #expect(hold.moves(due: try at("2027-02-04", 8), by: clock).isEmpty)
    #expect(hold.moves(due: try at("2027-02-04", 9), by: clock) == [.escalate(to: [.supportUnit, .strategyMeeting])])
    hold = hold.after(.escalate(to: clock.escalatesTo), at: try at("2027-02-04", 9))
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

  @Test func nothingMovesOnceSomebodyElseHasTheCaseOrNothingIsOwed() throws {
    var hold = try hold()
    hold.until = try at("2027-01-01")
    #expect(hold.moves(due: try at("2028-01-01"), by: clock).isEmpty)
    #expect(hold.nextMove(after: try at("2027-01-01"), by: clock) == nil)
    hold.until = nil
    hold.dueAt = nil
    #expect(hold.moves(due: try at("2028-01-01"), by: clock).isEmpty)
    #expect(hold.nextMove(after: try at("2027-01-01"), by: clock) == nil)
  }

  @Test func whoGetsACaseLaterThanTheReminderIsNotReminded() throws {
    var hold = try hold()
    hold.dueAt = try #require(Day("2026-12-04")).end
    #expect(hold.moves(due: try at("2026-12-03"), by: clock).isEmpty)
    #expect(try hold.nextMove(after: hold.since, by: clock) == #require(Day("2026-12-05")).start)
  }

  @Test func anExtensionMovesTheEndOnceAndTheReminderComesAgain() throws {
    let reminded = try hold().after(.remind, at: try at("2027-01-11"))
    let longer = try reminded.extended(by: 30, because: "예산 협의", at: at("2027-01-20"), by: clock)
    #expect(try longer.dueAt == #require(Day("2027-02-24")).end)
    #expect(try longer.extension == .init(from: #require(Day("2027-01-25")).end, reason: "예산 협의", at: at("2027-01-20")))
    #expect(longer.remindedAt == nil)
    #expect(longer.moves(due: try at("2027-02-10"), by: clock) == [.remind])
    #expect(throws: Problem.self) { try longer.extended(by: 1, because: "", at: at("2027-01-21"), by: clock) }
    // A week more: the moment of its reminder is over, and it is not told twice.
    let week = try reminded.extended(by: 7, because: "예산 협의", at: at("2027-01-20"), by: clock)
    #expect(try week.remindedAt == at("2027-01-11"))
  }

  @Test func anExtensionIsRefusedWhenItIsTooLongTooLateOrOfNothing() throws {
    let hold = try hold()
    func refusal(_ hold: Hold, _ days: Int, _ now: Date, _ clock: LegalClock) -> String? {
      do throws(Problem) {
        _ = try hold.extended(by: days, because: "이유", at: now, by: clock)
        return nil
      } catch { return error.code }
    }
    let (early, end) = (try at("2027-01-01"), try #require(hold.dueAt))
    #expect(refusal(hold, 60, early, clock) == nil && refusal(hold, 1, end, clock) == nil)
    #expect(refusal(hold, 0, early, clock) == "invalid" && refusal(hold, 61, early, clock) == "invalid")
    #expect(refusal(hold, 1, Date(milliseconds: end.milliseconds + 1), clock) == "late-already")
    let none = LegalClock(
      step: .implementation, days: nil, unit: .calendar, reminderDays: 30, escalationDays: 30, escalatesTo: [],
      extensionDays: 0)
    #expect(refusal(hold, 1, early, none) == "not-extendable")
    var over = hold
    over.until = early
    #expect(refusal(over, 1, early, clock) == "nothing-due")
    over = hold
    over.dueAt = nil
    #expect(refusal(over, 1, early, clock) == "nothing-due")
  }

  @Test func aNewDueDateStartsTheClockAnewAndThatOfThePastChangesNothing() throws {
    let now = try at("2027-03-01")
    let late = try hold().after(.overdue, at: at("2027-01-26")).after(.escalate(to: []), at: at("2027-02-05"))
    let later = try late.due(#require(Day("2027-04-30")).end, at: now, by: clock)
    #expect(later.overdueAt == nil && later.escalatedAt == nil)
    #expect(later.moves(due: try at("2027-05-02"), by: clock) == [.overdue])
    let past = try late.due(#require(Day("2027-02-26")).end, at: now, by: clock)
    #expect(past.overdueAt == late.overdueAt && past.escalatedAt == late.escalatedAt)
    #expect(late.due(late.dueAt, at: now, by: clock) == late)
    #expect(late.due(nil, at: now, by: clock).moves(due: try at("2030-01-01"), by: clock).isEmpty)
  }
}
