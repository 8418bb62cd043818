/// A Kafka topic as its one writer and its readers agreed on it.
public struct Topic: Sendable, Hashable {
  /// How old records leave the topic.
  public enum Cleanup: String, Sendable { case delete, compact }

  public let name: String
  /// What the record key is, for people.
  public let key: String
  /// Fixed for the life of the topic: the partition of a key must never change.
  public let partitions: Int32
  public let cleanup: Cleanup
  /// Days that records are kept; nil: forever.
  public let retentionDays: Int?
  /// The one service that writes it.
  public let writer: String
  /// The services that read it.
  public let readers: [String]

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
  public static let proposals = Topic(
    "forum.proposals", key: "proposal", writer: "intake", readers: ["moderation", "referral", "notification", "portal"])
  public static let moderation = Topic(
    "forum.moderation", key: "proposal", writer: "moderation", readers: ["intake", "voting", "notification", "portal"])
  public static let ballots = Topic(
    "forum.ballots", key: "pseudonym", partitions: 12, writer: "voting", readers: ["vote-counter"])
  public static let votes = Topic(
    "forum.votes", key: "proposal", writer: "voting",
    readers: ["intake", "referral", "notification", "portal"])
  public static let tallies = Topic(
    "forum.tallies", key: "proposal", cleanup: .compact, writer: "vote-counter", readers: ["portal"])
  public static let referrals = Topic(
    "forum.referrals", key: "case", retentionDays: 400, writer: "referral",
    readers: ["intake", "notification", "portal"])

  /// What one ministry subscribes to: the referrals assigned to it.
  public static func referrals(to ministry: Ministry) -> Topic {
    Topic(
      "forum.referrals.\(ministry.slug)", key: "case", partitions: 3, retentionDays: 400, writer: "referral",
      readers: ["the ministry"])
  }

  public static let all: [Topic] =
    [proposals, moderation, ballots, votes, tallies, referrals] + Ministry.all.map(referrals(to:))
}
