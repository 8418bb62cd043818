import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Moderation

@Suite struct ModerationDecisionTests: ReviewSuite {
  private let now = Self.submitted.addingTimeInterval(3 * Self.day)
  private let staff = CitizenID()
  private let rejection = Rejection(code: .duplicate, explanation: "같은 제안이 있습니다.")
  private let selection = Selection(
    reason: "관심이 큽니다.",
    rule: VoteRule(
      yesBar: 5_000, referral: .atClose, opensAt: Self.submitted,
      closesAt: Self.submitted.addingTimeInterval(30 * Self.day)))

  @Test func aSubmissionIsPendingSinceItWasHandedIn() {
    let review = Self.review()
    #expect(review.state == .pending)
    #expect(review.stateSince == Self.submitted)
    #expect(review.rejection == nil && review.selection == nil)
  }

  @Test func acceptanceIsToldWithItsTime() throws {
    let before = Self.review()
    let (after, event) = try before.accepted(at: now)
    #expect(after.state == .accepted && after.stateSince == now)
    #expect(event == ProposalAccepted(proposal: before.proposal, acceptedAt: now))
  }

  @Test func rejectionIsToldWithItsReason() throws {
    let before = Self.review()
    let (after, event) = try before.rejected(rejection, by: staff, at: now)
    #expect(after.state == .rejected && after.stateSince == now && after.rejection == rejection)
    #expect(after.rejectedBy == staff)
    #expect(
      event
        == ProposalRejected(
          proposal: before.proposal, code: .duplicate, explanation: rejection.explanation, rejectedAt: now))
  }

  @Test func selectionIsToldWithAllThatVotingNeeds() throws {
    let before = Self.review(.accepted)
    let (after, event) = try before.selected(selection, at: now)
    #expect(after.state == .selected && after.stateSince == now && after.selection == selection)
    #expect(
      event
        == TaskSelected(
          proposal: before.proposal, author: before.author, title: before.title, category: .transport,
          reference: "petition-517", rule: selection.rule, reason: selection.reason, selectedAt: now))
  }

  @Test func whatWasAcceptedIsRejectedWhenReadersHaveFlaggedIt() throws {
    var flagged = Self.review(.accepted)
    flagged.flags = 3
    #expect(try flagged.rejected(rejection, by: staff, at: now).0.state == .rejected)
  }

  @Test(arguments: ReviewState.allCases.filter { $0 != .pending })
  func onlyAPendingReviewIsAcceptedReturnedOrRejected(state: ReviewState) {
    for refusal in [
      Self.refusal { try Self.review(state).accepted(at: now) },
      Self.refusal { try Self.review(state).rejected(rejection, by: staff, at: now) },
      Self.refusal { try Self.review(state).returned("n", at: now) },
    ] {
      #expect(refusal?.status == 409)
      #expect(
        refusal?.detail?.hasPrefix("The review is \(state.rawValue) since \(JSON.timestamp(Self.submitted))") == true)
    }
  }

  @Test(arguments: ReviewState.allCases.filter { $0 != .accepted })
  func onlyAnAcceptedReviewIsSelectedAndNoWithdrawnOne(state: ReviewState) {
    #expect(Self.refusal { try Self.review(state).selected(selection, at: now) }?.status == 409)
  }

  @Test(arguments: ReviewState.allCases.filter { $0 != .selected && $0 != .withdrawn })
  func theAuthorMayWithdrawUntilTheSelection(state: ReviewState) {
    let after = Self.review(state).withdrawn(at: now)
    #expect(after?.state == .withdrawn)
    #expect(after?.stateSince == now)
  }

  @Test(arguments: [ReviewState.selected, .withdrawn])
  func aWithdrawalAfterTheSelectionOrASecondOneHasNoEffect(state: ReviewState) {
    #expect(Self.review(state).withdrawn(at: now) == nil)
  }

  @Test func everyStateOfAReviewIsAStateOfItsProposal() {
    #expect(ReviewState.allCases.allSatisfy { ReviewState($0.task) == $0 })
    #expect(ReviewState(.open) == nil)
  }
}
