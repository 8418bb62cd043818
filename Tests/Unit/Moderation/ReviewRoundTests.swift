import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Moderation

/// Return, appeal and merger.
@Suite struct ReviewRoundTests: ReviewSuite {
  private let now = Self.submitted.addingTimeInterval(3 * Self.day)
  private let staff = CitizenID()

  @Test func aProposalIsReturnedOnceAndReviewedAgain() throws {
    let pending = Self.review()
    let (returned, event) = try pending.returned("더 짧게 써 주십시오.", at: now)
    #expect(returned.state == .returned && returned.returnNote == "더 짧게 써 주십시오.")
    #expect(event == ProposalReturned(proposal: pending.proposal, revision: 1, note: "더 짧게 써 주십시오.", returnedAt: now))
    let revision = ProposalRevised(
      proposal: pending.proposal, revision: 2, title: "짧게", summary: "s", body: "b", category: .jobs, reference: nil,
      fingerprint: "ab", revisedAt: now.addingTimeInterval(60))
    let again = try #require(returned.revised(revision))
    #expect(again.state == .pending && again.title == "짧게" && again.revision == 2 && again.category == .jobs)
    #expect(again.submittedAt == revision.revisedAt && again.stateSince == revision.revisedAt)
    #expect(Self.refusal { try again.returned("once more", at: now) }?.code == "already-returned")
    #expect(again.revised(revision) == nil)
  }

  @Test func onlyWhatWasReturnedIsRevisedOrLapses() {
    for state in ReviewState.allCases {
      #expect((Self.review(state).lapsed(at: now)?.state == .lapsed) == (state == .returned))
    }
  }

  private func rejected(since: Date = Self.submitted) -> Review {
    var review = Self.review(.rejected, since: since)
    review.rejection = Rejection(code: .duplicate, explanation: "x")
    review.rejectedBy = staff
    return review
  }

  private func appeal(at time: Date) -> Appeal {
    Appeal(ground: .factualError, statement: "그렇지 않습니다.", appealedAt: time)
  }

  @Test func theAuthorAppealsWithinTheTimeAndOnce() throws {
    let review = rejected()
    let last = Self.submitted.addingTimeInterval(14 * Self.day - 0.001)
    let (appealed, event) = try review.appealed(appeal(at: last), by: review.author, days: 14)
    #expect(appealed.state == .appealed && appealed.appeal == appeal(at: last))
    #expect(
      event
        == RejectionAppealed(
          proposal: review.proposal, ground: .factualError, statement: "그렇지 않습니다.", appealedAt: last))
    let late = appeal(at: Self.submitted.addingTimeInterval(14 * Self.day))
    #expect(Self.refusal { try review.appealed(late, by: review.author, days: 14) }?.code == "too-late")
    #expect(Self.refusal { try review.appealed(appeal(at: last), by: CitizenID(), days: 14) }?.status == 403)
    let decision = Appeal.Decision(outcome: .upheld, explanation: "x", decidedAt: last)
    let (upheld, _) = try appealed.appealDecided(decision, by: CitizenID())
    #expect(
      Self.refusal { try upheld.appealed(appeal(at: last), by: review.author, days: 14) }?.code == "already-appealed")
  }

  @Test(arguments: ReviewState.allCases.filter { $0 != .rejected })
  func onlyARejectionIsAppealedAgainst(state: ReviewState) {
    let review = Self.review(state)
    #expect(Self.refusal { try review.appealed(appeal(at: now), by: review.author, days: 14) }?.status == 409)
  }

  @Test(arguments: AppealOutcome.allCases) func anotherPersonDecidesOnTheAppeal(outcome: AppealOutcome) throws {
    let review = rejected()
    let (appealed, _) = try review.appealed(appeal(at: now), by: review.author, days: 14)
    let decision = Appeal.Decision(outcome: outcome, explanation: "살펴보았습니다.", decidedAt: now)
    #expect(Self.refusal { try appealed.appealDecided(decision, by: staff) }?.status == 403)
    let (decided, event) = try appealed.appealDecided(decision, by: CitizenID())
    #expect(decided.state == (outcome == .upheld ? .rejected : .accepted) && decided.appeal?.decision == decision)
    #expect(
      event
        == AppealDecided(proposal: review.proposal, outcome: outcome, explanation: "살펴보았습니다.", decidedAt: now))
    #expect(Self.refusal { try decided.appealDecided(decision, by: CitizenID()) }?.status == 409)
  }

  @Test func aProposalIsMergedIntoOneThatGoesOn() throws {
    for (from, into) in ReviewState.allCases.flatMap({ from in ReviewState.allCases.map { (from, $0) } }) {
      let (review, other) = (Self.review(from), Self.review(into))
      let refusal = Self.refusal { try review.merged(into: other, reason: "같은 제안", at: now) }
      let isAllowed = [.pending, .accepted].contains(from) && [.pending, .accepted, .selected].contains(into)
      #expect((refusal == nil) == isAllowed, "\(from) into \(into)")
      #expect(refusal.map { $0.status == 409 } ?? true)
    }
    let (review, other) = (Self.review(), Self.review())
    let (merged, event) = try review.merged(into: other, reason: "같은 제안", at: now)
    #expect(merged.state == .merged && merged.merger == Merger(into: other.proposal, reason: "같은 제안"))
    #expect(
      event == ProposalMerged(proposal: review.proposal, into: other.proposal, reason: "같은 제안", mergedAt: now))
    #expect(Self.refusal { try review.merged(into: review, reason: "x", at: now) }?.code == "same-proposal")
  }

  @Test func allThatIsWrongWithAnAppealIsSaidAtOnce() {
    let draft = AppealDraft(ground: "angry", statement: "")
    #expect(Self.refusal { try draft.checked(at: now) }?.errors.map(\.pointer) == ["#/statement", "#/ground"])
    let decision = AppealDecisionDraft(outcome: "maybe", explanation: "a@b.kr")
    #expect(Self.refusal { try decision.checked(at: now) }?.errors.map(\.pointer) == ["#/explanation", "#/outcome"])
    #expect(Self.refusal { try ReturnDraft(note: " ").checked() }?.errors.map(\.pointer) == ["#/note"])
    #expect(
      Self.refusal { try MergerDraft(into: ProposalID(), reason: "").checked() }?.errors.map(\.pointer) == ["#/reason"])
  }
}
