import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct MilestoneDeadlineTests {
  private let actor = CaseWalk.actor
  private func day(_ days: Double) -> Date { CaseWalk.day(days) }
  private func at(_ day: String, _ hour: Int64 = 12) throws -> Date { try #require(Day(day)).hour(hour) }
  private func end(_ day: String) throws -> Date { try #require(Day(day)).end }

  /// Carried out by the real calendar and the rules of the table: 30 days before, 30 days after.
  private let terms = Terms(
    clocks: Dictionary(
      uniqueKeysWithValues: [(LegalStep.ministry, 14, 10), (.implementation, 30, 30)].map { step, before, after in
        (
          step,
          LegalClock(
            step: step, days: 60, unit: .calendar, reminderDays: before, escalationDays: after,
            escalatesTo: [.supportUnit, .strategyMeeting], extensionDays: 0,
            holidays: Holidays(HolidayList.seed.map(\.day)))
        )
      }))

  /// Answered on 14 December 2026 and planned the day after: milestone 1 until Wednesday 31 March 2027, milestone 2 until
  /// Wednesday 30 June 2027, which ends with the plan.
  private func planned(_ ends: [String] = ["2027-03-31", "2027-06-30"]) throws -> Case {
    try CaseWalk.answered().planned(CaseWalk.plan(ends), by: actor, at: day(21)).changed
  }

  private func look(_ known: Case, at now: Date) throws -> Change { try known.clockMoved(within: terms, at: now) }

  /// What was told, and of which milestone: 0 for the step as a whole.
  private func told(_ change: Change) -> [String] {
    change.told.compactMap { told in
      switch told.event {
      case let event as CaseReminded: "reminded \(event.milestone ?? 0)"
      case let event as CaseOverdue: "overdue \(event.milestone ?? 0)"
      case let event as CaseEscalated: "escalated \(event.milestone ?? 0) \(event.to)"
      default: nil
      }
    }
  }

  private func next(_ known: Case, after now: Date) throws -> Date? { try known.nextMove(after: now, within: terms) }

  private func resumed(_ known: Case, from start: Date, to stop: Date) throws -> Case {
    let lost = VoteBarLost(
      proposal: CaseWalk.proposal, title: "밤 버스", yes: 9, no: 2, yesBar: 10, ruleHash: "ab",
      crossedAt: try #require(known.crossedAt), lostAt: start)
    let crossed = VoteBarCrossed(
      proposal: CaseWalk.proposal, title: "밤 버스", category: .transport, yes: 11, no: 3, yesBar: 10, ruleHash: "ab",
      crossedAt: stop)
    let suspended = try #require(known.suspended(by: lost, at: start)).changed
    return try #require(try suspended.resumed(by: crossed, within: terms, at: stop)).changed
  }

  // MARK: One milestone

  @Test func aMilestoneIsRemindedOfThenLateThenEscalatedWhileThePlanIsNotDue() throws {
    var known = try planned()
    // 30 days before 31 March is 1 March, a holiday, and a weekend is before it.
    #expect(try next(known, after: day(21)) == at("2027-02-26", 9))
    #expect(try look(known, at: at("2027-02-26", 8)).told.isEmpty)
    var change = try look(known, at: at("2027-02-26", 9))
    #expect(told(change) == ["reminded 1"] && change.names == ["reminded>molit"])
    known = change.changed
    #expect(try next(known, after: at("2027-02-26", 9)) == #require(Day("2027-04-01")).start)
    #expect(try look(known, at: end("2027-03-31")).told.isEmpty, "the last millisecond is in time")
    change = try look(known, at: try #require(Day("2027-04-01")).start)
    #expect(told(change) == ["overdue 1"])
    let late = try #require(change.told.first?.event as? CaseOverdue)
    #expect(try late.dueAt == end("2027-03-31") && late.step == .implementation && late.holder == "molit")
    #expect(late.milestoneTitle == "단계 2027-03-31")
    known = change.changed
    // 30 days after is Friday 30 April.
    #expect(try next(known, after: at("2027-04-02")) == at("2027-04-30", 9))
    #expect(try look(known, at: at("2027-04-30", 8)).told.isEmpty)
    change = try look(known, at: at("2027-04-30", 9))
    #expect(told(change) == ["escalated 1 support-unit", "escalated 1 strategy-meeting"])
    known = change.changed
    #expect(try look(known, at: at("2027-05-20")).told.isEmpty)
    #expect(try !known.isLate(at: at("2027-05-20")), "the plan as a whole is not late")
    // 30 days before 30 June is Monday 31 May: of the plan as a whole.
    #expect(try next(known, after: at("2027-05-20")) == at("2027-05-31", 9))
    #expect(try told(look(known, at: at("2027-05-31", 9))) == ["reminded 0"])
  }

  @Test func anEscalationOnAHolidayComesOnTheNextWorkingDay() throws {
    // 30 days after 5 April is Children's Day, a Wednesday.
    let known = try planned(["2027-04-05", "2027-06-30"])
    let late = try look(known, at: at("2027-04-06", 0)).changed
    #expect(try look(late, at: at("2027-05-05", 23)).told.isEmpty)
    #expect(try told(look(late, at: at("2027-05-06", 9))).first == "escalated 1 support-unit")
  }

  @Test func whatEndsWithTheHoldIsToldByTheHoldAlone() throws {
    let known = try planned(["2027-03-31", "2027-06-30", "2027-06-30"])
    #expect(known.ownClocks.map(\.milestone.number) == [1])
    let late = try look(known, at: at("2027-08-31"))
    #expect(
      told(late) == [
        "overdue 1", "escalated 1 support-unit", "escalated 1 strategy-meeting", "overdue 0",
        "escalated 0 support-unit", "escalated 0 strategy-meeting",
      ])
    #expect(try look(late.changed, at: at("2028-08-31")).told.isEmpty)
    #expect(try next(late.changed, after: at("2027-08-31")) == nil)
  }

  @Test func aMilestoneThatIsPlannedLaterThanItsReminderHasNone() throws {
    let known = try planned(["2026-12-31", "2027-06-30"])
    #expect(try look(known, at: at("2026-12-30")).told.isEmpty)
    #expect(try told(look(known, at: at("2027-01-01", 0))) == ["overdue 1"])
  }

  @Test func aCompletedMilestoneHasNoClock() throws {
    let known = try planned().progressed(
      1, to: .completed, report: "끝", evidence: ["https://example.org/"], by: actor, at: at("2027-03-30")
    ).changed
    #expect(try look(known, at: at("2027-05-20")).told.isEmpty)
    #expect(try next(known, after: at("2027-03-30")) == at("2027-05-31", 9))
  }

  @Test func whoeverEndsTheCaseEndsItsClocks() throws {
    let over = try planned().discontinued(for: "예산 없음", by: actor, at: at("2027-03-30")).changed
    #expect(try look(over, at: at("2028-01-01")).told.isEmpty && next(over, after: at("2027-03-30")) == nil)
  }

  // MARK: Before the answer

  @Test func beforeTheAnswerEachMilestoneHasItsOwnClockAndTheHoldTellsOfTheAnswer() throws {
    // The answer is due on 1 February 2027.
    var known = try CaseWalk.accepted().planned(
      CaseWalk.plan(["2027-01-15", "2027-06-30"]), by: actor, at: day(11)
    ).changed
    #expect(known.ownClocks.map(\.milestone.number) == [1, 2])
    #expect(try told(look(known, at: at("2026-12-16", 9))) == ["reminded 1"])
    known = try look(known, at: at("2027-01-16", 0)).changed
    #expect(known.deadlines.map { $0.overdueAt == nil } == [false, true])
    let answered = try known.answered(
      "늘리겠습니다.", by: "과", signedBy: "장", within: terms, by: actor, at: at("2027-01-20")
    ).changed
    #expect(answered.ownClocks.map(\.milestone.number) == [1])
    #expect(try answered.hold?.dueAt == end("2027-06-30"))
    // It was late before, and is told to the next offices alone.
    #expect(
      try told(look(answered, at: at("2027-02-28"))) == ["escalated 1 support-unit", "escalated 1 strategy-meeting"])
  }

  @Test func anotherMinistryHasAPlanOfItsOwn() throws {
    let known = try CaseWalk.accepted().planned(CaseWalk.plan(["2027-01-15"]), by: actor, at: day(11)).changed
    let other = try known.transferred(
      to: CaseWalk.ministry("me"), for: "소관", text: CaseWalk.text, within: terms, by: actor, at: day(12)
    ).changed
    #expect(other.deadlines.isEmpty && other.ownClocks.isEmpty)
    #expect(try look(other, at: at("2027-01-16")).told.isEmpty)
  }

  // MARK: Another end

  @Test func aNoticeOfDelayStartsTheClockAnew() throws {
    let late = try look(planned(), at: at("2027-04-01", 0)).changed
    let known = try late.delayed(1, to: #require(Day("2027-05-31")), for: "예산", by: actor, at: at("2027-04-05")).changed
    #expect(try known.hold?.dueAt == end("2027-06-30"))
    // 30 days before is 1 May, a Saturday.
    #expect(try next(known, after: at("2027-04-05")) == at("2027-04-30", 9))
    let reminded = try look(known, at: at("2027-04-30", 9))
    #expect(told(reminded) == ["reminded 1"])
    #expect(try told(look(reminded.changed, at: at("2027-06-01", 0))).contains("overdue 1"))
  }

  @Test func aChangedPlanStartsTheClocksAnewOfWhatItMovesAlone() throws {
    var known = try planned(["2027-03-31", "2027-04-30", "2027-06-30"])
    known = try look(known, at: at("2027-04-01", 9)).changed
    #expect(known.deadlines.map { $0.overdueAt != nil } == [true, false, false])
    #expect(
      known.deadlines.map { $0.remindedAt != nil } == [false, true, false], "31 March is too late for a reminder")
    known = try known.planned(
      CaseWalk.plan(["2027-03-31", "2027-05-31", "2027-06-30", "2027-05-14"], reason: "변경", numbers: [1, 2, 3]),
      by: actor, at: at("2027-04-02")
    ).changed
    #expect(known.deadlines.map(\.number) == [1, 2, 3, 4])
    #expect(known.deadlines.map { $0.overdueAt != nil } == [true, false, false, false])
    #expect(known.deadlines.allSatisfy { $0.remindedAt == nil })
    #expect(try told(look(known, at: at("2027-04-20"))) == ["reminded 4"])
    #expect(try told(look(known, at: at("2027-04-30", 9))).contains("reminded 2"))
    // What is planned no more has no clock.
    let shorter = try known.planned(
      CaseWalk.plan(["2027-06-30"], reason: "변경", numbers: [3]), by: actor, at: at("2027-04-03")
    ).changed
    #expect(shorter.deadlines.map(\.number) == [3])
    #expect(try look(shorter, at: at("2027-05-20")).told.isEmpty)
  }

  @Test func whatTheHoldHasToldIsNotToldAgainOfTheMilestoneThatWasDueWithIt() throws {
    let late = try look(planned(["2027-03-31"]), at: at("2027-04-01", 0)).changed
    let known = try late.planned(
      CaseWalk.plan(["2027-03-31", "2027-09-30"], reason: "추가", numbers: [1]), by: actor, at: at("2027-04-02")
    ).changed
    #expect(try known.hold?.dueAt == end("2027-09-30") && known.ownClocks.map(\.milestone.number) == [1])
    #expect(try look(known, at: at("2027-04-20")).told.isEmpty)
    #expect(
      try told(look(known, at: at("2027-04-30", 9))) == ["escalated 1 support-unit", "escalated 1 strategy-meeting"])
  }

  // MARK: Suspension

  @Test func aSuspensionStopsTheClocksAndMovesThemAsTheHold() throws {
    let reminded = try look(planned(), at: at("2027-02-26", 9)).changed
    let lost = VoteBarLost(
      proposal: CaseWalk.proposal, title: "밤 버스", yes: 9, no: 2, yesBar: 10, ruleHash: "ab",
      crossedAt: try #require(reminded.crossedAt), lostAt: try at("2027-03-10"))
    let suspended = try #require(reminded.suspended(by: lost, at: at("2027-03-10"))).changed
    #expect(try look(suspended, at: at("2027-04-10")).told.isEmpty && suspended.ownClocks.isEmpty)
    #expect(try next(suspended, after: at("2027-03-10")) == nil)
    let known = try resumed(reminded, from: at("2027-03-10"), to: at("2027-04-09"))
    // 30 days: the day on which it begins is left out.
    #expect(try known.deadlines.map(\.dueAt) == [end("2027-04-30"), end("2027-07-30")])
    #expect(known.hold?.dueAt == known.deadlines.last?.dueAt)
    #expect(known.dossier.plan?.milestones.map(\.endsOn.description) == ["2027-03-31", "2027-06-30"])
    #expect(try told(look(known, at: at("2027-04-09"))) == ["reminded 1"], "of another due date")
    #expect(try look(known, at: end("2027-04-30")).told.count == 1)
    #expect(try told(look(known, at: at("2027-05-01", 0))) == ["overdue 1"])
  }

  @Test func aMilestoneThatIsPlannedAnewToTheSameDayTakesNoDaysOfASuspensionOver() throws {
    var known = try resumed(planned(), from: at("2027-03-10"), to: at("2027-04-09"))
    #expect(try known.hold?.dueAt == end("2027-07-30"))
    // The last one is dropped, and another one ends on its day.
    known = try known.planned(
      CaseWalk.plan(["2027-03-31", "2027-06-30"], reason: "변경", numbers: [1]), by: actor, at: at("2027-04-12")
    ).changed
    #expect(known.deadlines.map(\.number) == [1, 3])
    #expect(try known.hold?.dueAt == end("2027-06-30") && known.planDueAt == end("2027-06-30"))
    #expect(
      try told(look(known, at: at("2027-07-01", 0))).filter { $0.hasPrefix("overdue") } == ["overdue 1", "overdue 0"])
    // One that stays keeps them.
    known = try known.planned(
      CaseWalk.plan(["2027-03-31", "2027-06-30"], reason: "문구", numbers: [1, 3]), by: actor, at: at("2027-04-13")
    ).changed
    #expect(try known.deadlines.map(\.dueAt) == [end("2027-04-30"), end("2027-06-30")])
  }

  @Test func whatWasLateBeforeASuspensionStaysLateAndIsToldOnce() throws {
    let late = try look(planned(), at: at("2027-04-01", 0)).changed
    let known = try resumed(late, from: at("2027-04-05"), to: at("2027-04-25"))
    // Five days late before, and after.
    #expect(try known.deadlines.map(\.dueAt) == [end("2027-04-20"), end("2027-07-20")])
    #expect(try look(known, at: at("2027-05-19")).told.isEmpty)
    #expect(try told(look(known, at: at("2027-05-20", 9))).count == 2)
  }

  @Test func aLapseEndsTheClocksAndACrossingTakesThemUp() throws {
    let known = try planned()
    let lost = VoteBarLost(
      proposal: CaseWalk.proposal, title: "밤 버스", yes: 9, no: 2, yesBar: 10, ruleHash: "ab",
      crossedAt: try #require(known.crossedAt), lostAt: try at("2027-03-10"))
    let suspended = try #require(known.suspended(by: lost, at: at("2027-03-10"))).changed
    let lapsed = try #require(suspended.lapsed(for: .voteClosed, at: at("2027-03-15"))).changed
    #expect(try look(lapsed, at: at("2027-04-10")).told.isEmpty && next(lapsed, after: at("2027-04-10")) == nil)
    let crossed = VoteBarCrossed(
      proposal: CaseWalk.proposal, title: "밤 버스", category: .transport, yes: 11, no: 3, yesBar: 10, ruleHash: "ab",
      crossedAt: try at("2027-04-09"))
    let again = try #require(try lapsed.resumed(by: crossed, within: terms, at: at("2027-04-09"))).changed
    #expect(try again.deadlines.first?.dueAt == end("2027-04-30") && again.ownClocks.map(\.milestone.number) == [1])
  }

  @Test func noNoticeTakesDaysOfASuspensionBackAndTheAnswerKeepsThem() throws {
    let known = try resumed(planned(), from: at("2027-03-10"), to: at("2027-04-09"))
    let delayed = try known.delayed(1, to: #require(Day("2027-04-20")), for: "예산", by: actor, at: at("2027-04-12"))
      .changed
    #expect(try delayed.deadlines.first?.dueAt == end("2027-04-30"))
    let early = try CaseWalk.accepted().planned(CaseWalk.plan(["2027-03-31"]), by: actor, at: day(11)).changed
    let answered = try resumed(early, from: at("2026-12-10"), to: at("2026-12-20")).answered(
      "답", by: "과", signedBy: "장", within: terms, by: actor, at: at("2026-12-21")
    ).changed
    // Ten days after 31 March is a Saturday.
    #expect(try answered.hold?.dueAt == end("2027-04-12"))
    // Another end of the last milestone leaves the others what they had.
    let shorter = try known.planned(
      CaseWalk.plan(["2027-03-31", "2027-04-15"], reason: "단축", numbers: [1, 2]), by: actor, at: at("2027-04-12")
    ).changed
    #expect(try shorter.hold?.dueAt == end("2027-04-30") && shorter.ownClocks.map(\.milestone.number) == [2])
  }

  // MARK: From before there were any

  @Test func aPlanFromBeforeGetsItsDeadlinesWithTheDaysOfItsSuspensions() throws {
    var known = try planned()
    known.deadlines = []
    #expect(known.ownClocks.isEmpty && known.planDueAt == known.hold?.dueAt)
    let change = try look(known, at: at("2027-04-01", 0))
    #expect(
      try told(change) == ["overdue 1"]
        && change.changed.deadlines == look(planned(), at: at("2027-04-01", 0)).changed.deadlines)
    var moved = try resumed(planned(), from: at("2027-03-10"), to: at("2027-04-09"))
    let expected = moved.deadlines
    moved.deadlines = []
    #expect(try look(moved, at: at("2027-04-09", 13)).changed.deadlines.map(\.dueAt) == expected.map(\.dueAt))
    // One that was suspended meanwhile is moved as it is resumed.
    #expect(try resumed(known, from: at("2027-03-10"), to: at("2027-04-09")).deadlines == expected)
  }

  // MARK: As the API shows it

  private struct Shown: Decodable {
    struct Record: Decodable { let plan: Plan }
    struct Plan: Decodable {
      let revision: Int
      let milestones: [Item]
    }
    struct Item: Decodable {
      let number: Int
      let endsOn: Day
      let dueAt: Date
      let daysLate: Int
    }
    let late: Bool
    let record: Record
  }

  private func shown(_ known: Case, at now: Date) throws -> Shown {
    try JSON.decode(from: JSON.encode(CaseDetail(known, at: now)))
  }

  @Test func aMilestoneShowsWhenItIsDueAndHowLateItIs() throws {
    let known = try planned()
    #expect(try shown(known, at: end("2027-03-31")).record.plan.milestones.map(\.daysLate) == [0, 0])
    let late = try shown(known, at: at("2027-04-03"))
    #expect(late.record.plan.milestones.map(\.daysLate) == [3, 0] && !late.late && late.record.plan.revision == 1)
    #expect(try late.record.plan.milestones.map(\.dueAt) == [end("2027-03-31"), end("2027-06-30")])
    let moved = try resumed(known, from: at("2027-03-10"), to: at("2027-04-09"))
    let item = try #require(try shown(moved, at: at("2027-05-02")).record.plan.milestones.first)
    #expect(try item.daysLate == 2 && item.endsOn == Day("2027-03-31") && item.dueAt == end("2027-04-30"))
    // It stays as late as it was once it is completed, or the case has ended.
    let done = try known.progressed(
      1, to: .completed, report: "끝", evidence: ["https://example.org/"], by: actor, at: at("2027-04-05")
    ).changed
    #expect(try shown(done, at: at("2028-01-01")).record.plan.milestones.first?.daysLate == 5)
    let over = try known.discontinued(for: "예산 없음", by: actor, at: at("2027-04-02")).changed
    #expect(try shown(over, at: at("2028-01-01")).record.plan.milestones.map(\.daysLate) == [2, 0])
    let lost = VoteBarLost(
      proposal: CaseWalk.proposal, title: "밤 버스", yes: 9, no: 2, yesBar: 10, ruleHash: "ab",
      crossedAt: try #require(known.crossedAt), lostAt: try at("2027-04-05"))
    let suspended = try #require(known.suspended(by: lost, at: at("2027-04-05"))).changed
    #expect(try shown(suspended, at: at("2027-05-01")).record.plan.milestones.map(\.daysLate) == [0, 0])
    let text = String(decoding: try JSON.encode(CaseDetail(known, at: try at("2027-04-03"))), as: UTF8.self)
    #expect(!text.contains("deadlines") && !text.contains("remindedAt"))
    #expect(
      try !String(decoding: JSON.encode(CaseDetail(CaseWalk.answered(), at: day(20))), as: UTF8.self).contains(
        "\"plan\""))
  }
}
