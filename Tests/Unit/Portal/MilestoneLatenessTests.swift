import Contracts
import FoundationEssentials
import Testing

@testable import Portal

@Suite struct MilestoneLatenessTests {
  private let id = CaseID()
  private let proposal = ProposalID()
  private func day(_ day: String) throws -> Day { try #require(Day(day)) }

  private func milestone(_ number: Int, _ end: String, _ status: MilestoneStatus = .limited) throws -> Milestone {
    Milestone(
      number: number, title: "단계 \(number)", deliverable: "노선도", startsOn: try day("2026-12-01"),
      endsOn: try day(end), status: status)
  }

  private func planned(_ milestones: Milestone...) -> ReferralEvent {
    .planned(
      CasePlanned(
        caseID: id, proposal: proposal, title: "밤 버스", ministry: "molit", revision: 1, milestones: milestones,
        reason: nil, actor: CitizenID(), plannedAt: SampleTask.time(0), dueAt: SampleTask.time(0)))
  }

  private func overdue(_ number: Int?, _ due: String, _ step: LegalStep = .implementation) throws -> ReferralEvent {
    .overdue(
      CaseOverdue(
        caseID: id, proposal: proposal, title: "밤 버스", holder: "molit", step: step, milestone: number,
        milestoneTitle: number.map { "단계 \($0)" }, dueAt: try day(due).end, overdueAt: try day(due).end))
  }

  private func progressed(_ milestone: Milestone) -> ReferralEvent {
    .progressed(
      CaseProgressed(
        caseID: id, proposal: proposal, title: "밤 버스", ministry: "molit", milestone: milestone, report: "끝",
        evidence: [], actor: CitizenID(), progressedAt: SampleTask.time(0)))
  }

  private func delayed(_ milestone: Milestone) throws -> ReferralEvent {
    .delayed(
      CaseDelayed(
        caseID: id, proposal: proposal, title: "밤 버스", ministry: "molit", milestone: milestone,
        from: try day("2027-01-31"), reason: "예산", actor: CitizenID(), delayedAt: SampleTask.time(0),
        dueAt: SampleTask.time(0)))
  }

  private func late(_ events: [ReferralEvent], at now: String = "2027-02-03") throws -> [Int] {
    let record = CaseRecord(events)
    return try record.milestones.map { record.lateDays($0, at: try day(now).start.addingTimeInterval(32_400)) }
  }

  @Test func aMilestoneIsLateByWhatItsClockHasTold() throws {
    let plan = planned(try milestone(1, "2027-01-31"), try milestone(2, "2027-06-30"))
    #expect(try late([plan]) == [0, 0], "a suspension may have moved what is due")
    #expect(try late([plan, overdue(1, "2027-01-31")]) == [3, 0])
    #expect(try late([plan, overdue(1, "2027-01-31")], at: "2027-01-31") == [0, 0])
    #expect(try late([plan, overdue(nil, "2027-01-30", .ministry)]) == [0, 0], "the answer is no milestone")
  }

  @Test func allThatIsOpenIsLateWithThePlanAsAWhole() throws {
    let plan = planned(
      try milestone(1, "2027-01-10"), try milestone(2, "2027-01-31", .completed), try milestone(3, "2027-01-31"))
    #expect(try late([plan, overdue(1, "2027-01-10"), overdue(nil, "2027-01-31")]) == [24, 0, 3])
  }

  @Test func whatIsDoneDelayedOrPlannedAnewIsLateNoMore() throws {
    let plan = planned(try milestone(1, "2027-01-31"), try milestone(2, "2027-06-30"))
    let events = [plan, try overdue(1, "2027-01-31")]
    #expect(try late(events + [progressed(milestone(1, "2027-01-31"))]) == [3, 0])
    #expect(try late(events + [progressed(milestone(1, "2027-01-31", .completed))]) == [0, 0])
    #expect(try late(events + [delayed(milestone(2, "2027-07-31"))]) == [3, 0])
    #expect(try late(events + [delayed(milestone(1, "2027-03-31"))]) == [0, 0])
    #expect(try late(events + [planned(milestone(1, "2027-03-31"))]) == [0])
    #expect(try late(events + [planned(milestone(1, "2027-01-31"), milestone(3, "2027-03-31"))]) == [3, 0])
    let transferred = CaseTransferred(
      caseID: id, proposal: proposal, title: "밤 버스", ministry: "molit", to: "me", reason: "소관", transfer: 1,
      actor: CitizenID(), transferredAt: SampleTask.time(0))
    #expect(try late(events + [.transferred(transferred), planned(milestone(1, "2027-01-31"))]) == [0])
  }

  @Test func whatAMinistryGivesUpGrowsNoLater() throws {
    let end = CaseDiscontinued(
      caseID: id, proposal: proposal, title: "밤 버스", ministry: "molit", reasons: "예산", actor: CitizenID(),
      discontinuedAt: try day("2027-02-02").start.addingTimeInterval(32_400))
    let events = [planned(try milestone(1, "2027-01-31")), try overdue(1, "2027-01-31"), .discontinued(end)]
    #expect(try late(events, at: "2027-12-31") == [2])
  }

  @Test func whatWasLateIsAsLateAfterASuspensionAsBeforeIt() throws {
    let (start, stop) = (try day("2027-02-03").start, try day("2027-04-03").start)
    let resumed = CaseResumed(
      caseID: id, proposal: proposal, ministry: "molit", title: "밤 버스", yes: 11, no: 2, yesBar: 10, ruleHash: "ab",
      crossedAt: stop, suspendedAt: start, resumedAt: stop, dueAt: stop, state: .underway, holder: "molit")
    let events = [
      planned(try milestone(1, "2027-01-31"), try milestone(2, "2027-06-30")), try overdue(1, "2027-01-31"),
      .resumed(resumed),
    ]
    #expect(try late(events, at: "2027-04-03") == [3, 0] && late(events, at: "2027-04-05") == [5, 0])
  }

  @Test func thePageShowsALateMilestoneUnlessTheCaseIsSuspended() throws {
    let record = CaseRecord([
      planned(try milestone(1, "2027-01-31"), try milestone(2, "2027-06-30")), try overdue(1, "2027-01-31"),
    ])
    let now = try day("2027-02-03").start.addingTimeInterval(32_400)
    let korean = CaseSection(speech: Speech(.korean), record: record, now: now)
    #expect(korean.html.text.split(separator: "3일째 늦어지고 있음").count == 2)
    var suspended = CaseSection(speech: Speech(.english), record: record, now: now)
    #expect(suspended.html.text.contains("late since 3 days"))
    suspended.isSuspended = true
    #expect(!suspended.html.text.contains("late"))
  }

  @Test func theHistoryCallsAMilestoneByItsNumberAndTitle() throws {
    let told = try #require(Occurrence(try overdue(2, "2027-01-31")))
    #expect(told.kind == .milestoneOverdue && told.code == "2" && told.note == "단계 2")
    #expect(HistorySection.words(of: told, Speech(.korean)).hasPrefix("추진 과제 2\n"))
    #expect(HistorySection.words(of: told, Speech(.english)).hasPrefix("Milestone 2\n"))
    let escalated = try #require(
      Occurrence(
        .escalated(
          CaseEscalated(
            caseID: id, proposal: proposal, title: "밤 버스", holder: "molit", step: .implementation, milestone: 2,
            milestoneTitle: "단계 2", dueAt: SampleTask.time(0), to: "support-unit", escalatedAt: SampleTask.time(1)))))
    #expect(escalated.kind == .milestoneEscalated && escalated.code == "support-unit" && escalated.note == "단계 2")
    #expect(try Occurrence(overdue(nil, "2027-01-31"))?.kind == .overdue)
  }

  /// Whether a hand-over was late is told by its due date: the statistics read the chain.
  @Test func aLateMilestoneChangesNothingInTheChain() throws {
    var answered = Occurrence(.answered, at: SampleTask.time(0), code: "molit")
    (answered.holder, answered.owedAt) = ("molit", try day("2027-06-30").end)
    let events = [ChainEvent(id: UUID(), occurrence: answered)]
    let late = ChainEvent(id: UUID(), occurrence: try #require(Occurrence(try overdue(1, "2027-01-31"))))
    #expect(Chain(events + [late]) == Chain(events) && late.occurrence.owedAt == nil)
  }
}
