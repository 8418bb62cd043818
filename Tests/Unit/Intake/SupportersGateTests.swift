import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Intake

@Suite struct SupportersGateTests {
  private let now = SampleProposal.now
  private let gathering = SampleProposal.proposal(.gathering, gate: SampleProposal.gate)

  @Test func theLastSupporterBringsItBeforeTheSupportUnit() {
    #expect(gathering.supported(by: 1, at: now) == nil)
    let passed = gathering.supported(by: 2, at: now)
    #expect(passed?.state == .submitted && passed?.submittedAt == now && passed?.isPublic == true)
    #expect(passed?.supported(by: 3, at: now) == nil)
  }

  @Test func theAuthorIsNoSupporter() throws {
    let error = #expect(throws: Problem.self) { try gathering.checkSupport(by: SampleProposal.author, at: now) }
    #expect(error?.status == 409 && error?.code == "own-proposal")
    try gathering.checkSupport(by: CitizenID(), at: now)
  }

  @Test func nothingIsSupportedThatDoesNotLookForSupporters() {
    for state in TaskState.allCases where state != .gathering {
      let proposal = SampleProposal.proposal(state, gate: SampleProposal.gate)
      #expect(throws: Problem.self) { try proposal.checkSupport(by: CitizenID(), at: now) }
    }
    #expect(throws: Problem.self) { try gathering.checkSupport(by: CitizenID(), at: SampleProposal.gate.endsAt) }
  }

  @Test func withoutAGateAProposalGoesToTheSupportUnitAtOnce() {
    #expect(GateRule(needed: 0, days: 30).gate(at: now) == nil)
    let atOnce = Proposal(of: SampleProposal.text, by: SampleProposal.author, through: nil, at: now)
    #expect(atOnce.state == .submitted && atOnce.submittedAt == now)
    let gate = GateRule(needed: 5, days: 30).gate(at: now)
    #expect(gate?.needed == 5 && gate?.endsAt == now.addingTimeInterval(30 * 86_400))
    let waiting = Proposal(of: SampleProposal.text, by: SampleProposal.author, through: gate, at: now)
    #expect(waiting.state == .gathering && waiting.submittedAt == nil && !waiting.isPublic)
  }

  @Test func whatWaitsInVainLapsesWhenItsTimeIsOverAndNotBefore() {
    #expect(gathering.lapsed(at: SampleProposal.gate.endsAt.addingTimeInterval(-0.001), revisionDays: 1) == nil)
    let alone = gathering.lapsed(at: SampleProposal.gate.endsAt, revisionDays: 1)
    #expect(alone?.state == .lapsed && alone?.lapseReason == .noSupporters)
    let returned = SampleProposal.proposal(.returned)
    #expect(returned.lapsed(at: now.addingTimeInterval(86_399), revisionDays: 1) == nil)
    #expect(returned.lapsed(at: now.addingTimeInterval(86_400), revisionDays: 1)?.lapseReason == .notRevised)
    for state in TaskState.allCases where state != .gathering && state != .returned {
      #expect(SampleProposal.proposal(state).lapsed(at: .distantFuture, revisionDays: 1) == nil)
    }
  }

  @Test func anInvitationIsReadAsItIsWritten() {
    let invitation = Invitation.random()
    #expect(Invitation(invitation.description) == invitation)
    #expect(invitation != Invitation.random())
    for text in ["", "x", String(invitation.description.dropLast()), invitation.description + "A"] {
      #expect(Invitation(text) == nil)
    }
  }

  @Test func nobodyButTheAuthorAndTheSupportUnitReadsWhatIsNotPublic() {
    #expect(!gathering.isReadable(by: nil))
    #expect(SampleProposal.proposal(.submitted).isReadable(by: nil))
  }
}
