/// Where a task stands on its way from a citizen to a ministry.
public enum TaskState: String, Codable, Sendable, CaseIterable {
  case submitted, accepted, rejected, withdrawn, selected, scheduled, open, closed, referred, assigned
}

/// What moves a task on.
public enum TaskAction: String, Codable, Sendable, CaseIterable {
  case accept, reject, withdraw, select, schedule, open, close, crossBar = "cross-bar", assign
}

/// The only ways from one state to another: a table, so that it can be printed, checked and read.
public enum Lifecycle {
  /// One row: in this state, this action, by this role, leads there.
  public struct Transition: Sendable, Equatable {
    /// The state before.
    public let from: TaskState
    /// What is done.
    public let action: TaskAction
    /// Who does it: a role of the token, or the name of a service.
    public let actor: String
    /// The state after; the same as before where the action only adds a fact.
    public let to: TaskState
  }

  private static func row(_ from: TaskState, _ action: TaskAction, _ actor: String, _ to: TaskState) -> Transition {
    Transition(from: from, action: action, actor: actor, to: to)
  }

  /// A withdrawal that crosses a selection on its way comes too late: hence the row from withdrawn to selected.
  public static let transitions: [Transition] = [
    row(.submitted, .accept, "support-unit", .accepted),
    row(.submitted, .reject, "support-unit", .rejected),
    row(.submitted, .withdraw, "citizen", .withdrawn),
    row(.accepted, .withdraw, "citizen", .withdrawn),
    row(.accepted, .select, "support-unit", .selected),
    row(.withdrawn, .select, "support-unit", .selected),
    row(.selected, .schedule, "voting", .scheduled),
    row(.scheduled, .open, "voting", .open),
    row(.open, .close, "vote-counter", .closed),
    row(.open, .crossBar, "vote-counter", .referred),
    row(.closed, .crossBar, "vote-counter", .referred),
    row(.referred, .close, "vote-counter", .referred),
    row(.referred, .assign, "referral", .assigned),
    row(.assigned, .close, "vote-counter", .assigned),
  ]

  /// The state after `action`; nil if the table has no such row. For whoever decides.
  public static func next(from state: TaskState, on action: TaskAction) -> TaskState? {
    transitions.first { $0.from == state && $0.action == action }?.to
  }

  /// The state after hearing of `action`; nil if it tells nothing new. For whoever follows what others decided.
  ///
  /// Events of different topics have no order between them: a later step may be heard of before an earlier one, so a
  /// follower moves forward along the path, over steps that it has not heard of yet, and never back.
  public static func following(_ state: TaskState, on action: TaskAction) -> TaskState? {
    guard let target = transitions.first(where: { $0.action == action })?.to, target.rank > state.rank else {
      return nil
    }
    return target
  }
}

extension TaskState {
  /// How far along the path. A withdrawal comes after an acceptance or rejection made at the same moment, and before a
  /// selection.
  fileprivate var rank: Int {
    switch self {
    case .submitted: 0
    case .accepted, .rejected: 1
    case .withdrawn: 2
    case .selected: 3
    case .scheduled: 4
    case .open: 5
    case .closed: 6
    case .referred: 7
    case .assigned: 8
    }
  }
}
