import FoundationEssentials
import Glibc
import HTTPClient
import Kafka
import Postgres

/// Why the consumer cannot go on; the text is for the operator.
struct Refusal: Error, CustomStringConvertible {
  let description: String
}

/// Reads a ministry's topic into an inbox, and does from there what is to be done.
struct MinistryConsumer {
  private let topic: String
  private let group: String
  private let kafka: KafkaConfiguration
  private let inbox: Inbox
  private let snapshot: Snapshot

  init(environment: [String: String]) throws {
    func setting(_ name: String) throws -> String {
      guard let value = environment[name] else { throw Refusal(description: "\(name) is not set") }
      return value
    }
    let ministry = try setting("FORUM_MINISTRY")
    topic = "forum.referrals.\(ministry)"
    group = "ministry-\(ministry).inbox"
    var properties: [String: String] = [:]
    if let file = environment["FORUM_PASSWORD_FILE"] {
      let password = String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self).filter { $0 != "\n" }
      properties = [
        "security.protocol": "SASL_SSL", "sasl.mechanisms": "SCRAM-SHA-512", "sasl.username": "ministry-\(ministry)",
        "sasl.password": password, "ssl.ca.location": try setting("FORUM_CA_FILE"),
      ]
    }
    kafka = KafkaConfiguration(
      bootstrapServers: try setting("FORUM_KAFKA"), clientID: "ministry-\(ministry)", properties: properties)
    snapshot = Snapshot(forum: try setting("FORUM_URL"), ministry: ministry)
    inbox = Inbox(
      Database(
        PostgresConfiguration(
          host: try setting("INBOX_HOST"), port: UInt16(environment["INBOX_PORT"] ?? "5432") ?? 5432,
          database: try setting("INBOX_DATABASE"), user: try setting("INBOX_USER"),
          password: environment["INBOX_PASSWORD"] ?? "", applicationName: "ministry-consumer"),
        maximumConnections: 2))
  }

  func run() async throws {
    try await inbox.makeTables()
    // What was taken and not done is older than any snapshot.
    try await inbox.work()
    let positions = try await whereToBegin()
    let consumer = try Consumer(kafka, group: group)
    try await consumer.assign(positions)
    print("reading \(topic)")
    fflush(nil)
    while true {
      switch try await consumer.next(maximum: 500, wait: 1_000) {
      case .records(let records):
        let next = try await inbox.take(records)
        try await consumer.commit(next)
        try await inbox.work()
      case .failed(let error, _) where !error.isRetriable: throw error
      case .idle, .failed, .assigned, .revoked: continue
      }
    }
  }

  /// Where the inbox stopped. At the first start, and after so long an absence that the topic does not reach back to it, the
  /// ends of the topic are looked up first and the cases read then: what happens in between is in both.
  private func whereToBegin() async throws -> [TopicPartition: Int64] {
    let (low, high) = try await bounds()
    let kept = try await inbox.positions()
    if !kept.isEmpty && low.allSatisfy({ kept[$0.key, default: -1] >= $0.value }) { return kept }
    try await inbox.begin(at: high, with: try await snapshot.cases())
    return high
  }

  private func bounds() async throws -> (low: [TopicPartition: Int64], high: [TopicPartition: Int64]) {
    let admin = try Admin(kafka)
    var (low, high): ([TopicPartition: Int64], [TopicPartition: Int64]) = ([:], [:])
    guard let partitions = try await admin.topics()[topic] else {
      throw Refusal(description: "\(topic) is not there, or this user may not see it")
    }
    for number in 0..<partitions {
      let place = TopicPartition(topic: topic, partition: number)
      (low[place], high[place]) = try await admin.offsets(of: topic, partition: number)
    }
    await admin.close()
    return (low, high)
  }
}
