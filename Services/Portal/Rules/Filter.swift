import Contracts

/// What the list can be cut down to.
enum Filter: String, Sendable, CaseIterable {
  case all, review, accepted, scheduled, open, closed, referred, rejected, withdrawn

  /// The states shown; nil where the state does not decide: all of them, or every vote that takes ballots, which a task
  /// referred at once still does.
  var states: [TaskState]? {
    switch self {
    case .all, .open: nil
    case .review: [.submitted, .returned, .appealed]
    case .accepted: [.accepted]
    case .scheduled: [.selected, .scheduled]
    case .closed: [.closed]
    case .referred: [.referred, .endorsed, .assigned, .underway, .suspended, .declined, .completed, .discontinued]
    case .rejected: [.rejected]
    case .withdrawn: [.withdrawn, .merged, .lapsed]
    }
  }

  var phrase: Phrase {
    switch self {
    case .all: .allFilter
    case .review: .reviewFilter
    case .accepted: .acceptedFilter
    case .scheduled: .scheduledFilter
    case .open: .openFilter
    case .closed: .closedFilter
    case .referred: .referredFilter
    case .rejected: .rejectedFilter
    case .withdrawn: .withdrawnFilter
    }
  }
}
