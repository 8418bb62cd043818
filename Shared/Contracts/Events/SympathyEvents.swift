public import FoundationEssentials

/// How many citizens support a proposal; told at most every few seconds, and only when the number has changed.
public struct SympathyCounted: Event, Equatable {
  /// One of the events of `ProposalEvent`.
  public typealias Family = ProposalEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.sympathy-counted.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The proposal that is supported.
  public var proposal: ProposalID
  /// Citizens who support it now; each counts once.
  public var sympathies: Int64
  /// When they were counted.
  public var countedAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, sympathies: Int64, countedAt: Date) {
    self.proposal = proposal
    self.sympathies = sympathies
    self.countedAt = countedAt
  }
}
