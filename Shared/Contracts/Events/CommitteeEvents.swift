public import FoundationEssentials

/// Members of the Committee prepare the case; a later list takes the place of an earlier one.
public struct CaseMembersAssigned: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.members-assigned.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// All of them, at least one without a conflict of interest.
  public var members: [CaseMember]
  /// Who did it.
  public var actor: CitizenID
  /// When they were named.
  public var assignedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, members: [CaseMember], actor: CitizenID, assignedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.members = members
    self.actor = actor
    self.assignedAt = assignedAt
  }
}

/// The Committee will deliberate the case in a session; a later one takes the place of an earlier one.
public struct CaseScheduled: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.scheduled.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// When and where.
  public var session: CaseSession
  /// Why it is another session than was told before: plain text; absent for the first one.
  public var reason: String?
  /// Who did it.
  public var actor: CitizenID
  /// When it was scheduled.
  public var scheduledAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, session: CaseSession, reason: String?, actor: CitizenID,
    scheduledAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.session = session
    self.reason = reason
    self.actor = actor
    self.scheduledAt = scheduledAt
  }
}

/// The Committee has deliberated the case.
public struct CaseDeliberated: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.deliberated.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// The record of it.
  public var record: Deliberation
  /// Who did it.
  public var actor: CitizenID
  /// When the record was published.
  public var deliberatedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, record: Deliberation, actor: CitizenID, deliberatedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.record = record
    self.actor = actor
    self.deliberatedAt = deliberatedAt
  }
}

/// The Committee has decided on the case.
public struct CaseDecided: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.decided.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// What.
  public var decision: CommitteeDecision
  /// Why, public: plain text, line breaks allowed.
  public var reasons: String
  /// What is to be done otherwise than proposed; there when it was adopted with changes: plain text.
  public var changes: String?
  /// Who has the case now, as `Holder` names it; absent when it has ended.
  public var holder: String?
  /// Until when; absent when it has ended.
  public var dueAt: Date?
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var decidedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, decision: CommitteeDecision, reasons: String, changes: String?,
    holder: String?, dueAt: Date?, actor: CitizenID, decidedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.decision = decision
    self.reasons = reasons
    self.changes = changes
    self.holder = holder
    self.dueAt = dueAt
    self.actor = actor
    self.decidedAt = decidedAt
  }
}

/// The Support Unit has supplemented what the Committee returned; the Committee has the case anew.
public struct CaseSupplemented: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.supplemented.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// What was added: plain text, line breaks allowed.
  public var supplement: String
  /// When the Committee owes its decision.
  public var dueAt: Date
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var supplementedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, supplement: String, dueAt: Date, actor: CitizenID,
    supplementedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.supplement = supplement
    self.dueAt = dueAt
    self.actor = actor
    self.supplementedAt = supplementedAt
  }
}
