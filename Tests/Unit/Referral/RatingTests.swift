import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Referral

@Suite struct RatingTests {
  private func ministry(_ subject: RatingSubject, _ known: Case, at days: Double) throws -> String {
    try RatingPeriod.ministry(of: subject, in: known, at: CaseWalk.day(days))
  }

  private func code(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return (error as? Problem)?.code }
    return nil
  }

  @Test func anAnswerIsRatedFromThenOnForNinetyDays() throws {
    #expect(code { _ = try ministry(.answer, CaseWalk.accepted(), at: 11) } == "nothing-to-rate")
    let answered = try CaseWalk.answered()
    #expect(try ministry(.answer, answered, at: 20) == "molit")
    // To the end of the day in Korea, whatever time the answer was given at.
    let last = Day(of: CaseWalk.day(110)).end
    #expect(try RatingPeriod.ministry(of: .answer, in: answered, at: last) == "molit")
    #expect(
      code { _ = try RatingPeriod.ministry(of: .answer, in: answered, at: last.addingTimeInterval(0.001)) }
        == "rating-over")
  }

  @Test func anImplementationIsRatedFromItsPlanToNinetyDaysAfterItsEnd() throws {
    let answered = try CaseWalk.answered()
    #expect(code { _ = try ministry(.implementation, answered, at: 21) } == "nothing-to-rate")
    let planned = try answered.planned(CaseWalk.plan(["2027-01-31"]), by: CaseWalk.actor, at: CaseWalk.day(21)).changed
    #expect(try ministry(.implementation, planned, at: 21) == "molit")
    #expect(try ministry(.implementation, planned, at: 2_000) == "molit", "while it goes on")
    let done = try planned.progressed(
      1, to: .completed, report: "끝", evidence: ["https://example.org/"], by: CaseWalk.actor, at: CaseWalk.day(60)
    ).changed
    let completed = try done.completed("끝", evidence: [], by: CaseWalk.actor, at: CaseWalk.day(61)).changed
    let discontinued = try planned.discontinued(for: "예산", by: CaseWalk.actor, at: CaseWalk.day(61)).changed
    for ended in [completed, discontinued] {
      #expect(try ministry(.implementation, ended, at: 151) == "molit")
      #expect(code { _ = try ministry(.implementation, ended, at: 152) } == "rating-over")
    }
  }

  @Test func afterATransferTheNewMinistryIsRatedFromItsOwnPlanOn() throws {
    let reported = try CaseWalk.accepted().planned(
      CaseWalk.plan(["2027-01-31"]), by: CaseWalk.actor, at: CaseWalk.day(11)
    ).changed.progressed(
      1, to: .limited, report: "시작", evidence: [], by: CaseWalk.actor, at: CaseWalk.day(12)
    ).changed
    #expect(try ministry(.implementation, reported, at: 12) == "molit")
    let transferred = try reported.transferred(
      to: CaseWalk.ministry("moe"), for: "소관", text: CaseWalk.text, within: CaseWalk.terms, by: CaseWalk.actor,
      at: CaseWalk.day(13)
    ).changed
    let accepted = try transferred.accepted(by: "과", of: CaseWalk.actor, at: CaseWalk.day(14)).changed
    for waiting in [transferred, accepted] {
      #expect(!waiting.dossier.reports.isEmpty, "the record keeps what the other one did")
      #expect(code { _ = try ministry(.implementation, waiting, at: 14) } == "nothing-to-rate")
    }
    let planned = try accepted.planned(CaseWalk.plan(["2027-02-28"]), by: CaseWalk.actor, at: CaseWalk.day(15)).changed
    #expect(try ministry(.implementation, planned, at: 15) == "moe")
  }

  @Test func aLapseEndsAnImplementationUntilTheVoteCarriesAgain() throws {
    let planned = try CaseWalk.answered().planned(
      CaseWalk.plan(["2027-01-31"]), by: CaseWalk.actor, at: CaseWalk.day(21)
    ).changed
    let suspended = try #require(planned.suspended(by: CaseWalk.lost(at: 30), at: CaseWalk.day(30))).changed
    #expect(try ministry(.implementation, suspended, at: 2_000) == "molit", "it may go on any day")
    let lapsed = try #require(suspended.lapsed(for: .voteClosed, at: CaseWalk.day(40))).changed
    let last = Day(of: CaseWalk.day(130)).end
    #expect(try RatingPeriod.ministry(of: .implementation, in: lapsed, at: last) == "molit")
    #expect(
      code { _ = try RatingPeriod.ministry(of: .implementation, in: lapsed, at: last.addingTimeInterval(0.001)) }
        == "rating-over")
    let resumed = try #require(
      try lapsed.resumed(by: CaseWalk.crossed(at: 200), within: CaseWalk.terms, at: CaseWalk.day(200))
    ).changed
    #expect(try ministry(.implementation, resumed, at: 2_000) == "molit")
  }

  @Test func whatWasNeverPlannedHasNoImplementationToRate() throws {
    let dropped = try CaseWalk.answered().discontinued(for: "예산", by: CaseWalk.actor, at: CaseWalk.day(30)).changed
    #expect(code { _ = try ministry(.implementation, dropped, at: 31) } == "nothing-to-rate")
  }

  @Test func aScoreIsOneToFiveAndAReasonIsPublicText() throws {
    for score in 1...5 { #expect(try RatingDraft(score: score, reason: " 좋다 ").checked().reason == "좋다") }
    for score in [0, 6, -1, .max] {
      #expect { try RatingDraft(score: score, reason: "좋다").checked() } throws: {
        ($0 as? Problem)?.errors.map(\.pointer) == ["#/score"]
      }
    }
    let long = String(repeating: "가", count: RatingDraft.reasonLimit)
    #expect(try RatingDraft(score: 1, reason: long).checked().reason == long)
    for reason in ["", " ", long + "가", "전화 010-1234-5678", "보이지\u{200b}않는"] {
      #expect { try RatingDraft(score: 1, reason: reason).checked() } throws: {
        ($0 as? Problem)?.errors.map(\.pointer) == ["#/reason"]
      }
    }
  }

  @Test func theMeanIsInHundredths() {
    var counts = RatingCounts()
    #expect(counts.mean == nil && counts.number == 0)
    counts.add(1, of: 5)
    counts.add(2, of: 2)
    #expect(counts.mean == 3 && counts.number == 3 && counts.counts == [0, 2, 0, 0, 1])
    counts.add(3, of: 4)
    #expect(counts.mean == 3.5)
    counts.add(1, of: 1)
    #expect(counts.mean == 3.14)
    counts.add(7, of: 6)
    counts.add(7, of: 0)
    #expect(counts.number == 7)
    var halves = RatingCounts()
    halves.add(7, of: 1)
    halves.add(1, of: 2)
    #expect(halves.mean == 1.13, "1.125")
  }

  @Test func oneYesIsEnoughAndANoNeedsBoth() {
    let words: [Participation] = [.yes, .no, .unknown]
    for other in words {
      #expect(Participation.either(.yes, other) == .yes && Participation.either(other, .yes) == .yes)
      if other != .yes {
        #expect(Participation.either(.unknown, other) == .unknown && Participation.either(other, .unknown) == .unknown)
      }
    }
    #expect(Participation.either(.no, .no) == .no)
  }
}
