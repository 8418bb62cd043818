import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Intake

@Suite struct IntakeRuleTests {
  private let author = SampleProposal.author
  private let now = SampleProposal.now

  private func proposal(_ state: TaskState) -> Proposal { SampleProposal.proposal(state) }

  @Test func theAuthorWithdrawsUntilTheTaskIsSelected() throws {
    for state in TaskState.allCases {
      let result = Result { () throws(Problem) in try proposal(state).withdrawn(by: author, for: .mistake, at: now) }
      switch state {
      case .gathering, .submitted, .returned, .appealed, .accepted:
        let change = try result.get()
        #expect(change.state == .withdrawn && change.withdrawalReason == .mistake)
      default: #expect(throws: Problem.self) { try result.get() }
      }
    }
  }

  @Test func nobodyElseWithdraws() {
    let error = #expect(throws: Problem.self) {
      try proposal(.submitted).withdrawn(by: CitizenID(), for: .mistake, at: now)
    }
    #expect(error?.status == 403)
  }

  @Test func allThatIsWrongWithADraftIsSaidAtOnce() {
    let draft = Submission.Draft(
      title: String(repeating: "가", count: 81), summary: "", body: "a\u{0}", category: "none", reference: "")
    let error = #expect(throws: Problem.self) { try Submission.checked(draft) }
    #expect(error?.status == 422)
    #expect(error?.errors.map(\.pointer) == ["#/title", "#/summary", "#/body", "#/reference", "#/category"])
  }

  @Test func aDraftAtTheLimitsIsTaken() throws {
    let draft = Submission.Draft(
      title: String(repeating: "가", count: 80), summary: String(repeating: "나", count: 300),
      body: String(repeating: "다", count: 2000), category: "jobs", reference: nil)
    #expect(try Submission.checked(draft).title.count == 80)
  }

  @Test func nobodysPersonalDataIsPublished() {
    let draft = Submission.Draft(
      title: "전화 010-1234-5678", summary: "s", body: "주민등록번호 900101-1234568, a@b.kr", category: "jobs", reference: nil)
    let errors = Submission.faults(of: draft)
    #expect(errors.map(\.pointer) == ["#/title", "#/body", "#/body"])
    #expect(errors.map { $0.characters?.from } == [3, 7, 23])
  }

  @Test func aDraftMayBreakEveryRuleUntilItIsSubmitted() throws {
    #expect(
      Submission.faults(of: DraftText().submission).map(\.pointer) == ["#/title", "#/summary", "#/body", "#/category"])
    try DraftText(title: String(repeating: "가", count: 5_000), category: "nothing").checkSize()
    #expect(throws: Problem.self) {
      try DraftText(body: String(repeating: "가", count: Draft.sizeLimit + 1)).checkSize()
    }
  }

  @Test func aDraftIsSavedOverTheVersionThatWasRead() throws {
    let draft = Draft(id: DraftID(), author: author, text: DraftText(title: "a"), version: 3, savedAt: now)
    let later = now.addingTimeInterval(5)
    let saved = try draft.saved(DraftText(title: "b"), over: 3, at: later)
    #expect(saved.version == 4 && saved.text.title == "b" && saved.savedAt == later)
    let error = #expect(throws: Problem.self) { try draft.saved(DraftText(), over: 2, at: later) }
    #expect(error?.status == 412)
  }

  @Test func textIsHiddenForHidingCodesOnly() throws {
    for code in RejectionCode.allCases {
      var rejected = proposal(.rejected)
      rejected.rejection = Proposal.Rejection(code: code, explanation: "x")
      #expect(rejected.isTextHidden == [.libellous, .offensive, .advertisement].contains(code))
      let view = try ProposalView(rejected)
      let shown = [view.title, view.summary, view.body, view.reference].filter { $0 != nil && $0 != "" }
      #expect(shown == (rejected.isTextHidden ? [] : ["t", "s", "b", "r"]))
    }
  }

  @Test func aRejectionThatComesAfterTheWithdrawalStillHidesTheText() throws {
    let reason = Proposal.Rejection(code: .libellous, explanation: "x")
    let withdrawn = try proposal(.submitted).withdrawn(by: author, for: .mistake, at: now)
    let rejected = withdrawn.rejected(for: reason, at: now.addingTimeInterval(1))
    #expect(rejected.state == .withdrawn && rejected.stateSince == now)
    #expect(rejected.withdrawalReason == .mistake && rejected.rejection == reason)
    #expect(rejected.isTextHidden)
    #expect(try ProposalView(rejected).body == nil)
  }

  @Test func aRejectionIsKeptWhateverTheState() {
    let reason = Proposal.Rejection(code: .offensive, explanation: "x")
    for state in TaskState.allCases {
      let rejected = proposal(state).rejected(for: reason, at: now)
      #expect(rejected.state == (Lifecycle.following(state, on: .reject) ?? state))
      #expect(rejected.rejection == reason && rejected.isTextHidden)
    }
  }
}
