import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Intake

@Suite struct DiscussionRuleTests {
  private func proposal(_ state: TaskState) -> Proposal { SampleProposal.proposal(state) }

  @Test func aProposalIsDiscussedFromItsAcceptanceToTheEndOfItsVote() {
    for state in TaskState.allCases {
      let isOpen = [.accepted, .selected, .scheduled, .open].contains(state)
      let error = Result { () throws(Problem) in try proposal(state).requireDiscussion() }
      switch error {
      case .success: #expect(isOpen, "\(state)")
      case .failure(let problem):
        #expect(!isOpen && problem.status == (state == .gathering ? 404 : 409), "\(state)")
      }
    }
  }

  @Test func aHiddenTextIsNotDiscussed() {
    var hidden = proposal(.accepted)
    hidden.rejection = .init(code: .offensive, explanation: "")
    #expect(throws: Problem.self) { try hidden.requireDiscussion() }
  }

  @Test func aCursorBySympathySurvivesItsText() throws {
    let cursor = SympathyCursor(12, ProposalID())
    #expect(try SympathyCursor(cursor.text) == cursor)
    for text in ["", "x", "MTI", cursor.text + "A"] { #expect(throws: Problem.self) { try SympathyCursor(text) } }
  }
}
