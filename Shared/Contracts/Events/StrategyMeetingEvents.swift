public import FoundationEssentials

/// What the Committee adopted goes to the strategy meeting, which the president chairs.
public struct CaseSubmitted: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.submitted.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// How the Committee adopted it.
  public var decision: CommitteeDecision
  /// What the Committee wants otherwise than proposed: plain text.
  public var changes: String?
  /// From when on the strategy meeting has the case.
  public var submittedAt: Date
  /// When it owes its outcome.
  public var dueAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, decision: CommitteeDecision, changes: String?,
    submittedAt: Date, dueAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.decision = decision
    self.changes = changes
    self.submittedAt = submittedAt
    self.dueAt = dueAt
  }
}

/// The case is on the agenda of a strategy meeting; a later one takes the place of an earlier one.
public struct CasePlacedOnAgenda: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.placed-on-agenda.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// Which meeting.
  public var session: CaseSession
  /// The item's number on the agenda.
  public var item: Int?
  /// Why it is another meeting than was told before: plain text.
  public var reason: String?
  /// Who did it.
  public var actor: CitizenID
  /// When it was placed there.
  public var placedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, session: CaseSession, item: Int?, reason: String?,
    actor: CitizenID, placedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.session = session
    self.item = item
    self.reason = reason
    self.actor = actor
    self.placedAt = placedAt
  }
}

/// The strategy meeting has concluded on the case.
public struct CaseConcluded: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.concluded.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// What.
  public var outcome: MeetingOutcome
  /// When the meeting was.
  public var heldAt: Date
  /// The record of it, public: plain text, line breaks allowed.
  public var reasons: String
  /// On which conditions; there when it was adopted with conditions: plain text.
  public var conditions: String?
  /// Until which day; there when it was deferred.
  public var deferredTo: Day?
  /// Address of the record or video; absent when there is none.
  public var recording: String?
  /// Who has the case now, as `Holder` names it; absent when it has ended.
  public var holder: String?
  /// Until when; absent when it has ended.
  public var dueAt: Date?
  /// Who did it.
  public var actor: CitizenID
  /// When the outcome was published.
  public var concludedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, outcome: MeetingOutcome, heldAt: Date, reasons: String,
    conditions: String?, deferredTo: Day?, recording: String?, holder: String?, dueAt: Date?, actor: CitizenID,
    concludedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.outcome = outcome
    self.heldAt = heldAt
    self.reasons = reasons
    self.conditions = conditions
    self.deferredTo = deferredTo
    self.recording = recording
    self.holder = holder
    self.dueAt = dueAt
    self.actor = actor
    self.concludedAt = concludedAt
  }
}
