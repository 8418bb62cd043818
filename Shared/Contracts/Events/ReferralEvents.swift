public import FoundationEssentials

/// What referral publishes on `forum.referrals`, and on a ministry's own topic what concerns a case that it is in charge of.
public enum ReferralEvent: EventFamily {
  case received(CaseReceived)
  case assigned(CaseAssigned)
  case suspended(CaseSuspended)
  case resumed(CaseResumed)

  /// `forum.referrals`; all from the assignment on is copied to the ministry's own topic.
  public static let topic = Topics.referrals
  /// How each type is read.
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(CaseReceived.self, Self.received),
    EventDecoder(CaseAssigned.self, Self.assigned),
    EventDecoder(CaseSuspended.self, Self.suspended),
    EventDecoder(CaseResumed.self, Self.resumed),
  ]

  /// The proposal that the event is about, also where the subject is a case.
  public var proposal: ProposalID {
    switch self {
    case .received(let event): event.proposal
    case .assigned(let event): event.proposal
    case .suspended(let event): event.proposal
    case .resumed(let event): event.proposal
    }
  }
}

/// The Committee has the task before it.
public struct CaseReceived: Event, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.received.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; a proposal has one at most.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// The subject that its author chose; it decides the ministry in charge.
  public var category: Category
  /// Yes votes counted when the bar was crossed; with a referral at close, the final number.
  public var yes: Int64
  /// No votes counted at the same moment.
  public var no: Int64
  /// The number of yes votes that had to be exceeded.
  public var yesBar: Int64
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// When the case came before the Committee; its period begins with the next day in Korea.
  public var receivedAt: Date
  /// When the Committee owes its decision.
  public var dueAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, category: Category, yes: Int64, no: Int64, yesBar: Int64,
    ruleHash: String, receivedAt: Date, dueAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.category = category
    self.yes = yes
    self.no = no
    self.yesBar = yesBar
    self.ruleHash = ruleHash
    self.receivedAt = receivedAt
    self.dueAt = dueAt
  }
}

/// A ministry is in charge of the case.
public struct CaseAssigned: Event, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.assigned.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// The ministry's slug.
  public var ministry: String
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// What the author asks for, in short: plain text, line breaks allowed.
  public var summary: String
  /// The whole proposal: plain text, line breaks allowed.
  public var body: String
  /// The subject that its author chose; it decided the ministry.
  public var category: Category
  /// Yes votes counted when the bar was crossed; with a referral at close, the final number.
  public var yes: Int64
  /// No votes counted at the same moment.
  public var no: Int64
  /// The number of yes votes that had to be exceeded.
  public var yesBar: Int64
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// When the ministry was put in charge; its period begins with the next day in Korea.
  public var assignedAt: Date
  /// When the ministry owes its answer.
  public var dueAt: Date
  /// Names the crossing of the bar by which the case is before the Committee. Absent in events from before a bar could be
  /// lost.
  public var crossedAt: Date?

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, ministry: String, title: String, summary: String, body: String,
    category: Category, yes: Int64, no: Int64, yesBar: Int64, ruleHash: String, assignedAt: Date, dueAt: Date,
    crossedAt: Date? = nil
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.ministry = ministry
    self.title = title
    self.summary = summary
    self.body = body
    self.category = category
    self.yes = yes
    self.no = no
    self.yesBar = yesBar
    self.ruleHash = ruleHash
    self.assignedAt = assignedAt
    self.dueAt = dueAt
    self.crossedAt = crossedAt
  }
}
