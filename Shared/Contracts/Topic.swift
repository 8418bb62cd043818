/// A Kafka topic as its one writer and its readers agreed on it.
public struct Topic: Sendable, Hashable {
  /// How old records leave the topic.
  public enum Cleanup: String, Sendable { case delete, compact }

  /// The name in Kafka.
  public let name: String
  /// What the record key is, for people.
  public let key: String
  /// Fixed for the life of the topic: the partition of a key must never change.
  public let partitions: Int32
  /// `delete`: by age, see `retentionDays`; `compact`: the last record of each key stays.
  public let cleanup: Cleanup
  /// Days that records are kept; nil: forever.
  public let retentionDays: Int?
  /// The one service that writes it.
  public let writer: String
  /// The services that read it.
  public let readers: [String]

  /// A topic of six partitions, kept forever, unless said otherwise.
  public init(
    _ name: String, key: String, partitions: Int32 = 6, cleanup: Cleanup = .delete, retentionDays: Int? = nil,
    writer: String, readers: [String]
  ) {
    self.name = name
    self.key = key
    self.partitions = partitions
    self.cleanup = cleanup
    self.retentionDays = retentionDays
    self.writer = writer
    self.readers = readers
  }

  /// Kafka's topic configuration for it.
  public var configuration: [String: String] {
    let retention = retentionDays.map { String(Int64($0) * 86_400_000) } ?? "-1"
    return [
      "cleanup.policy": cleanup.rawValue,
      "retention.ms": cleanup == .compact ? "-1" : retention,
      "retention.bytes": "-1",
      "max.message.bytes": "1048588",
    ]
  }
}

/// All topics: the single place where the services meet.
public enum Topics {
  /// Proposals that citizens handed in or took back.
  public static let proposals = Topic(
    "forum.proposals", key: "proposal", writer: "intake", readers: ["moderation", "referral", "notification", "portal"])
  /// What the Support Unit decided.
  public static let moderation = Topic(
    "forum.moderation", key: "proposal", writer: "moderation", readers: ["intake", "voting", "notification", "portal"])
  /// What everybody is told of the Forum as a whole, not of one proposal.
  public static let notices = Topic(
    "forum.notices", key: "notice", partitions: 1, writer: "moderation", readers: ["portal"])
  /// Every ballot and control record, kept forever: the count can be made again from it.
  public static let ballots = Topic(
    "forum.ballots", key: "pseudonym", partitions: 12, writer: "voting", readers: ["vote-counter"])
  /// Votes that were scheduled, opened, crossed their bar or closed. The counter writes to it by voting's outbox.
  public static let votes = Topic(
    "forum.votes", key: "proposal", writer: "voting",
    readers: ["intake", "moderation", "referral", "notification", "portal"])
  /// The count of each vote; the last record of each vote stays.
  public static let tallies = Topic(
    "forum.tallies", key: "proposal", cleanup: .compact, writer: "vote-counter", readers: ["portal"])
  /// Cases before the Committee and the ministries put in charge of them.
  public static let referrals = Topic(
    "forum.referrals", key: "case", retentionDays: 400, writer: "referral",
    readers: ["intake", "moderation", "notification", "portal"])

  /// What one ministry subscribes to: the referrals assigned to it.
  public static func referrals(to ministry: Ministry) -> Topic {
    Topic(
      "forum.referrals.\(ministry.slug)", key: "case", partitions: 3, retentionDays: 400, writer: "referral",
      readers: [theMinistry])
  }

  /// Stands for the one reader that is no service.
  public static let theMinistry = "the ministry"

  /// Every topic that there must be, those of the ministries included.
  public static let all: [Topic] =
    [proposals, moderation, notices, ballots, votes, tallies, referrals] + Ministry.all.map(referrals(to:))
}
