import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct ImplementationTests {
  private let terms = CaseWalk.terms
  private let actor = CaseWalk.actor
  private func day(_ days: Double) -> Date { CaseWalk.day(days) }

  private func transfer(_ known: Case, to slug: String, at days: Double) throws -> Change {
    try known.transferred(
      to: CaseWalk.ministry(slug), for: "소관이 아님", text: CaseWalk.text, within: terms, by: actor, at: day(days))
  }

  @Test func aTransferTellsBothMinistriesAndStartsAPeriodAnew() throws {
    let change = try transfer(CaseWalk.accepted(), to: "me", at: 15)
    #expect(change.names == ["transferred>molit", "assigned>me"])
    #expect(change.changed.ministry?.slug == "me" && change.changed.state == .assigned)
    #expect(change.changed.dossier.department == nil)
    #expect((change.told.last?.event as? CaseAssigned)?.transferredFrom == "molit")
    #expect(try change.changed.hold?.dueAt == terms.end(of: .ministry, from: day(15)))
  }

  @Test func aCaseIsTransferredTwiceAtMostNeverToItselfAndNotAfterTheAnswer() throws {
    let second = try transfer(transfer(CaseWalk.assigned(), to: "me", at: 11).changed, to: "mof", at: 12)
    #expect((second.told.first?.event as? CaseTransferred)?.transfer == 2)
    #expect { try transfer(second.changed, to: "molit", at: 13) } throws: {
      ($0 as? Problem)?.code == "transferred-twice"
    }
    #expect { try transfer(CaseWalk.assigned(), to: "molit", at: 13) } throws: {
      ($0 as? Problem)?.errors.map(\.pointer) == ["#/ministry"]
    }
    #expect { try transfer(CaseWalk.answered(), to: "me", at: 21) } throws: { ($0 as? Problem)?.code == "answered" }
  }

  @Test func theAnswerIsGivenOnceAndThenThePlanIsOwed() throws {
    let answered = try CaseWalk.answered()
    #expect(answered.hold?.step == .implementation)
    #expect(throws: Problem.self) {
      try answered.answered("다시", by: "과", signedBy: "장", within: terms, by: actor, at: day(21))
    }
    // Whoever planned before owes the plan's end with the answer.
    let planned = try CaseWalk.accepted().planned(CaseWalk.plan(["2027-09-30"]), by: actor, at: day(12)).changed
    #expect(try planned.hold?.dueAt == terms.end(of: .ministry, from: day(9)))
    let after = try planned.answered("답", by: "과", signedBy: "장", within: terms, by: actor, at: day(20))
    #expect(after.changed.hold?.dueAt == Day("2027-09-30")?.end)
  }

  @Test func aRevisedPlanKeepsWhatIsDoneAndNeverGivesANumberTwice() throws {
    let first = try CaseWalk.answered().planned(
      CaseWalk.plan(["2027-01-31", "2027-02-28", "2027-03-31"]), by: actor, at: day(21)
    ).changed
    #expect(throws: Problem.reasonNeeded) { try first.planned(CaseWalk.plan(["2027-01-31"]), by: actor, at: day(22)) }
    let done = try first.progressed(
      1, to: .completed, report: "끝", evidence: ["https://example.org/"], by: actor, at: day(60)
    ).changed
    // Milestone 3 is dropped, and 4 is new.
    let revised = try done.planned(
      CaseWalk.plan(["2027-01-31", "2027-05-31", "2027-06-30"], reason: "변경", numbers: [1, 2, nil]), by: actor,
      at: day(61)
    ).changed
    #expect(revised.dossier.plan?.milestones.map(\.number) == [1, 2, 4])
    #expect(revised.dossier.plan?.milestones.first?.status == .completed && revised.dossier.plan?.revision == 2)
    for broken in [
      try CaseWalk.plan(["2027-05-31"], reason: "x", numbers: [2]),
      try CaseWalk.plan(["2027-02-01"], reason: "x", numbers: [1]),
      try CaseWalk.plan(["2027-01-31", "2027-05-31"], reason: "x", numbers: [1, 3]),
    ] {
      #expect { try revised.planned(broken, by: actor, at: day(62)) } throws: { ($0 as? Problem)?.status == 422 }
    }
  }

  @Test func aDelayIsLaterHasAReasonAndMovesWhatIsOwed() throws {
    let planned = try CaseWalk.answered().planned(
      CaseWalk.plan(["2027-01-31", "2027-02-28"]), by: actor, at: day(21)
    ).changed
    let later = try #require(Day("2027-04-30"))
    let change = try planned.delayed(2, to: later, for: "예산", by: actor, at: day(90))
    #expect(change.names == ["delayed>molit"] && change.changed.hold?.dueAt == later.end)
    let event = try #require(change.told.first?.event as? CaseDelayed)
    #expect(event.from == Day("2027-02-28") && event.milestone.endsOn == later)
    #expect { try change.changed.delayed(2, to: later, for: "또", by: actor, at: day(91)) } throws: {
      ($0 as? Problem)?.status == 422
    }
    #expect { try planned.delayed(9, to: later, for: "또", by: actor, at: day(91)) } throws: {
      ($0 as? Problem)?.status == 404
    }
  }

  @Test func aDelayTakesNoDayOfASuspensionBack() throws {
    let planned = try CaseWalk.answered().planned(
      CaseWalk.plan(["2027-01-31", "2027-02-28"]), by: actor, at: day(21)
    ).changed
    let suspended = try #require(planned.suspended(by: CaseWalk.lost(at: 30), at: day(30)))
    let resumed = try #require(suspended.changed.resumed(by: CaseWalk.crossed(at: 50), at: day(50))).changed
    // Twenty days later is a Saturday.
    let dueAt = try #require(Day("2027-03-22")).end
    #expect(resumed.hold?.dueAt == dueAt)
    let sooner = try resumed.delayed(1, to: #require(Day("2027-02-20")), for: "예산", by: actor, at: day(60))
    #expect(sooner.changed.hold?.dueAt == dueAt)
    let later = try #require(Day("2027-04-30"))
    #expect(
      try sooner.changed.delayed(2, to: later, for: "예산", by: actor, at: day(61)).changed.hold?.dueAt == later.end)
  }

  @Test func aCompletedMilestoneIsNotTakenBack() throws {
    let done = try CaseWalk.answered().planned(CaseWalk.plan(["2027-01-31"]), by: actor, at: day(21)).changed
      .progressed(1, to: .completed, report: "끝", evidence: ["https://example.org/"], by: actor, at: day(60)).changed
    #expect { try done.progressed(1, to: .limited, report: "아님", evidence: [], by: actor, at: day(61)) } throws: {
      ($0 as? Problem)?.code == "milestone-completed"
    }
  }

  @Test func aCaseTakesSoManyReportsAndThenThoseOnlyThatCompleteAMilestone() throws {
    var known = try CaseWalk.answered().planned(CaseWalk.plan(["2027-01-31"]), by: actor, at: day(21)).changed
    let later = try #require(Day("2027-02-01"))
    known = try known.delayed(1, to: later, for: "예산", by: actor, at: day(22)).changed
    for _ in 1..<Dossier.reportLimit {
      known = try known.progressed(1, to: .limited, report: "진행", evidence: [], by: actor, at: day(23)).changed
    }
    #expect { try known.progressed(1, to: .limited, report: "진행", evidence: [], by: actor, at: day(24)) } throws: {
      ($0 as? Problem)?.code == "too-many-reports"
    }
    #expect { try known.delayed(1, to: later.adding(1), for: "예산", by: actor, at: day(24)) } throws: {
      ($0 as? Problem)?.code == "too-many-reports"
    }
    let done = try known.progressed(
      1, to: .completed, report: "끝", evidence: ["https://example.org/"], by: actor, at: day(25)
    ).changed
    #expect(try done.completed("끝", evidence: [], by: actor, at: day(26)).changed.stage == .completed)
  }

  @Test func aPlanIsOfWhatIsToComeAndOneThatHasRunOutIsNoMeasureAfterTheAnswer() throws {
    #expect { try CaseWalk.answered().planned(CaseWalk.plan(["2026-12-14"]), by: actor, at: day(21)) } throws: {
      ($0 as? Problem)?.errors.map(\.pointer) == ["#/milestones/0/endsOn"]
    }
    let early = try CaseWalk.accepted().planned(CaseWalk.plan(["2026-12-05"]), by: actor, at: day(10)).changed
    let answered = try early.answered("답", by: "과", signedBy: "장", within: terms, by: actor, at: day(20)).changed
    #expect(try answered.hold?.dueAt == terms.end(of: .implementation, from: day(20)))
  }

  @Test func aRevisedPlanWithTheSameEndKeepsTheDaysOfASuspension() throws {
    let planned = try CaseWalk.answered().planned(CaseWalk.plan(["2027-02-28"]), by: actor, at: day(21)).changed
    let suspended = try #require(planned.suspended(by: CaseWalk.lost(at: 30), at: day(30))).changed
    let resumed = try #require(suspended.resumed(by: CaseWalk.crossed(at: 50), at: day(50))).changed
    let revised = try resumed.planned(
      CaseWalk.plan(["2027-02-28"], reason: "제목", numbers: [1]), by: actor, at: day(51)
    ).changed
    #expect(revised.hold?.dueAt == resumed.hold?.dueAt)
  }

  @Test func nothingIsCompletedBeforeTheAnswerAndAllMilestones() throws {
    let planned = try CaseWalk.accepted().planned(CaseWalk.plan(["2027-01-31"]), by: actor, at: day(12)).changed
    #expect { try planned.completed("끝", evidence: [], by: actor, at: day(13)) } throws: {
      ($0 as? Problem)?.code == "not-answered"
    }
    let answered = try planned.answered("답", by: "과", signedBy: "장", within: terms, by: actor, at: day(20)).changed
    #expect { try answered.completed("끝", evidence: [], by: actor, at: day(21)) } throws: {
      ($0 as? Problem)?.code == "milestones-open"
    }
    #expect(try answered.discontinued(for: "예산 없음", by: actor, at: day(22)).changed.state == .discontinued)
  }

  @Test func whatIsNotInTheTableIsRefused() throws {
    #expect(throws: Problem.self) { try CaseWalk.received().accepted(by: "과", of: actor, at: day(1)) }
    #expect(throws: Problem.self) {
      try CaseWalk.assigned().planned(CaseWalk.plan(["2027-01-31"]), by: actor, at: day(10))
    }
    #expect(throws: Problem.self) {
      try CaseWalk.submitted().decided(.adopt, for: "", with: nil, within: terms, by: actor, at: day(4))
    }
  }
}
