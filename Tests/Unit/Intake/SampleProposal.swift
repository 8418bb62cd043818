import Contracts
import FoundationEssentials

@testable import Intake

/// What the tests of intake start from.
enum SampleProposal {
  static let author = CitizenID()
  static let now = Date(milliseconds: 1_700_000_000_000)
  static let text = ProposalText(title: "t", summary: "s", body: "b", category: .jobs, reference: "r")
  static let gate = SupportersGate(
    needed: 2, endsAt: now.addingTimeInterval(60), invitation: Invitation(bytes: Array(0..<16)))

  static func proposal(_ state: TaskState, gate: SupportersGate? = nil) -> Proposal {
    Proposal(
      id: ProposalID(), author: author, text: text, channel: .online, state: state, stateSince: now, filedAt: now,
      submittedAt: state == .gathering ? nil : now, gate: gate)
  }
}
