public import FoundationEssentials

/// What voting and its counter publish on `forum.votes`.
public enum VoteEvent: EventFamily {
  case scheduled(VoteScheduled)
  case opened(VoteOpened)
  case barCrossed(VoteBarCrossed)
  case closed(VoteClosed)

  public static let topic = Topics.votes
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(VoteScheduled.self, Self.scheduled),
    EventDecoder(VoteOpened.self, Self.opened),
    EventDecoder(VoteBarCrossed.self, Self.barCrossed),
    EventDecoder(VoteClosed.self, Self.closed),
  ]
}

/// A vote on a task is announced; its rule is fixed from now on.
public struct VoteScheduled: Event, Equatable {
  public typealias Family = VoteEvent
  public static let type = "kr.forum.vote.scheduled.v1"
  public var subject: UUID { proposal.uuid }

  public var proposal: ProposalID
  public var title: String
  public var category: Category
  public var rule: VoteRule
  /// SHA-256 of the rule's canonical JSON, 64 hexadecimal digits.
  public var ruleHash: String

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
  public typealias Family = VoteEvent
  public static let type = "kr.forum.vote.opened.v1"
  public var subject: UUID { proposal.uuid }

  public var proposal: ProposalID
  public var rule: VoteRule
  public var ruleHash: String
  public var openedAt: Date

  public init(proposal: ProposalID, rule: VoteRule, ruleHash: String, openedAt: Date) {
    self.proposal = proposal
    self.rule = rule
    self.ruleHash = ruleHash
    self.openedAt = openedAt
  }
}

/// The task has more yes votes than its bar: it goes to the Committee. Published once a vote.
public struct VoteBarCrossed: Event, Equatable {
  public typealias Family = VoteEvent
  public static let type = "kr.forum.vote.bar-crossed.v1"
  public var subject: UUID { proposal.uuid }

  public var proposal: ProposalID
  public var title: String
  public var category: Category
  public var yes: Int64
  public var no: Int64
  public var yesBar: Int64
  public var ruleHash: String
  public var crossedAt: Date

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
  public typealias Family = VoteEvent
  public static let type = "kr.forum.vote.closed.v1"
  public var subject: UUID { proposal.uuid }

  public var proposal: ProposalID
  public var yes: Int64
  public var no: Int64
  public var yesBar: Int64
  /// Whether the task goes to the Committee.
  public var carried: Bool
  public var ruleHash: String
  public var closedAt: Date

  public init(
    proposal: ProposalID, yes: Int64, no: Int64, yesBar: Int64, carried: Bool, ruleHash: String, closedAt: Date
  ) {
    self.proposal = proposal
    self.yes = yes
    self.no = no
    self.yesBar = yesBar
    self.carried = carried
    self.ruleHash = ruleHash
    self.closedAt = closedAt
  }
}

/// What the counter publishes on `forum.tallies`.
public enum TallyEvent: EventFamily {
  case counted(TallyCounted)

  public static let topic = Topics.tallies
  public static let decoders: [EventDecoder<Self>] = [EventDecoder(TallyCounted.self, Self.counted)]
}

/// The count of one vote so far. Keep the highest version; older ones may come late.
public struct TallyCounted: Event, Equatable {
  public typealias Family = TallyEvent
  public static let type = "kr.forum.tally.counted.v1"
  public var subject: UUID { proposal.uuid }

  public var proposal: ProposalID
  /// Grows with every change of the tally.
  public var version: Int64
  public var yes: Int64
  public var no: Int64
  /// For each partition of `forum.ballots`, the offset up to which (exclusive) ballots are in these numbers.
  public var countedUpTo: [Int64]
  public var countedAt: Date

  public init(proposal: ProposalID, version: Int64, yes: Int64, no: Int64, countedUpTo: [Int64], countedAt: Date) {
    self.proposal = proposal
    self.version = version
    self.yes = yes
    self.no = no
    self.countedUpTo = countedUpTo
    self.countedAt = countedAt
  }
}
