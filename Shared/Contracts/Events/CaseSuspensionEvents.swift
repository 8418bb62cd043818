public import FoundationEssentials

/// Why a case is suspended; public.
public enum SuspensionReason: String, Codable, Sendable, CaseIterable {
  /// The vote that brought it does not carry any more.
  case barLost = "bar-lost"
}

/// Nobody owes anything on the case until it is resumed; whoever has it keeps it.
public struct CaseSuspended: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.suspended.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// The slug of the ministry in charge; absent where none is.
  public var ministry: String?
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// Why.
  public var reason: SuspensionReason
  /// Yes votes that are left.
  public var yes: Int64
  /// No votes that are left.
  public var no: Int64
  /// The number of yes votes that has to be exceeded.
  public var yesBar: Int64
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// Names the crossing of the bar that is undone; that of `VoteBarLost`.
  public var crossedAt: Date
  /// When the count lost the bar.
  public var lostAt: Date
  /// From when on the period does not run.
  public var suspendedAt: Date
  /// Who has the case and keeps it, as `Holder` names it. Absent in events from before it was told.
  public var holder: String?

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, ministry: String?, title: String, reason: SuspensionReason, yes: Int64,
    no: Int64, yesBar: Int64, ruleHash: String, crossedAt: Date, lostAt: Date, suspendedAt: Date,
    holder: String? = nil
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.ministry = ministry
    self.title = title
    self.reason = reason
    self.yes = yes
    self.no = no
    self.yesBar = yesBar
    self.ruleHash = ruleHash
    self.crossedAt = crossedAt
    self.lostAt = lostAt
    self.suspendedAt = suspendedAt
    self.holder = holder
  }
}

/// A suspended case goes on where it stopped: the vote carries again.
public struct CaseResumed: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.resumed.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// The slug of the ministry in charge; absent where none is.
  public var ministry: String?
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// Yes votes counted when the bar was crossed again.
  public var yes: Int64
  /// No votes counted at the same moment.
  public var no: Int64
  /// The number of yes votes that had to be exceeded.
  public var yesBar: Int64
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// Names the crossing of the bar that resumes the case; that of `VoteBarCrossed`.
  public var crossedAt: Date
  /// Since when the period had not run.
  public var suspendedAt: Date
  /// From when on it runs again.
  public var resumedAt: Date
  /// When the one who has the case owes the next step now: later by the days of the suspension.
  public var dueAt: Date
  /// Where the task stands again. Absent in events from before the Committee's steps were told.
  public var state: TaskState?
  /// Who has the case, as `Holder` names it. Absent in events from before the Committee's steps were told.
  public var holder: String?

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, ministry: String?, title: String, yes: Int64, no: Int64, yesBar: Int64,
    ruleHash: String, crossedAt: Date, suspendedAt: Date, resumedAt: Date, dueAt: Date, state: TaskState? = nil,
    holder: String? = nil
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.ministry = ministry
    self.title = title
    self.yes = yes
    self.no = no
    self.yesBar = yesBar
    self.ruleHash = ruleHash
    self.crossedAt = crossedAt
    self.suspendedAt = suspendedAt
    self.resumedAt = resumedAt
    self.dueAt = dueAt
    self.state = state
    self.holder = holder
  }
}

/// Why a suspended case has ended; public.
public enum LapseCause: String, Codable, Sendable, CaseIterable {
  /// The vote closed without carrying.
  case voteClosed = "vote-closed"
  /// The Support Unit found that no vote can carry it any more.
  case ruled
}

/// The suspended case has ended, since its vote does not carry any more. Should the bar be crossed again all the same, it is
/// resumed.
public struct CaseLapsed: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.lapsed.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// The slug of the ministry that was in charge; absent while none was.
  public var ministry: String?
  /// Why.
  public var cause: LapseCause
  /// The same in words; there when the Support Unit ended it: plain text.
  public var explanation: String?
  /// Who ended it; absent when nobody did.
  public var actor: CitizenID?
  /// Names the crossing of the bar that was undone.
  public var crossedAt: Date
  /// When.
  public var lapsedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, ministry: String?, cause: LapseCause, explanation: String?,
    actor: CitizenID?, crossedAt: Date, lapsedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.ministry = ministry
    self.cause = cause
    self.explanation = explanation
    self.actor = actor
    self.crossedAt = crossedAt
    self.lapsedAt = lapsedAt
  }
}
