public import FoundationEssentials

/// No ballots are taken from a moment on, until the vote is resumed. What was accepted before counts.
public struct VotePaused: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.paused.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that is voted on.
  public var proposal: ProposalID
  /// Why, public: plain text, at most 1000 characters.
  public var reason: String
  /// Ballots accepted at this moment or later do not count, until the vote is resumed.
  public var pausedAt: Date
  /// When the vote would have closed; it will by as much later as the pause lasts.
  public var closesAt: Date
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// Who ordered it; absent in events from before it was told.
  public var orderedBy: CitizenID?

  /// An event of these members.
  public init(
    proposal: ProposalID, reason: String, pausedAt: Date, closesAt: Date, ruleHash: String, orderedBy: CitizenID? = nil
  ) {
    self.proposal = proposal
    self.reason = reason
    self.pausedAt = pausedAt
    self.closesAt = closesAt
    self.ruleHash = ruleHash
    self.orderedBy = orderedBy
  }
}

/// Ballots are taken again.
public struct VoteResumed: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.resumed.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that is voted on.
  public var proposal: ProposalID
  /// Why, public: plain text, at most 1000 characters.
  public var reason: String
  /// Ballots accepted at this moment or later count again.
  public var resumedAt: Date
  /// When the vote closes now: later than before by the paused time.
  public var closesAt: Date
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// Who ordered it; absent in events from before it was told.
  public var orderedBy: CitizenID?

  /// An event of these members.
  public init(
    proposal: ProposalID, reason: String, resumedAt: Date, closesAt: Date, ruleHash: String, orderedBy: CitizenID? = nil
  ) {
    self.proposal = proposal
    self.reason = reason
    self.resumedAt = resumedAt
    self.closesAt = closesAt
    self.ruleHash = ruleHash
    self.orderedBy = orderedBy
  }
}

/// The vote closes later than its rule says. The rule and its hash stay what they are.
public struct VoteExtended: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.extended.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that is voted on.
  public var proposal: ProposalID
  /// Why, public: plain text, at most 1000 characters.
  public var reason: String
  /// When the Support Unit decided.
  public var extendedAt: Date
  /// When the vote closes now.
  public var closesAt: Date
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// Who ordered it; absent in events from before it was told.
  public var orderedBy: CitizenID?

  /// An event of these members.
  public init(
    proposal: ProposalID, reason: String, extendedAt: Date, closesAt: Date, ruleHash: String,
    orderedBy: CitizenID? = nil
  ) {
    self.proposal = proposal
    self.reason = reason
    self.extendedAt = extendedAt
    self.closesAt = closesAt
    self.ruleHash = ruleHash
    self.orderedBy = orderedBy
  }
}
