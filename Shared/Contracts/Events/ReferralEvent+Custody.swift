public import FoundationEssentials

extension ReferralEvent {
  /// Where the task stands after the event; nil: where it stood before.
  public var taskState: TaskState? {
    switch self {
    case .received, .supplemented: .referred
    case .decided(let event):
      switch event.decision {
      case .adopt, .adoptWithChanges: .endorsed
      case .decline: .declined
      case .return: .referred
      }
    case .submitted: .endorsed
    case .concluded(let event): event.outcome == .declined ? .declined : .endorsed
    case .assigned: .assigned
    case .accepted: .underway
    case .completed: .completed
    case .discontinued: .discontinued
    case .suspended: .suspended
    case .resumed(let event): event.state ?? (event.ministry == nil ? .referred : .assigned)
    case .lapsed: .closed
    // A transfer is followed by an assignment.
    case .membersAssigned, .scheduled, .deliberated, .placedOnAgenda, .transferred, .answered, .planned, .progressed,
      .delayed, .reminded, .overdue, .escalated, .extended, .ratingsCounted, .textModerated:
      nil
    }
  }

  /// What brought the case; nil where the event does not tell: only the first of a case does.
  public var origin: CaseOrigin? {
    guard case .received(let event) = self else { return nil }
    return event.origin ?? .bar
  }

  /// The crossing of the bar that the event names, by its time; nil where it names none.
  public var crossing: Date? {
    switch self {
    // The first of a month were once told with a time that is no crossing.
    case .received(let event): origin == .bar ? event.crossedAt : nil
    case .assigned(let event): event.crossedAt
    case .suspended(let event): event.crossedAt
    case .resumed(let event): event.crossedAt
    case .lapsed(let event): event.crossedAt
    default: nil
    }
  }

  /// Who has the case after it, and until when; nil: as before.
  public var custody: Custody? {
    switch self {
    case .received(let event): Custody(.committee, by: event.dueAt)
    case .decided(let event): Custody(holder: event.holder, dueAt: event.dueAt)
    case .supplemented(let event): Custody(.committee, by: event.dueAt)
    case .submitted(let event): Custody(.strategyMeeting, by: event.dueAt)
    case .concluded(let event): Custody(holder: event.holder, dueAt: event.dueAt)
    case .assigned(let event): Custody(holder: event.ministry, dueAt: event.dueAt)
    case .answered(let event): Custody(holder: event.ministry, dueAt: event.dueAt)
    case .planned(let event): Custody(holder: event.ministry, dueAt: event.dueAt)
    case .delayed(let event): Custody(holder: event.ministry, dueAt: event.dueAt)
    case .resumed(let event):
      Custody(holder: event.holder ?? event.ministry ?? Holder.committee.name, dueAt: event.dueAt)
    case .extended(let event): Custody(holder: event.holder, dueAt: event.dueAt)
    case .completed, .discontinued, .lapsed: Custody(holder: nil, dueAt: nil)
    case .membersAssigned, .scheduled, .deliberated, .placedOnAgenda, .accepted, .transferred, .progressed, .suspended,
      .reminded, .overdue, .escalated, .ratingsCounted, .textModerated:
      nil
    }
  }
}

/// Who has a case, and until when the next step is owed.
public struct Custody: Sendable, Equatable {
  /// As `Holder` names it; nil when nobody has it any more.
  public var holder: String?
  /// Nil when nothing is owed any more.
  public var dueAt: Date?

  /// Of a holder by its name.
  public init(holder: String?, dueAt: Date?) {
    self.holder = holder
    self.dueAt = dueAt
  }

  fileprivate init(_ holder: Holder, by dueAt: Date) { self.init(holder: holder.name, dueAt: dueAt) }
}
