public import FoundationEssentials

/// What the holder owes is due soon; once for each time that it is due.
public struct CaseReminded: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.reminded.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// Who owes it, as `Holder` names it.
  public var holder: String
  /// What is owed.
  public var step: LegalStep
  /// The milestone that it is about; absent for the step as a whole.
  public var milestone: Int?
  /// The milestone's title: plain text, one line.
  public var milestoneTitle: String?
  /// When it is due.
  public var dueAt: Date
  /// When the reminder was given.
  public var remindedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, holder: String, step: LegalStep, milestone: Int?,
    milestoneTitle: String? = nil, dueAt: Date, remindedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.holder = holder
    self.step = step
    self.milestone = milestone
    self.milestoneTitle = milestoneTitle
    self.dueAt = dueAt
    self.remindedAt = remindedAt
  }
}

/// What the holder owes is late; once for each time that it was due.
public struct CaseOverdue: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.overdue.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// Who owes it, as `Holder` names it.
  public var holder: String
  /// What is owed.
  public var step: LegalStep
  /// The milestone that it is about; absent for the step as a whole.
  public var milestone: Int?
  /// The milestone's title: plain text, one line.
  public var milestoneTitle: String?
  /// When it was due.
  public var dueAt: Date
  /// When that was seen.
  public var overdueAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, holder: String, step: LegalStep, milestone: Int?,
    milestoneTitle: String? = nil, dueAt: Date, overdueAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.holder = holder
    self.step = step
    self.milestone = milestone
    self.milestoneTitle = milestoneTitle
    self.dueAt = dueAt
    self.overdueAt = overdueAt
  }
}

/// What the holder owes is so late that the next office is told; once for each time that it was due.
public struct CaseEscalated: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.escalated.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// Who owes it, as `Holder` names it.
  public var holder: String
  /// What is owed.
  public var step: LegalStep
  /// The milestone that it is about; absent for the step as a whole.
  public var milestone: Int?
  /// The milestone's title: plain text, one line.
  public var milestoneTitle: String?
  /// When it was due.
  public var dueAt: Date
  /// The office that is told, as `Holder` names it.
  public var to: String
  /// When it was told.
  public var escalatedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, holder: String, step: LegalStep, milestone: Int?,
    milestoneTitle: String? = nil, dueAt: Date, to: String, escalatedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.holder = holder
    self.step = step
    self.milestone = milestone
    self.milestoneTitle = milestoneTitle
    self.dueAt = dueAt
    self.to = to
    self.escalatedAt = escalatedAt
  }
}

/// The holder takes more time, once a step.
public struct CaseExtended: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.extended.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// Who owes it, as `Holder` names it.
  public var holder: String
  /// What is owed.
  public var step: LegalStep
  /// When it was due before.
  public var from: Date
  /// When it is due now.
  public var dueAt: Date
  /// Why, public: plain text, line breaks allowed.
  public var reason: String
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var extendedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, holder: String, step: LegalStep, from: Date, dueAt: Date,
    reason: String, actor: CitizenID, extendedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.holder = holder
    self.step = step
    self.from = from
    self.dueAt = dueAt
    self.reason = reason
    self.actor = actor
    self.extendedAt = extendedAt
  }
}
