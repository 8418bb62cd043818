import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct CaseTests {
  private let terms = CaseWalk.terms
  private let actor = CaseWalk.actor
  private func day(_ days: Double) -> Date { CaseWalk.day(days) }
  private func due(_ step: LegalStep, from days: Double) throws -> Date { try terms.end(of: step, from: day(days)) }

  @Test func aCaseCarriesTheCountAndTheRuleThatBroughtIt() throws {
    let crossed = CaseWalk.crossed()
    let change = try Case.received(crossed, as: CaseID(), within: terms, at: day(0))
    #expect(change.changed.state == .received && change.names == ["received"])
    let event = try #require(change.told.first?.event as? CaseReceived)
    #expect(try event.dueAt == due(.committee, from: 0) && event.dueAt == change.changed.hold?.dueAt)
    #expect(event.yes == 11 && event.no == 3 && event.yesBar == 10 && event.ruleHash == crossed.ruleHash)
    #expect(event.crossedAt == day(0) && event.origin == .bar)
  }

  @Test func aCaseGoesItsWholeWayToItsEnd() throws {
    var known = try CaseWalk.answered()
    #expect(known.holds.map(\.holder.name) == ["committee", "strategy-meeting", "molit", "molit"])
    #expect(known.holds.map(\.since) == [0, 3, 9, 20].map(day))
    #expect(known.holds.map(\.until) == [3, 9, 20].map(day) + [nil])
    #expect(try known.hold?.dueAt == due(.implementation, from: 20))
    let planned = try known.planned(CaseWalk.plan(["2027-03-31", "2027-06-30"]), by: actor, at: day(30))
    known = planned.changed
    #expect(planned.names == ["planned>molit"] && known.hold?.dueAt == Day("2027-06-30")?.end)
    for number in [1, 2] {
      known = try known.progressed(
        number, to: .completed, report: "완료", evidence: ["https://example.org/"], by: actor, at: day(100)
      ).changed
    }
    let completed = try known.completed("개통", evidence: [], by: actor, at: day(120))
    #expect(completed.names == ["completed>molit"])
    #expect(completed.changed.state == .completed && completed.changed.hold == nil)
    #expect(completed.changed.taskState == .completed)
    #expect(throws: Problem.self) { try completed.changed.discontinued(for: "", by: actor, at: day(121)) }
  }

  @Test func adoptionGoesToTheStrategyMeetingByItself() throws {
    let change = try CaseWalk.deliberated().decided(
      .adoptWithChanges, for: "이유", with: "평일만", within: terms, by: actor, at: day(3))
    #expect(change.names == ["decided", "submitted"] && change.changed.state == .submitted)
    let event = try #require(change.told.first?.event as? CaseDecided)
    #expect(try event.holder == "strategy-meeting" && event.dueAt == due(.strategyMeeting, from: 3))
    #expect((change.told.last?.event as? CaseSubmitted)?.changes == "평일만")
  }

  @Test func whatTheCommitteeReturnsIsSupplementedAndReceivedAnewWithAPeriodOfItsOwn() throws {
    let returned = try CaseWalk.deliberated().decided(
      .return, for: "비용을 알 수 없다.", with: nil, within: terms, by: actor, at: day(3))
    #expect(returned.changed.state == .returned && returned.changed.hold?.holder == .supportUnit)
    #expect(try returned.changed.hold?.dueAt == due(.review, from: 3))
    #expect(throws: Problem.self) { try returned.changed.scheduled(CaseWalk.session(on: 9), by: actor, at: day(4)) }
    let again = try returned.changed.supplemented("비용 산출", within: terms, by: actor, at: day(8))
    #expect(again.names == ["supplemented"] && again.changed.state == .received)
    #expect(try again.changed.hold?.dueAt == due(.committee, from: 8) && again.changed.holds.count == 3)
  }

  @Test func whatIsDeclinedHasEnded() throws {
    let byCommittee = try CaseWalk.deliberated().decided(
      .decline, for: "이유", with: nil, within: terms, by: actor, at: day(3))
    let byMeeting = try CaseWalk.onAgenda().concluded(
      CaseWalk.conclusion(.declined, at: 9), then: (CaseWalk.ministry(), CaseWalk.text), within: terms, by: actor)
    #expect(byMeeting.names == ["concluded"])
    for ended in [byCommittee.changed, byMeeting.changed] {
      #expect(ended.state == .declined && ended.hold == nil && !ended.isLate(at: day(1000)))
    }
    #expect((byCommittee.told.first?.event as? CaseDecided)?.dueAt == nil)
  }

  @Test func whatIsDeferredIsDueOnThatDayAndGoesOnAnAgendaAgain() throws {
    let later = try #require(Day("2027-02-01"))
    let deferred = try CaseWalk.onAgenda().concluded(
      CaseWalk.conclusion(.deferred, at: 9, deferredTo: later), then: (CaseWalk.ministry(), CaseWalk.text),
      within: terms, by: actor)
    #expect(deferred.names == ["concluded"] && deferred.changed.state == .deferred)
    #expect(deferred.changed.hold?.holder == .strategyMeeting && deferred.changed.hold?.dueAt == later.end)
    let again = try deferred.changed.placedOnAgenda(CaseWalk.session(on: 70), item: nil, by: actor, at: day(60))
    #expect(again.changed.state == .onAgenda && again.changed.hold?.dueAt == later.end)
  }

  @Test func anotherSessionThanWasToldNeedsAReason() throws {
    let scheduled = try CaseWalk.received().assigned(to: CaseWalk.members, by: actor, at: day(1)).changed
      .scheduled(CaseWalk.session(on: 2), by: actor, at: day(1)).changed
    #expect(throws: Problem.reasonNeeded) { try scheduled.scheduled(CaseWalk.session(on: 5), by: actor, at: day(2)) }
    let moved = CheckedSession(session: CaseWalk.session(on: 5).session, reason: "정족수 미달")
    #expect(try scheduled.scheduled(moved, by: actor, at: day(2)).changed.dossier.session?.meetsAt == day(5))
    #expect(throws: Problem.reasonNeeded) {
      try CaseWalk.onAgenda().placedOnAgenda(CaseWalk.session(on: 20), item: 1, by: actor, at: day(5))
    }
  }

  @Test func theMinistryGetsTheTextTheChangesAndAPeriodOfItsOwn() throws {
    let change = try CaseWalk.onAgenda().concluded(
      CaseWalk.conclusion(.adoptedWithConditions, at: 9, conditions: "예산 안에서"),
      then: (CaseWalk.ministry(), CaseWalk.text), within: terms, by: actor)
    #expect(change.names == ["concluded", "assigned>molit"] && change.changed.state == .assigned)
    #expect((change.told.first?.event as? CaseConcluded)?.holder == "molit")
    let event = try #require(change.told.last?.event as? CaseAssigned)
    #expect(event.body == CaseWalk.text.body && event.conditions == "예산 안에서" && event.actor == nil)
    #expect(try event.dueAt == due(.ministry, from: 9) && event.crossedAt == day(0))
  }

  @Test func withoutACompetentMinistryTheSupportUnitNamesOne() throws {
    let adopted = try CaseWalk.onAgenda().concluded(
      CaseWalk.conclusion(.adopted, at: 9), then: nil, within: terms, by: actor)
    #expect(adopted.names == ["concluded"] && adopted.changed.state == .adopted)
    #expect(adopted.changed.hold?.holder == .supportUnit)
    #expect((adopted.told.first?.event as? CaseConcluded)?.holder == "support-unit")
    let named = try adopted.changed.assigned(
      to: CaseWalk.ministry("me"), text: CaseWalk.text, within: terms, at: day(11),
      by: NamedByHand(actor: actor, reason: "환경 문제"))
    #expect(named.names == ["assigned>me"])
    #expect((named.told.first?.event as? CaseAssigned)?.reason == "환경 문제")
    #expect(throws: Problem.self) {
      try named.changed.assigned(to: CaseWalk.ministry(), text: CaseWalk.text, within: terms, at: day(12))
    }
  }

  @Test func lateIsWhoeverHoldsTheCase() throws {
    let received = try CaseWalk.received()
    let due = try due(.committee, from: 0)
    #expect(!received.isLate(at: due) && received.isLate(at: due.addingTimeInterval(0.001)))
    #expect(try !CaseWalk.assigned().isLate(at: due.addingTimeInterval(0.001)))
    #expect(try CaseWalk.assigned().isLate(at: terms.end(of: .ministry, from: day(9)).addingTimeInterval(0.001)))
    let hold = try #require(received.hold)
    #expect(hold.daysLate(at: due) == 0 && hold.daysLate(at: due.addingTimeInterval(1)) == 1)
    #expect(hold.daysLate(at: due.addingTimeInterval(86_400)) == 1)
  }

  @Test func everyStageAndActionStandsInTheTableAndHasOneWayOn() {
    let rows = CaseLifecycle.transitions
    #expect(Set(rows.map(\.action)) == Set(CaseAction.allCases))
    #expect(Set(rows.flatMap { [$0.from, $0.to] }) == Set(CaseStage.allCases))
    #expect(Set(rows.map { "\($0.from) \($0.action)" }).count == rows.count)
    #expect(CaseStage.allCases.filter(\.isLast) == [.completed, .discontinued, .declined])
    #expect(CaseStage.allCases.allSatisfy { CaseState(rawValue: $0.rawValue) == CaseState($0) })
  }

  @Test func whatWasStoredBeforeAListWasKnownIsRead() throws {
    let empty: Dossier = try JSON.decode(from: Array("{}".utf8))
    #expect(empty == Dossier())
    let full = try CaseWalk.answered().planned(CaseWalk.plan(["2027-03-31"]), by: actor, at: day(30)).changed.dossier
    let again: Dossier = try JSON.decode(from: JSON.encode(full))
    #expect(again == full)
  }

  @Test func theViewTellsWhoHasTheCaseAndEverythingOnRecord() throws {
    let detail = CaseDetail(try CaseWalk.answered(), at: day(200))
    let text = String(decoding: try JSON.encode(detail), as: UTF8.self)
    #expect(
      text.contains(#""late":true"#) && text.contains(#""signatory":"박과장""#) && text.contains(#""state":"accepted""#))
    #expect(detail.custody.map(\.daysLate).filter { $0 > 0 }.count == 1)
    let ended = CaseSummary(
      try CaseWalk.deliberated().decided(.decline, for: "x", with: nil, within: terms, by: actor, at: day(3)).changed,
      at: day(4))
    #expect(String(decoding: try JSON.encode(ended), as: UTF8.self).contains(#""holder":null"#))
  }
}
