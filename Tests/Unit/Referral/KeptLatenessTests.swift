import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

/// Who is late does not become punctual by promising something else.
@Suite struct KeptLatenessTests {
  private let actor = CaseWalk.actor
  private func day(_ days: Double) -> Date { CaseWalk.day(days) }
  private func on(_ day: String) throws -> Day { try #require(Day(day)) }
  private func end(_ day: String) throws -> Date { try on(day).end }

  private func resumed(_ known: Case, at days: Double) throws -> Case {
    let change = try known.resumed(by: CaseWalk.crossed(at: days), within: CaseWalk.terms, at: day(days))
    return try #require(change).changed
  }

  private func planned(_ known: Case, _ ends: [String], at days: Double) throws -> Case {
    try known.planned(
      CaseWalk.plan(ends, reason: "까닭", numbers: known.dossier.plan?.milestones.map(\.number) ?? []), by: actor,
      at: day(days)
    ).changed
  }

  @Test func aPlanThatComesTooLateBeginsALinkOfTheChainAndLeavesTheLateOne() throws {
    let answered = try CaseWalk.answered()
    let due = try #require(answered.hold).dueAt
    // Due on day 80 or soon after.
    let known = try planned(answered, ["2029-01-31"], at: 100)
    #expect(known.holds.count == answered.holds.count + 1)
    let (late, last) = (known.holds[known.holds.count - 2], try #require(known.hold))
    #expect(late.dueAt == due && late.until == day(100) && late.daysLate(at: day(500)) > 10)
    #expect(last.holder == late.holder && last.step == .implementation && last.since == day(100))
    #expect(try last.dueAt == end("2029-01-31") && last.overdueAt == nil && !known.isLate(at: day(101)))

    let inTime = try planned(answered, ["2029-01-31"], at: 30)
    #expect(try inTime.holds.count == answered.holds.count && inTime.hold?.dueAt == end("2029-01-31"))
  }

  @Test func aNoticeOfDelayThatComesTooLateDoesToo() throws {
    let known = try planned(CaseWalk.answered(), ["2027-01-31"], at: 21)
    let later = try known.delayed(1, to: on("2027-04-30"), for: "예산", by: actor, at: day(80)).changed
    #expect(try later.holds.suffix(2).map(\.dueAt) == [end("2027-01-31"), end("2027-04-30")])
    #expect(later.holds[later.holds.count - 2].daysLate(at: day(300)) > 0)
    #expect { try known.delayed(1, to: on("2027-02-03"), for: "예산", by: actor, at: day(80)) } throws: {
      ($0 as? Problem)?.errors.map(\.pointer) == ["#/endsOn"]
    }
  }

  @Test func aDeferralThatComesTooLateDoesToo() throws {
    let known = try CaseWalk.onAgenda()
    let due = try #require(known.hold).dueAt
    let deferred = try known.concluded(
      CaseWalk.conclusion(.deferred, at: 100, deferredTo: on("2027-09-30")), then: nil,
      within: CaseWalk.terms, by: actor)
    #expect(try deferred.changed.holds.suffix(2).map(\.dueAt) == [due, end("2027-09-30")])
    #expect(deferred.changed.holds.suffix(2).map(\.until) == [day(100), nil])
    let told = try #require(deferred.told.first?.event as? CaseConcluded)
    #expect(try told.dueAt == end("2027-09-30"))
  }

  @Test func aPlanWithoutItsLastOpenMilestoneMakesNothingLate() throws {
    let known = try planned(CaseWalk.answered(), ["2026-12-31", "2027-03-31"], at: 21)
      .progressed(1, to: .completed, report: "끝", evidence: ["https://example.org/"], by: actor, at: day(30)).changed
    let revised = try known.planned(
      CaseWalk.plan(["2026-12-31"], reason: "까닭", numbers: [1]), by: actor, at: day(60)
    ).changed
    #expect(try revised.hold?.dueAt == end("2027-03-31") && !revised.isLate(at: day(61)))
    #expect(try revised.clockMoved(within: CaseWalk.terms, at: day(61)).told.isEmpty)
    #expect(try revised.completed("끝", evidence: [], by: actor, at: day(61)).changed.stage == .completed)
  }

  @Test func whatIsExtendedOnceIsNotExtendedAgainAfterALapse() throws {
    let known = try CaseWalk.assigned().extended(by: 30, because: "조사", within: CaseWalk.terms, by: actor, at: day(11))
      .changed
    let suspended = try #require(known.suspended(by: CaseWalk.lost(at: 12), at: day(12))).changed
    let lapsed = try #require(suspended.lapsed(for: .voteClosed, at: day(13))).changed
    let resumed = try self.resumed(lapsed, at: 20)
    #expect(resumed.hold?.number == known.hold.map { $0.number + 1 })
    #expect { try resumed.extended(by: 1, because: "또", within: CaseWalk.terms, by: actor, at: day(21)) } throws: {
      ($0 as? Problem)?.code == "extended-already"
    }
  }

  @Test(arguments: [false, true])
  func whatWasLateIsAsLateAfterASuspensionAsBeforeIt(lapses: Bool) throws {
    var known = try planned(CaseWalk.answered(), ["2027-01-29", "2027-01-31"], at: 21)
    known = try known.clockMoved(within: CaseWalk.terms, at: day(75)).changed
    let before = try #require(known.hold)
    #expect(before.daysLate(at: day(76)) == 8 && before.overdueAt == day(75) && known.deadlines[0].overdueAt == day(75))
    var suspended = try #require(known.suspended(by: CaseWalk.lost(at: 76), at: day(76))).changed
    if lapses { suspended = try #require(suspended.lapsed(for: .voteClosed, at: day(80))).changed }
    // 61 days later.
    let resumed = try self.resumed(suspended, at: 137)
    let hold = try #require(resumed.hold)
    #expect(
      hold.daysLate(at: day(137)) == 8 && hold.overdueAt == before.overdueAt && hold.remindedAt == before.remindedAt)
    let milestones = try #require(resumed.dossier.plan).milestones
    #expect(milestones.map { resumed.daysLate($0, at: day(137)) } == [10, 8])
    // Lateness was told before; what comes next is told ten days after it, the days of the suspension left out.
    #expect(try resumed.clockMoved(within: CaseWalk.terms, at: day(137)).told.isEmpty)
    #expect(try resumed.clockMoved(within: CaseWalk.terms, at: day(138)).told.isEmpty)
    #expect(try !resumed.clockMoved(within: CaseWalk.terms, at: day(140)).told.isEmpty)
  }

  @Test func whatLapsesWasAsLateAsWhenItWasSuspended() throws {
    let known = try CaseWalk.assigned()
    let due = try #require(known.hold).dueAt
    let suspended = try #require(known.suspended(by: CaseWalk.lost(at: 80), at: day(80))).changed
    let late = Day(of: day(80)).number - Day(of: due).number
    let lapsed = try #require(suspended.lapsed(for: .voteClosed, at: day(110))).changed
    let again = try resumed(lapsed, at: 120)
    func shown(_ known: Case) -> Int64? {
      CaseDetail(known, at: day(120)).custody.first { $0.since == known.holds[known.holds.count - 1].since }?.daysLate
    }
    #expect(late > 0 && shown(suspended) == 0 && shown(lapsed) == late)
    #expect(CaseDetail(again, at: day(121)).custody.suffix(2).map(\.daysLate) == [late, late + 1])
  }
}
