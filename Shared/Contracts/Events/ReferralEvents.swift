public import FoundationEssentials

/// What referral publishes on `forum.referrals`, and on a ministry's own topic when the case is assigned to it.
public enum ReferralEvent: EventFamily {
  case received(CaseReceived)
  case assigned(CaseAssigned)

  public static let topic = Topics.referrals
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(CaseReceived.self, Self.received),
    EventDecoder(CaseAssigned.self, Self.assigned),
  ]
}

/// The Committee has the task before it.
public struct CaseReceived: Event, Equatable {
  public typealias Family = ReferralEvent
  public static let type = "kr.forum.case.received.v1"
  public var subject: UUID { caseID.uuid }

  public var caseID: CaseID
  public var proposal: ProposalID
  public var title: String
  public var category: Category
  public var yes: Int64
  public var no: Int64
  public var yesBar: Int64
  public var ruleHash: String
  public var receivedAt: Date
  /// When the Committee owes its decision.
  public var dueAt: Date

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
  public typealias Family = ReferralEvent
  public static let type = "kr.forum.case.assigned.v1"
  public var subject: UUID { caseID.uuid }

  public var caseID: CaseID
  public var proposal: ProposalID
  /// The ministry's slug.
  public var ministry: String
  public var title: String
  public var summary: String
  public var body: String
  public var category: Category
  public var yes: Int64
  public var no: Int64
  public var yesBar: Int64
  public var ruleHash: String
  public var assignedAt: Date
  /// When the ministry owes its answer.
  public var dueAt: Date

  public init(
    caseID: CaseID, proposal: ProposalID, ministry: String, title: String, summary: String, body: String,
    category: Category, yes: Int64, no: Int64, yesBar: Int64, ruleHash: String, assignedAt: Date, dueAt: Date
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
  }
}
