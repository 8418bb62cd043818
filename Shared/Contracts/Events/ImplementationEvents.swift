public import FoundationEssentials

/// The ministry reports how far a milestone is.
public struct CaseProgressed: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.progressed.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// The slug of the ministry in charge.
  public var ministry: String
  /// As it is now.
  public var milestone: Milestone
  /// What was done: plain text, line breaks allowed.
  public var report: String
  /// Addresses of what proves it.
  public var evidence: [String]
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var progressedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, ministry: String, milestone: Milestone, report: String,
    evidence: [String], actor: CitizenID, progressedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.ministry = ministry
    self.milestone = milestone
    self.report = report
    self.evidence = evidence
    self.actor = actor
    self.progressedAt = progressedAt
  }
}

/// The ministry gives notice that a milestone will take longer.
public struct CaseDelayed: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.delayed.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// The slug of the ministry in charge.
  public var ministry: String
  /// As it is now, with its new end.
  public var milestone: Milestone
  /// The day by whose end it was due before.
  public var from: Day
  /// Why, public: plain text, line breaks allowed.
  public var reason: String
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var delayedAt: Date
  /// When the ministry owes the next step: its answer, and after that the last milestone.
  public var dueAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, ministry: String, milestone: Milestone, from: Day,
    reason: String, actor: CitizenID, delayedAt: Date, dueAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.ministry = ministry
    self.milestone = milestone
    self.from = from
    self.reason = reason
    self.actor = actor
    self.delayedAt = delayedAt
    self.dueAt = dueAt
  }
}

/// The ministry has done what it planned; the case has ended.
public struct CaseCompleted: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.completed.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// The slug of the ministry in charge.
  public var ministry: String
  /// What is there now: plain text, line breaks allowed.
  public var summary: String
  /// Addresses of what proves it.
  public var evidence: [String]
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var completedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, ministry: String, summary: String, evidence: [String],
    actor: CitizenID, completedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.ministry = ministry
    self.summary = summary
    self.evidence = evidence
    self.actor = actor
    self.completedAt = completedAt
  }
}

/// The ministry does not go on; the case has ended.
public struct CaseDiscontinued: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.discontinued.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// The slug of the ministry in charge.
  public var ministry: String
  /// Why, public: plain text, line breaks allowed.
  public var reasons: String
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var discontinuedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, ministry: String, reasons: String, actor: CitizenID,
    discontinuedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.ministry = ministry
    self.reasons = reasons
    self.actor = actor
    self.discontinuedAt = discontinuedAt
  }
}
