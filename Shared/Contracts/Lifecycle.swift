/// Where a task stands on its way from a citizen to a ministry.
public enum TaskState: String, Codable, Sendable, CaseIterable {
  /// The author looks for supporters; nobody else finds the proposal yet.
  case gathering
  /// Time ran out before there were enough supporters, or before a returned proposal was revised.
  case lapsed
  /// The Support Unit has it before it.
  case submitted
  /// The author is asked to revise it.
  case returned
  case accepted, rejected
  /// The author has appealed against the rejection.
  case appealed
  /// The same as another proposal, which goes on for both.
  case merged
  case withdrawn, selected, scheduled, open, closed
  /// The Committee has it.
  case referred
  /// The Committee has adopted it; the strategy meeting has it, or a ministry is looked for.
  case endorsed
  /// A ministry is in charge.
  case assigned
  /// The ministry in charge has taken it on.
  case underway
  /// The Committee or the strategy meeting has declined it.
  case declined
  /// The ministry has done what it planned, or does not go on.
  case completed, discontinued
  /// It had gone to the Committee, and its vote does not carry any more.
  case suspended
}

/// What moves a task on.
public enum TaskAction: String, Codable, Sendable, CaseIterable {
  /// The last supporter that was asked for comes.
  case passGate = "pass-gate"
  case lapse, revise, accept, reject, `return`, appeal, uphold, overturn, merge, withdraw, select
  case schedule, open, close, crossBar = "cross-bar", loseBar = "lose-bar"
  /// It goes to the Committee although its vote did not carry: as one of the first of a month, or from an off-line event.
  case refer
  case endorse, decline, assign, begin, transfer, complete, discontinue
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

  /// A withdrawal that crosses a selection on its way comes too late: hence the row from withdrawn to selected. A case that
  /// goes on after a suspension is referred again, and then where it was before. A bar that is lost suspends what a bar
  /// brought: where a task was referred without one, bars lead nowhere any more.
  public static let transitions: [Transition] = [
    row(.gathering, .revise, "citizen", .gathering),
    row(.gathering, .passGate, "citizen", .submitted),
    row(.gathering, .lapse, "intake", .lapsed),
    row(.gathering, .withdraw, "citizen", .withdrawn),
    row(.submitted, .accept, "support-unit", .accepted),
    row(.submitted, .reject, "support-unit", .rejected),
    row(.submitted, .return, "support-unit", .returned),
    row(.submitted, .merge, "support-unit", .merged),
    row(.submitted, .withdraw, "citizen", .withdrawn),
    row(.returned, .revise, "citizen", .submitted),
    row(.returned, .lapse, "intake", .lapsed),
    row(.returned, .withdraw, "citizen", .withdrawn),
    row(.rejected, .appeal, "citizen", .appealed),
    row(.appealed, .uphold, "support-unit", .rejected),
    row(.appealed, .overturn, "support-unit", .accepted),
    row(.appealed, .withdraw, "citizen", .withdrawn),
    row(.accepted, .reject, "support-unit", .rejected),
    row(.accepted, .merge, "support-unit", .merged),
    row(.accepted, .withdraw, "citizen", .withdrawn),
    row(.accepted, .select, "support-unit", .selected),
    row(.withdrawn, .select, "support-unit", .selected),
    row(.selected, .schedule, "voting", .scheduled),
    row(.scheduled, .open, "voting", .open),
    row(.open, .close, "vote-counter", .closed),
    row(.open, .crossBar, "vote-counter", .referred),
    row(.closed, .crossBar, "vote-counter", .referred),
    row(.closed, .refer, "referral", .referred),
    row(.referred, .close, "vote-counter", .referred),
    row(.referred, .endorse, "committee", .endorsed),
    row(.referred, .decline, "committee", .declined),
    row(.endorsed, .close, "vote-counter", .endorsed),
    row(.endorsed, .decline, "strategy-meeting", .declined),
    row(.endorsed, .assign, "referral", .assigned),
    row(.assigned, .close, "vote-counter", .assigned),
    row(.assigned, .transfer, "ministry", .assigned),
    row(.assigned, .begin, "ministry", .underway),
    row(.underway, .close, "vote-counter", .underway),
    row(.underway, .transfer, "ministry", .assigned),
    row(.underway, .complete, "ministry", .completed),
    row(.underway, .discontinue, "ministry", .discontinued),
    row(.declined, .close, "vote-counter", .declined),
    row(.completed, .close, "vote-counter", .completed),
    row(.discontinued, .close, "vote-counter", .discontinued),
    row(.referred, .loseBar, "vote-counter", .suspended),
    row(.endorsed, .loseBar, "vote-counter", .suspended),
    row(.assigned, .loseBar, "vote-counter", .suspended),
    row(.underway, .loseBar, "vote-counter", .suspended),
    row(.suspended, .crossBar, "vote-counter", .referred),
    row(.suspended, .close, "vote-counter", .closed),
    row(.suspended, .lapse, "support-unit", .closed),
  ]

  /// The state after `action`; nil if the table has no such row. For whoever decides.
  public static func next(from state: TaskState, on action: TaskAction) -> TaskState? {
    transitions.first { $0.from == state && $0.action == action }?.to
  }

  /// The state after hearing of `action`; nil if it tells nothing new. For whoever follows what others decided.
  ///
  /// Events of different topics have no order between them: a later step may be heard of before an earlier one. So a
  /// follower takes every row of the table, and beyond it moves forward along the path, over steps that it has not heard
  /// of yet, and never back.
  public static func following(_ state: TaskState, on action: TaskAction) -> TaskState? {
    if let next = next(from: state, on: action) { return next == state ? nil : next }
    guard let target = transitions.first(where: { $0.action == action })?.to, target.rank > state.rank else {
      return nil
    }
    return target
  }
}

extension TaskState {
  /// How far along the path. A merger comes after the review, a withdrawal after either made at the same moment, and before
  /// a selection.
  fileprivate var rank: Int {
    switch self {
    case .gathering: 0
    case .submitted: 1
    case .returned, .rejected: 2
    case .appealed: 3
    case .accepted, .lapsed: 4
    case .merged: 5
    case .withdrawn: 6
    case .selected: 7
    case .scheduled: 8
    case .open: 9
    case .closed: 10
    case .referred: 11
    case .endorsed: 12
    case .assigned: 13
    case .underway: 14
    // An assignment that is heard of late does not end a suspension; and what has ended is not suspended.
    case .suspended: 15
    case .declined: 16
    case .completed, .discontinued: 17
    }
  }
}
