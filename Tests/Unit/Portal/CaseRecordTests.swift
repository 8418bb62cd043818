import Contracts
import FoundationEssentials
import Testing

@testable import Portal

/// What became of a case, as its events tell it.
@Suite struct CaseRecordTests {
  private let id = CaseID()
  private let proposal = ProposalID()
  private let time = SampleTask.time(10)

  private func planned(by ministry: String) -> ReferralEvent {
    let milestone = Milestone(
      number: 1, title: "노선", deliverable: "노선도", startsOn: Day(of: time), endsOn: Day(of: time), status: .limited)
    return .planned(
      CasePlanned(
        caseID: id, proposal: proposal, title: "밤 버스", ministry: ministry, revision: 1, milestones: [milestone],
        reason: nil,
        actor: CitizenID(), plannedAt: time, dueAt: time))
  }

  private func answered(by ministry: String) -> ReferralEvent {
    .answered(
      CaseAnswered(
        caseID: id, proposal: proposal, title: "밤 버스", ministry: ministry, department: "버스정책과", signatory: "박과장",
        answer: "늘리겠습니다.", actor: CitizenID(), answeredAt: time, dueAt: time))
  }

  private func rated(_ rated: RatingSubject, of ministry: String, _ distribution: [Int64]) -> ReferralEvent {
    .ratingsCounted(
      CaseRatingsCounted(
        caseID: id, proposal: proposal, title: "밤 버스", rated: rated, ministry: ministry, distribution: distribution,
        countedAt: time))
  }

  private func transferred(from ministry: String, to other: String) -> ReferralEvent {
    .transferred(
      CaseTransferred(
        caseID: id, proposal: proposal, title: "밤 버스", ministry: ministry, to: other, reason: "소관", transfer: 1,
        actor: CitizenID(),
        transferredAt: time))
  }

  @Test func theLastCountOfAResultIsItsRating() {
    let record = CaseRecord([
      answered(by: "molit"), rated(.answer, of: "molit", [1, 0, 0, 0, 0]),
      rated(.answer, of: "molit", [1, 0, 0, 0, 2]),
    ])
    #expect(record.rating(of: .answer)?.number == 3 && record.rating(of: .answer)?.mean == 3.67)
    #expect(record.rating(of: .implementation) == nil)
    #expect(RatingSummary([0, 0, 0, 0, 0]) == nil)
  }

  /// What is counted of the ministry before may come after the transfer, and before or after the next one's.
  @Test(arguments: ["moe", "motie"]) func aTransferLeavesTheRatingsOfTheMinistryBefore(other: String) {
    let begun = [
      planned(by: "molit"), rated(.implementation, of: "molit", [3, 0, 0, 0, 0]), transferred(from: "molit", to: other),
    ]
    #expect(CaseRecord(begun).rating(of: .implementation) == nil)
    let planned = begun + [planned(by: other)]
    #expect(
      CaseRecord(planned + [rated(.implementation, of: "molit", [0, 1, 0, 0, 0])]).rating(of: .implementation) == nil)
    let late = [
      rated(.implementation, of: other, [0, 0, 0, 0, 1]), rated(.implementation, of: "molit", [0, 0, 0, 0, 0]),
    ]
    for events in [late, late.reversed()] {
      #expect(CaseRecord(planned + events).rating(of: .implementation)?.mean == 5)
    }
  }

  @Test func thePageSaysHowTheResultsAreRated() {
    let record = CaseRecord([
      answered(by: "molit"), planned(by: "molit"), rated(.answer, of: "molit", [0, 0, 0, 1_999, 1]),
      rated(.implementation, of: "molit", [0, 0, 0, 0, 1]),
    ])
    let english = CaseSection(speech: Speech(.english), record: record, now: time).html.text
    #expect(english.contains("4 of 5 (2,000 ratings)") && english.contains("5 of 5 (1 rating)"))
    let korean = CaseSection(speech: Speech(.korean), record: record, now: time).html.text
    #expect(korean.contains("5점 만점에 4점 (2,000명)") && korean.contains("5점 만점에 5점 (1명)"))
  }
}
