public import FoundationEssentials

/// What a ruling does with the ballots that it names.
public enum RulingKind: String, Codable, Sendable, CaseIterable {
  /// They are taken out of the count; they stay in the log.
  case void
  /// They were held back, and count from now on.
  case release
}

/// Why ballots are voided or released; public.
public enum RulingCode: String, Codable, Sendable, CaseIterable {
  /// Who cast them is not of the electorate.
  case noRightToVote = "no-right-to-vote"
  /// A program cast them.
  case automated
  /// One person cast them under several names.
  case sameHand = "same-hand"
  /// Somebody cast them under another person's name.
  case identityStolen = "identity-stolen"
  /// They were looked into, and nothing was found against them.
  case examined

  /// The one kind of ruling that it is a reason for.
  public var kind: RulingKind {
    switch self {
    case .noRightToVote, .automated, .sameHand, .identityStolen: .void
    case .examined: .release
    }
  }
}

/// A second person has confirmed that ballots are voided, or released after they were held back. The ballots are not
/// named: that is for the log and the public ledger of rulings.
public struct BallotsRuled: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.ballots-ruled.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that is voted on, or was.
  public var proposal: ProposalID
  /// The ruling; a vote may have many.
  public var ruling: RulingID
  /// What becomes of the ballots.
  public var kind: RulingKind
  /// Why, by a code of that kind.
  public var code: RulingCode
  /// Why, public: plain text, at most 1000 characters.
  public var reason: String
  /// Yes votes among the ballots; nil while the rule hides the vote's totals.
  public var yes: Int64?
  /// No votes among the ballots; nil while the rule hides the vote's totals.
  public var no: Int64?
  /// Who proposed it: a member of the staff.
  public var proposedBy: CitizenID
  /// Who confirmed it: another one.
  public var confirmedBy: CitizenID
  /// When it was confirmed; it is in the count shortly after.
  public var confirmedAt: Date
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String

  /// An event of these members.
  public init(
    proposal: ProposalID, ruling: RulingID, kind: RulingKind, code: RulingCode, reason: String, yes: Int64?, no: Int64?,
    proposedBy: CitizenID, confirmedBy: CitizenID, confirmedAt: Date, ruleHash: String
  ) {
    self.proposal = proposal
    self.ruling = ruling
    self.kind = kind
    self.code = code
    self.reason = reason
    self.yes = yes
    self.no = no
    self.proposedBy = proposedBy
    self.confirmedBy = confirmedBy
    self.confirmedAt = confirmedAt
    self.ruleHash = ruleHash
  }
}

/// After ballots were voided the vote does not carry any more: its task does not belong before the Committee, until the
/// bar is crossed again. It undoes one `VoteBarCrossed`.
public struct VoteBarLost: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.bar-lost.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that had gone to the Committee.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// Yes votes that are left.
  public var yes: Int64
  /// No votes that are left.
  public var no: Int64
  /// The number of yes votes that has to be exceeded.
  public var yesBar: Int64
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// Names the crossing that is undone: the `crossedAt` of its `VoteBarCrossed`.
  public var crossedAt: Date
  /// When the count lost the bar.
  public var lostAt: Date

  /// An event of these members.
  public init(
    proposal: ProposalID, title: String, yes: Int64, no: Int64, yesBar: Int64, ruleHash: String, crossedAt: Date,
    lostAt: Date
  ) {
    self.proposal = proposal
    self.title = title
    self.yes = yes
    self.no = no
    self.yesBar = yesBar
    self.ruleHash = ruleHash
    self.crossedAt = crossedAt
    self.lostAt = lostAt
  }
}

/// The result of a vote that had closed is another one, since ballots were voided or released later. Whether its task
/// goes to the Committee is told by `VoteBarCrossed` and `VoteBarLost` beside it.
public struct VoteResultAmended: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.result-amended.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The task that was voted on.
  public var proposal: ProposalID
  /// Yes votes from now on.
  public var yes: Int64
  /// No votes from now on.
  public var no: Int64
  /// The number of yes votes that had to be exceeded.
  public var yesBar: Int64
  /// Whether the vote carries by these numbers.
  public var carried: Bool
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits; that of `VoteScheduled`.
  public var ruleHash: String
  /// What the vote lacks of its rule; empty if it carries.
  public var shortfalls: [VoteRule.Shortfall]
  /// SHA-256 of the document now at `/v1/proposals/{id}/vote/result`, 64 lower-case hexadecimal digits.
  public var resultHash: String
  /// That of the document before; nil for a vote that closed before there was one.
  public var formerResultHash: String?
  /// When the count reached the last of the ballots concerned.
  public var amendedAt: Date

  /// An event of these members.
  public init(
    proposal: ProposalID, yes: Int64, no: Int64, yesBar: Int64, carried: Bool, ruleHash: String,
    shortfalls: [VoteRule.Shortfall], resultHash: String, formerResultHash: String?, amendedAt: Date
  ) {
    self.proposal = proposal
    self.yes = yes
    self.no = no
    self.yesBar = yesBar
    self.carried = carried
    self.ruleHash = ruleHash
    self.shortfalls = shortfalls
    self.resultHash = resultHash
    self.formerResultHash = formerResultHash
    self.amendedAt = amendedAt
  }
}
