public import FoundationEssentials

/// One event of a case.
public protocol CaseEvent: Event where Family == ReferralEvent {
  /// The case; the same in all of its events.
  var caseID: CaseID { get }
  /// The task that the case is about.
  var proposal: ProposalID { get }
  /// Title of the proposal: plain text, one line.
  var title: String { get }
}

/// What referral publishes on `forum.referrals`, and on a ministry's own topic what concerns a case that it is in charge of.
public enum ReferralEvent: EventFamily {
  // Before the Committee.
  case received(CaseReceived)
  case membersAssigned(CaseMembersAssigned)
  case scheduled(CaseScheduled)
  case deliberated(CaseDeliberated)
  case decided(CaseDecided)
  case supplemented(CaseSupplemented)
  // Before the strategy meeting.
  case submitted(CaseSubmitted)
  case placedOnAgenda(CasePlacedOnAgenda)
  case concluded(CaseConcluded)
  // With a ministry.
  case assigned(CaseAssigned)
  case accepted(CaseAccepted)
  case transferred(CaseTransferred)
  case answered(CaseAnswered)
  case planned(CasePlanned)
  case progressed(CaseProgressed)
  case delayed(CaseDelayed)
  case completed(CaseCompleted)
  case discontinued(CaseDiscontinued)
  // Of the vote that brought it.
  case suspended(CaseSuspended)
  case resumed(CaseResumed)
  case lapsed(CaseLapsed)
  // Of the period of whoever has it.
  case reminded(CaseReminded)
  case overdue(CaseOverdue)
  case escalated(CaseEscalated)
  case extended(CaseExtended)
  // Of what people think of its results.
  case ratingsCounted(CaseRatingsCounted)
  case textModerated(CaseTextModerated)

  /// `forum.referrals`; all from the assignment on is copied to the ministry's own topic.
  public static let topic = Topics.referrals
  /// How each type is read.
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(CaseReceived.self, Self.received),
    EventDecoder(CaseMembersAssigned.self, Self.membersAssigned),
    EventDecoder(CaseScheduled.self, Self.scheduled),
    EventDecoder(CaseDeliberated.self, Self.deliberated),
    EventDecoder(CaseDecided.self, Self.decided),
    EventDecoder(CaseSupplemented.self, Self.supplemented),
    EventDecoder(CaseSubmitted.self, Self.submitted),
    EventDecoder(CasePlacedOnAgenda.self, Self.placedOnAgenda),
    EventDecoder(CaseConcluded.self, Self.concluded),
    EventDecoder(CaseAssigned.self, Self.assigned),
    EventDecoder(CaseAccepted.self, Self.accepted),
    EventDecoder(CaseTransferred.self, Self.transferred),
    EventDecoder(CaseAnswered.self, Self.answered),
    EventDecoder(CasePlanned.self, Self.planned),
    EventDecoder(CaseProgressed.self, Self.progressed),
    EventDecoder(CaseDelayed.self, Self.delayed),
    EventDecoder(CaseCompleted.self, Self.completed),
    EventDecoder(CaseDiscontinued.self, Self.discontinued),
    EventDecoder(CaseSuspended.self, Self.suspended),
    EventDecoder(CaseResumed.self, Self.resumed),
    EventDecoder(CaseLapsed.self, Self.lapsed),
    EventDecoder(CaseReminded.self, Self.reminded),
    EventDecoder(CaseOverdue.self, Self.overdue),
    EventDecoder(CaseEscalated.self, Self.escalated),
    EventDecoder(CaseExtended.self, Self.extended),
    EventDecoder(CaseRatingsCounted.self, Self.ratingsCounted),
    EventDecoder(CaseTextModerated.self, Self.textModerated),
  ]

  /// The event as one of a case, whatever it tells.
  public var payload: any CaseEvent {
    switch self {
    case .received(let event): event
    case .membersAssigned(let event): event
    case .scheduled(let event): event
    case .deliberated(let event): event
    case .decided(let event): event
    case .supplemented(let event): event
    case .submitted(let event): event
    case .placedOnAgenda(let event): event
    case .concluded(let event): event
    case .assigned(let event): event
    case .accepted(let event): event
    case .transferred(let event): event
    case .answered(let event): event
    case .planned(let event): event
    case .progressed(let event): event
    case .delayed(let event): event
    case .completed(let event): event
    case .discontinued(let event): event
    case .suspended(let event): event
    case .resumed(let event): event
    case .lapsed(let event): event
    case .reminded(let event): event
    case .overdue(let event): event
    case .escalated(let event): event
    case .extended(let event): event
    case .ratingsCounted(let event): event
    case .textModerated(let event): event
    }
  }

  /// The proposal that the event is about; the subject is a case.
  public var proposal: ProposalID { payload.proposal }
}

/// What brings a case to the Committee.
public enum CaseOrigin: String, Codable, Sendable, CaseIterable {
  /// Its vote went over its bar.
  case bar
  /// It was among the first of a month, where that rule is on.
  case month
  /// A meeting off line left it outstanding.
  case event
}

/// The Committee has the task before it.
public struct CaseReceived: CaseEvent, Equatable {
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
  /// Yes votes counted when the bar was crossed; with a referral at close, or without a bar, the final number.
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
  /// Names the crossing of the bar that brought it. Absent where no bar did, and in events from before it was told.
  public var crossedAt: Date?
  /// What brought it. Absent in events from before it was told: the bar.
  public var origin: CaseOrigin?
  /// The off-line event that left it outstanding; absent when something else brought it.
  public var event: OfflineEvent?
  /// Why the Support Unit refers it from that event: plain text, line breaks allowed; absent when something else brought it.
  public var reasons: String?
  /// Who refers it; absent when nobody did, but a bar or the rule of the month.
  public var actor: CitizenID?

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, category: Category, yes: Int64, no: Int64, yesBar: Int64,
    ruleHash: String, receivedAt: Date, dueAt: Date, crossedAt: Date? = nil, origin: CaseOrigin? = nil,
    event: OfflineEvent? = nil, reasons: String? = nil, actor: CitizenID? = nil
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
    self.crossedAt = crossedAt
    self.origin = origin
    self.event = event
    self.reasons = reasons
    self.actor = actor
  }
}

/// A ministry is in charge of the case.
public struct CaseAssigned: CaseEvent, Equatable {
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
  /// Names the crossing of the bar by which the case is before the Committee. Absent where no bar brought it, and in events
  /// from before a bar could be lost.
  public var crossedAt: Date?
  /// What the Committee wants otherwise than proposed: plain text; absent when nothing.
  public var changes: String?
  /// The conditions of the strategy meeting: plain text; absent when there are none.
  public var conditions: String?
  /// The slug of the ministry that handed the case over; absent when it is the first one.
  public var transferredFrom: String?
  /// Who named the ministry; absent when the table of categories did.
  public var actor: CitizenID?
  /// Why this one, where somebody named it: plain text.
  public var reason: String?

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, ministry: String, title: String, summary: String, body: String,
    category: Category, yes: Int64, no: Int64, yesBar: Int64, ruleHash: String, assignedAt: Date, dueAt: Date,
    crossedAt: Date? = nil, changes: String? = nil, conditions: String? = nil, transferredFrom: String? = nil,
    actor: CitizenID? = nil, reason: String? = nil
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
    self.changes = changes
    self.conditions = conditions
    self.transferredFrom = transferredFrom
    self.actor = actor
    self.reason = reason
  }
}
