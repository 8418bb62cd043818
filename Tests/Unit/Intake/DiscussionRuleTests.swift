import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Intake

@Suite struct DiscussionRuleTests {
  private func proposal(_ state: TaskState) -> Proposal { SampleProposal.proposal(state) }

  @Test(arguments: TaskState.allCases)
  func aProposalIsDiscussedFromItsAcceptanceUntilItsVoteHasClosed(state: TaskState) {
    for hasClosed in [false, true] {
      var proposal = proposal(state)
      proposal.voteClosedAt = hasClosed ? Date(milliseconds: 0) : nil
      // What is referred at once goes over its bar while people still vote.
      let open: [TaskState] = [
        .accepted, .selected, .scheduled, .open, .referred, .endorsed, .assigned, .underway, .suspended, .declined,
        .completed, .discontinued,
      ]
      let isOpen = !hasClosed && open.contains(state)
      switch Result(catching: { () throws(Problem) in try proposal.requireDiscussion() }) {
      case .success: #expect(isOpen)
      case .failure(let problem): #expect(!isOpen && problem.status == (state == .gathering ? 404 : 409))
      }
    }
  }

  @Test func theEndOfAVoteEndsTheDiscussionWhateverTheTaskHasBecomeMeanwhile() throws {
    let closed = Date(milliseconds: 1_795_000_000_000)
    for (before, after) in [(TaskState.open, TaskState.closed), (.referred, .referred), (.assigned, .assigned)] {
      let open = proposal(before)
      try open.requireDiscussion()
      let ended = open.voteClosed(at: closed)
      #expect(ended.state == after && ended.voteClosedAt == closed)
      #expect(ended.stateSince == (after == before ? open.stateSince : closed))
      #expect(throws: Problem.self) { try ended.requireDiscussion() }
    }
    // The bar of a vote that refers at its close is told with the end.
    let referred = try #require(proposal(.open).following(.crossBar, at: closed)).voteClosed(at: closed)
    #expect(referred.state == .referred)
    #expect(throws: Problem.self) { try referred.requireDiscussion() }
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
