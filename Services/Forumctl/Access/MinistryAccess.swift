import Contracts
import Kafka

/// A ministry's way into Kafka: one user, one topic, consumer groups under one prefix, and a quota.
struct MinistryAccess: Sendable {
  let ministry: Ministry

  /// The SCRAM iterations of a new password: 8,192, which is twice the default and costs a log-in some milliseconds. One more
  /// than that if the password before has as many: nothing else that a broker says of a user tells the new from the old.
  static func iterations(after known: Int32?) -> Int32 { known == 8_192 ? 8_193 : 8_192 }

  /// The name of the log-in.
  var user: String { "ministry-\(ministry.slug)" }
  var principal: String { "User:\(user)" }
  var topic: Topic { Topics.referrals(to: ministry) }

  /// The dot ends the name: without it the groups of `mof` would be those of `mofa`, too.
  var groupPrefix: String { "\(user)." }

  /// The topic by its whole name, for the same reason.
  var rules: [AccessRule] {
    [
      AccessRule(principal, may: .read, .topic(topic.name)),
      AccessRule(principal, may: .describe, .topic(topic.name)),
      AccessRule(principal, may: .read, .groups(prefix: groupPrefix)),
      AccessRule(principal, may: .describe, .groups(prefix: groupPrefix)),
    ]
  }
}

/// How much of each broker a ministry's clients may take together. A client that takes more is slowed down, not refused.
struct MinistryQuota: Equatable, Sendable {
  /// Kafka's names.
  static let (bytes, requests) = ("consumer_byte_rate", "request_percentage")

  /// Bytes a second that are sent to it.
  let bytesPerSecond: Double
  /// Percent of one thread of the broker.
  let requestPercentage: Double

  /// What is asked for; else what the ministry has, for it may have been agreed; else the default.
  init(bytesPerSecond: Int?, requestPercentage: Int?, found: [String: Double]) {
    self.bytesPerSecond = bytesPerSecond.map { Double($0) } ?? found[Self.bytes] ?? 2_097_152
    self.requestPercentage = requestPercentage.map { Double($0) } ?? found[Self.requests] ?? 25
  }

  /// By Kafka's names.
  var values: [String: Double] { [Self.bytes: bytesPerSecond, Self.requests: requestPercentage] }

  var text: String {
    "\(Self.shown(bytesPerSecond)) bytes a second, \(Self.shown(requestPercentage)) % of a thread, on each broker"
  }

  /// Whole numbers as such. Others may have been set by other tools.
  static func shown(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
}
