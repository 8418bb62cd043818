public import FoundationEssentials

/// The hourly look at an open vote saw something that somebody should look into. It changes nothing: the ballots count.
///
/// Published once a vote, kind and hour. Where ballots come from is for the Support Unit alone.
public struct VoteTrendAlarm: Event, Equatable {
  /// One of the events of `VoteEvent`.
  public typealias Family = VoteEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.vote.trend-alarm.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// What is out of the ordinary.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// More than 30 % of all ballots of a vote that has been open for long came within the hour.
    case lastHourShare = "last-hour-share"
    /// More than 30 % of the hour's ballots came from one network (IPv4 /16 or IPv6 /48).
    case oneSiteShare = "one-site-share"
  }

  /// The task that is voted on.
  public var proposal: ProposalID
  /// What is out of the ordinary.
  public var kind: Kind
  /// The share: a number between 0.3 and 1, of three digits.
  public var share: Double
  /// Ballots that were received within the hour, each voter's repetitions too; absent while the vote's rule hides its
  /// totals.
  public var ballots: Int64?
  /// The beginning of the hour.
  public var hour: Date
  /// When the look was taken.
  public var observedAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, kind: Kind, share: Double, ballots: Int64?, hour: Date, observedAt: Date) {
    self.proposal = proposal
    self.kind = kind
    self.share = share
    self.ballots = ballots
    self.hour = hour
    self.observedAt = observedAt
  }
}
