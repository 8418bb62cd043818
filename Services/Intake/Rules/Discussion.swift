import Contracts
import ServiceKit

extension TaskState {
  /// Whether citizens may support a proposal in this state, and give their opinion on it: from its acceptance on until
  /// its vote has closed. A task that went over its bar before the end is the Committee's.
  var isUnderDiscussion: Bool {
    switch self {
    case .accepted, .selected, .scheduled, .open: true
    case .gathering, .lapsed, .submitted, .returned, .rejected, .appealed, .merged, .withdrawn: false
    case .closed, .referred, .assigned, .suspended: false
    }
  }
}

extension Proposal {
  /// - Throws: `Problem` 404 before it is public, 409 before its acceptance and after its vote.
  func requireDiscussion() throws(Problem) {
    guard isPublic else { throw .noProposal(id) }
    guard state.isUnderDiscussion, !isTextHidden else {
      throw .conflict(
        "not-under-discussion",
        "A proposal can be supported and discussed from its acceptance to the end of its vote; this one is \(state.rawValue)."
      )
    }
  }
}
