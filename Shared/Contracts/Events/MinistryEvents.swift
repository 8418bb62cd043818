public import FoundationEssentials

/// The ministry in charge has taken the case on.
public struct CaseAccepted: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.accepted.v1"
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
  /// Who in the ministry works on it: plain text, one line.
  public var department: String
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var acceptedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, ministry: String, department: String, actor: CitizenID,
    acceptedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.ministry = ministry
    self.department = department
    self.actor = actor
    self.acceptedAt = acceptedAt
  }
}

/// The ministry in charge has handed the case to another one, which is told by a `CaseAssigned` of its own; twice a case at
/// most.
public struct CaseTransferred: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.transferred.v1"
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
  /// The slug of the ministry that is in charge now.
  public var to: String
  /// Why the other one is competent, public: plain text, line breaks allowed.
  public var reason: String
  /// Counts the transfers of the case: 1 or 2.
  public var transfer: Int
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var transferredAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, ministry: String, to: String, reason: String, transfer: Int,
    actor: CitizenID, transferredAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.ministry = ministry
    self.to = to
    self.reason = reason
    self.transfer = transfer
    self.actor = actor
    self.transferredAt = transferredAt
  }
}

/// The official answer of the ministry to the citizens.
public struct CaseAnswered: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.answered.v1"
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
  /// The office that answers: plain text, one line.
  public var department: String
  /// The official who answers for it: plain text, one line.
  public var signatory: String
  /// Plain text, line breaks allowed.
  public var answer: String
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var answeredAt: Date
  /// When the plan is due; with a plan, when its last milestone is due.
  public var dueAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, ministry: String, department: String, signatory: String,
    answer: String, actor: CitizenID, answeredAt: Date, dueAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.ministry = ministry
    self.department = department
    self.signatory = signatory
    self.answer = answer
    self.actor = actor
    self.answeredAt = answeredAt
    self.dueAt = dueAt
  }
}

/// What the ministry will do and until when; a later plan takes the place of an earlier one.
public struct CasePlanned: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.planned.v1"
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
  /// Counts the plans of the case: 1, 2, 3.
  public var revision: Int
  /// All of them, by their numbers.
  public var milestones: [Milestone]
  /// Why the plan is another one than before: plain text; absent for the first one.
  public var reason: String?
  /// Who did it.
  public var actor: CitizenID
  /// When.
  public var plannedAt: Date
  /// When the ministry owes the next step: its answer, and after that the last milestone.
  public var dueAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, ministry: String, revision: Int, milestones: [Milestone],
    reason: String?, actor: CitizenID, plannedAt: Date, dueAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.ministry = ministry
    self.revision = revision
    self.milestones = milestones
    self.reason = reason
    self.actor = actor
    self.plannedAt = plannedAt
    self.dueAt = dueAt
  }
}
