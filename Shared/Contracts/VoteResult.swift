import Crypto
public import FoundationEssentials

/// All that decided a vote, in one document: written once when the vote closes, served as the same bytes for ever, and
/// hashed, so that anybody can hold it against the rule, the log and the event `VoteClosed`.
public struct VoteResult: Codable, Sendable, Equatable {
  /// A change of the schedule.
  public struct Change: Codable, Sendable, Equatable {
    /// `pause`, `resumption` or `extension`.
    public var kind: String
    /// Why, as it was published.
    public var reason: String
    /// From when on it held.
    public var at: Date
    /// When the vote closed from then on.
    public var closesAt: Date

    /// A change of these members.
    public init(kind: String, reason: String, at: Date, closesAt: Date) {
      self.kind = kind
      self.reason = reason
      self.at = at
      self.closesAt = closesAt
    }
  }

  /// Where the vote's ballots are in one partition of `forum.ballots`.
  public struct Partition: Codable, Sendable, Equatable {
    /// Number of the partition.
    public var partition: Int32
    /// Offset of the opening record: ballots before it do not count.
    public var openedAt: Int64
    /// Offset of the closing record: ballots behind it do not count.
    public var closedAt: Int64

    /// A partition of these members.
    public init(partition: Int32, openedAt: Int64, closedAt: Int64) {
      self.partition = partition
      self.openedAt = openedAt
      self.closedAt = closedAt
    }
  }

  /// Ballots were voided or released after the vote had closed.
  public struct Amendment: Codable, Sendable, Equatable {
    /// SHA-256 of the result before, 64 lower-case hexadecimal digits; nil where none was written down.
    public var of: String?
    /// When the count had taken the ruling over the ballots.
    public var at: Date

    /// An amendment of these members.
    public init(of: String?, at: Date) {
      self.of = of
      self.at = at
    }
  }

  /// The task that was voted on.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// What decided the vote.
  public var rule: VoteRule
  /// SHA-256 of the rule's canonical JSON, 64 lower-case hexadecimal digits.
  public var ruleHash: String
  /// Yes votes.
  public var yes: Int64
  /// No votes.
  public var no: Int64
  /// Ballots that were taken out of the count, or never let into it.
  public var void: Int64
  /// Ballots that were in quarantine still, and count neither way; nil: none.
  public var quarantined: Int64?
  /// Ballots that count: yes and no together.
  public var turnout: Int64
  /// Whether the task goes to the Committee.
  public var carried: Bool
  /// What the vote lacked of its rule; empty if it carried.
  public var shortfalls: [VoteRule.Shortfall]
  /// When ballots were first taken.
  public var openedAt: Date?
  /// When the last ballots were taken: by the rule, or by the changes of the schedule.
  public var closesAt: Date
  /// When the count was complete.
  public var closedAt: Date
  /// When the count met the rule; with a referral at close, the same as `closedAt`.
  public var crossedAt: Date?
  /// Pauses, resumptions and extensions, in their order.
  public var changes: [Change]
  /// What of the log was counted, by partition.
  public var counted: [Partition]
  /// Why there is another result of the same vote before this one; nil: there is none.
  public var amendment: Amendment?

  /// The result of a vote by its rule and its numbers.
  public init(
    proposal: ProposalID, title: String, rule: VoteRule, ruleHash: String, yes: Int64, no: Int64, void: Int64 = 0,
    quarantined: Int64 = 0, openedAt: Date?, closesAt: Date, closedAt: Date, crossedAt: Date?, changes: [Change],
    counted: [Partition]
  ) {
    self.proposal = proposal
    self.title = title
    self.rule = rule
    self.ruleHash = ruleHash
    self.yes = yes
    self.no = no
    self.void = void
    self.quarantined = quarantined == 0 ? nil : quarantined
    turnout = yes + no
    shortfalls = rule.shortfalls(yes: yes, no: no)
    carried = shortfalls.isEmpty
    self.openedAt = openedAt
    self.closesAt = closesAt
    self.closedAt = closedAt
    self.crossedAt = crossedAt
    self.changes = changes
    self.counted = counted
  }

  /// Whether the same ballots count in both.
  public func hasSameNumbers(as other: VoteResult) -> Bool {
    yes == other.yes && no == other.no && void == other.void && quarantined == other.quarantined
  }

  /// The document: keys sorted, no white space. Its hash is that of these bytes.
  public func canonicalJSON() throws -> [UInt8] { try JSON.encode(self) }
}
