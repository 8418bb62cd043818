import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Intake

@Suite struct RevisionTests {
  private let author = SampleProposal.author
  private let later = SampleProposal.now.addingTimeInterval(5)
  private let other = ProposalText(title: "t2", summary: "s", body: "b", category: .jobs, reference: "r")

  @Test func theAuthorRevisesWhatGathersSupportersOrWasReturned() throws {
    for state in TaskState.allCases {
      let proposal = SampleProposal.proposal(state)
      let result = Result { () throws(Problem) in try proposal.revised(other, by: author, at: later) }
      switch state {
      case .gathering, .returned:
        let change = try result.get()
        #expect(change.text == other && change.revision == 2)
        #expect(change.state == (state == .gathering ? .gathering : .submitted))
        #expect(change.stateSince == (state == .gathering ? SampleProposal.now : later))
      default:
        let error = #expect(throws: Problem.self) { try result.get() }
        #expect(error?.status == 409)
      }
    }
  }

  @Test func nobodyElseRevisesAndTheSameTextIsNoRevision() {
    let returned = SampleProposal.proposal(.returned)
    #expect(#expect(throws: Problem.self) { try returned.revised(other, by: CitizenID(), at: later) }?.status == 403)
    let unchanged = #expect(throws: Problem.self) { try returned.revised(returned.text, by: author, at: later) }
    #expect(unchanged?.status == 422)
  }

  @Test func anOverturnedRejectionHidesNothingAnyMore() {
    var rejected = SampleProposal.proposal(.rejected)
    rejected.rejection = Proposal.Rejection(code: .libellous, explanation: "x")
    let appealed = rejected.following(.appeal, at: later) ?? rejected
    #expect(appealed.state == .appealed && appealed.isTextHidden)
    let upheld = appealed.appealDecided(.upheld, at: later)
    #expect(upheld.state == .rejected && upheld.isTextHidden)
    let overturned = appealed.appealDecided(.overturned, at: later)
    #expect(overturned.state == .accepted && !overturned.isTextHidden)
  }

  @Test func aProposalOnPaperIsEnteredForAPersonAndGoesToTheSupportUnitAtOnce() throws {
    let staff = CitizenID()
    let draft = OfflineDraft(
      proposal: Submission.Draft(title: "t", summary: "s", body: "b", category: "jobs", reference: nil),
      person: OfflineDraft.Person(name: " 김철수 ", contact: "010-1234-5678"), receivedAt: SampleProposal.now)
    let (text, filing) = try draft.checked(by: staff, at: later)
    #expect(
      filing
        == OfflineFiling(
          enteredBy: staff, name: "김철수", contact: "010-1234-5678", receivedAt: SampleProposal.now))
    let proposal = Proposal(offline: text, at: later)
    #expect(proposal.channel == .offline && proposal.state == .submitted && proposal.gate == nil)
  }

  @Test func allThatIsWrongWithAnOfflineProposalIsSaidAtOnce() {
    let draft = OfflineDraft(
      proposal: Submission.Draft(title: "", summary: "s", body: "a@b.kr", category: "none", reference: nil),
      person: OfflineDraft.Person(name: "", contact: nil), receivedAt: later)
    let error = #expect(throws: Problem.self) { try draft.checked(by: CitizenID(), at: SampleProposal.now) }
    #expect(
      error?.errors.map(\.pointer) == [
        "#/proposal/title", "#/proposal/body", "#/proposal/category", "#/person/name", "#/receivedAt",
      ])
  }
}
