import Contracts
import ServiceKit

extension TaskState {
  /// Whether citizens may support a proposal in this state, and give their opinion on it: from its acceptance on until
  /// its vote has closed, also where it went over its bar before and is the Committee's or a ministry's already.
  func isUnderDiscussion(voteHasClosed: Bool) -> Bool {
    switch self {
    case .accepted, .selected, .scheduled, .open, .referred, .endorsed, .assigned, .underway, .suspended, .declined,
      .completed, .discontinued:
      !voteHasClosed
    case .gathering, .lapsed, .submitted, .returned, .rejected, .appealed, .merged, .withdrawn, .closed: false
    }
  }
}

extension Proposal {
  /// - Throws: `Problem` 404 before it is public, 409 before its acceptance and after its vote.
  func requireDiscussion() throws(Problem) {
    guard isPublic else { throw .noProposal(id) }
    guard state.isUnderDiscussion(voteHasClosed: voteClosedAt != nil), !isTextHidden else {
      throw .conflict(
        "not-under-discussion",
        "A proposal can be supported and discussed from its acceptance to the end of its vote; this one is \(state.rawValue)."
      )
    }
  }
}
