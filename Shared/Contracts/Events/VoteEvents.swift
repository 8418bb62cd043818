public import FoundationEssentials

/// What voting and its counter publish on `forum.votes`.
public enum VoteEvent: EventFamily {
  case scheduled(VoteScheduled)
  case opened(VoteOpened)
  case paused(VotePaused)
  case resumed(VoteResumed)
  case extended(VoteExtended)
  case trendAlarm(VoteTrendAlarm)
  case barCrossed(VoteBarCrossed)
  case ballotsRuled(BallotsRuled)
  case barLost(VoteBarLost)
  case closed(VoteClosed)
  case resultAmended(VoteResultAmended)

  /// `forum.votes`.
  public static let topic = Topics.votes
  /// How each type is read.
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(VoteScheduled.self, Self.scheduled),
    EventDecoder(VoteOpened.self, Self.opened),
    EventDecoder(VotePaused.self, Self.paused),
    EventDecoder(VoteResumed.self, Self.resumed),
    EventDecoder(VoteExtended.self, Self.extended),
    EventDecoder(VoteTrendAlarm.self, Self.trendAlarm),
    EventDecoder(VoteBarCrossed.self, Self.barCrossed),
    EventDecoder(BallotsRuled.self, Self.ballotsRuled),
    EventDecoder(VoteBarLost.self, Self.barLost),
    EventDecoder(VoteClosed.self, Self.closed),
    EventDecoder(VoteResultAmended.self, Self.resultAmended),
  ]

  /// The proposal that the event is about.
  public var proposal: ProposalID {
    switch self {
    case .scheduled(let event): event.proposal
    case .opened(let event): event.proposal
    case .paused(let event): event.proposal
    case .resumed(let event): event.proposal
    case .extended(let event): event.proposal
    case .trendAlarm(let event): event.proposal
    case .barCrossed(let event): event.proposal
    case .ballotsRuled(let event): event.proposal
    case .barLost(let event): event.proposal
    case .closed(let event): event.proposal
    case .resultAmended(let event): event.proposal
    }
  }
}

/// A vote on a task is announced; its rule is fixed from now on.
public struct VoteScheduled: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.scheduled.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that is voted on.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// The subject that its author chose; it decides the ministry in charge.
  public var category: Category
  /// What decides the vote; never changed from now on.
  public var rule: VoteRule
  /// SHA-256 of the rule's canonical JSON, 64 hexadecimal digits.
  public var ruleHash: String

  /// An event of these members.
  public init(proposal: ProposalID, title: String, category: Category, rule: VoteRule, ruleHash: String) {
    self.proposal = proposal
    self.title = title
    self.category = category
    self.rule = rule
    self.ruleHash = ruleHash
  }
}

/// Ballots are taken from now on.
public struct VoteOpened: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.opened.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that is voted on.
  public var proposal: ProposalID
  /// What decides the vote; the same as in `VoteScheduled`.
  public var rule: VoteRule
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// When the vote was opened, by voting's clock: at the rule's `opensAt` or shortly after.
  public var openedAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, rule: VoteRule, ruleHash: String, openedAt: Date) {
    self.proposal = proposal
    self.rule = rule
    self.ruleHash = ruleHash
    self.openedAt = openedAt
  }
}

/// The task has more yes votes than its bar: it goes to the Committee. Published once a vote,
/// and again whenever a bar that was lost is crossed again: with a later `crossedAt` than before, for that names the crossing.
public struct VoteBarCrossed: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.bar-crossed.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that goes to the Committee.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// The subject that its author chose; it decides the ministry in charge.
  public var category: Category
  /// Yes votes counted when the bar was crossed; with a referral at close, the final number. More than `yesBar`.
  public var yes: Int64
  /// No votes counted at the same moment.
  public var no: Int64
  /// The number of yes votes that had to be exceeded.
  public var yesBar: Int64
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// When the count crossed the bar; with a referral at close, when the vote was closed.
  public var crossedAt: Date

  /// An event of these members.
  public init(
    proposal: ProposalID, title: String, category: Category, yes: Int64, no: Int64, yesBar: Int64, ruleHash: String,
    crossedAt: Date
  ) {
    self.proposal = proposal
    self.title = title
    self.category = category
    self.yes = yes
    self.no = no
    self.yesBar = yesBar
    self.ruleHash = ruleHash
    self.crossedAt = crossedAt
  }
}

/// The vote is over in every partition; the numbers are final.
public struct VoteClosed: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.closed.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that was voted on.
  public var proposal: ProposalID
  /// Yes votes, final.
  public var yes: Int64
  /// No votes, final.
  public var no: Int64
  /// The number of yes votes that had to be exceeded.
  public var yesBar: Int64
  /// Whether the task goes to the Committee.
  public var carried: Bool
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// When the count reached the closing in the last partition: after the rule's `closesAt`, or the later one of a change.
  public var closedAt: Date
  /// What the vote lacked of its rule; empty if it carried. Absent in events from before a rule had more than a bar.
  public var shortfalls: [VoteRule.Shortfall]?
  /// SHA-256 of the document at `/v1/proposals/{id}/vote/result`, 64 lower-case hexadecimal digits. Absent in events
  /// from before there was one.
  public var resultHash: String?

  /// An event of these members.
  public init(
    proposal: ProposalID, yes: Int64, no: Int64, yesBar: Int64, carried: Bool, ruleHash: String, closedAt: Date,
    shortfalls: [VoteRule.Shortfall]? = nil, resultHash: String? = nil
  ) {
    self.proposal = proposal
    self.yes = yes
    self.no = no
    self.yesBar = yesBar
    self.carried = carried
    self.ruleHash = ruleHash
    self.closedAt = closedAt
    self.shortfalls = shortfalls
    self.resultHash = resultHash
  }
}

/// What the counter publishes on `forum.tallies`.
public enum TallyEvent: EventFamily {
  case counted(TallyCounted)

  /// `forum.tallies`.
  public static let topic = Topics.tallies
  /// How each type is read.
  public static let decoders: [EventDecoder<Self>] = [EventDecoder(TallyCounted.self, Self.counted)]

  /// The proposal that the event is about.
  public var proposal: ProposalID {
    switch self {
    case .counted(let event): event.proposal
    }
  }
}

/// The count of one vote so far. Keep the highest version; older ones may come late.
public struct TallyCounted: Event, Equatable {
  /// One of the events of `TallyEvent`.
  public typealias Family = TallyEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.tally.counted.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that is voted on.
  public var proposal: ProposalID
  /// Grows with every change of the tally.
  public var version: Int64
  /// Yes votes counted so far, each citizen's first ballot only.
  public var yes: Int64
  /// No votes counted so far, each citizen's first ballot only.
  public var no: Int64
  /// Ballots that were taken out of the count, or never let into it; nil: none.
  public var void: Int64?
  /// Ballots in quarantine, which count neither way until they are released; nil: none.
  public var quarantined: Int64?
  /// For each partition of `forum.ballots`, the offset up to which (exclusive) ballots are in these numbers.
  public var countedUpTo: [Int64]
  /// When the last change was counted.
  public var countedAt: Date

  /// An event of these members.
  public init(
    proposal: ProposalID, version: Int64, yes: Int64, no: Int64, void: Int64 = 0, quarantined: Int64 = 0,
    countedUpTo: [Int64], countedAt: Date
  ) {
    self.proposal = proposal
    self.version = version
    self.yes = yes
    self.no = no
    self.void = void == 0 ? nil : void
    self.quarantined = quarantined == 0 ? nil : quarantined
    self.countedUpTo = countedUpTo
    self.countedAt = countedAt
  }
}
