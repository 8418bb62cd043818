import Contracts
import FoundationEssentials
import Kafka
import ServiceKit

let createTopicsCommand = Command(
  form: CommandLineForm(
    command: "topics create",
    overview: "Creates the topics that are missing, and checks all.",
    discussion: """
      FORUM_KAFKA_* say where; FORUM_KAFKA_REPLICATION is the replication factor: 1 unless set, -1 for the broker's
      default.
      """)
) { _ in
  var settings = CommandEnvironment.current.settings
  let configuration = try BrokerConfiguration(&settings)
  let replication = try settings.int("FORUM_KAFKA_REPLICATION", default: 1, in: -1...9, "copies of each partition")
  guard replication != 0 else { throw Failure("FORUM_KAFKA_REPLICATION is 0") }
  return try await withAdmin(configuration) { admin in
    let found = try await admin.topics()
    for topic in Topics.all where found[topic.name] == nil {
      do {
        try await admin.createTopic(
          topic.name, partitions: topic.partitions, replicationFactor: Int16(replication),
          configuration: topic.configuration)
        print("\(topic.name): created")
      } catch let error as KafkaError where error.code == .topicAlreadyExists { print("\(topic.name): there already") }
    }
    // A broker answers for a new topic a moment after it has taken the order.
    for _ in 0..<50 where !Set(try await admin.topics().keys).isSuperset(of: Topics.all.map(\.name)) {
      try await Task.sleep(for: .milliseconds(100))
    }
    return try await check(admin)
  }
}

let checkTopicsCommand = Command(
  form: CommandLineForm(
    command: "topics check",
    overview: "Checks the partitions, cleanup.policy and retention.ms of all topics.",
    discussion: "Exit code 1 if anything differs; every difference is named.")
) { _ in
  var settings = CommandEnvironment.current.settings
  return try await withAdmin(try BrokerConfiguration(&settings), check)
}

private func withAdmin(_ configuration: BrokerConfiguration, _ body: (Admin) async throws -> Int32) async throws
  -> Int32
{
  let admin = try Admin(configuration.client("forumctl"))
  do {
    let code = try await body(admin)
    await admin.close()
    return code
  } catch {
    await admin.close()
    throw error
  }
}

private func check(_ admin: Admin) async throws -> Int32 {
  let found = try await admin.topics()
  var configurations: [String: [String: String]] = [:]
  for topic in Topics.all where found[topic.name] != nil {
    // A broker that cannot tell the configuration refuses or leaves it out; a broken connection would have shown above.
    configurations[topic.name] = (try? await admin.topicConfiguration(topic.name)) ?? [:]
  }
  let result = TopicCheck(Topics.all, found: found, configurations: configurations)
  for line in result.differences { printError(line) }
  if !result.unreported.isEmpty {
    let count = result.unreported.count == found.count ? "" : " for \(result.unreported.count) topics"
    print("configuration not reported by this broker\(count): only partitions were checked")
  }
  guard result.differences.isEmpty else { return 1 }
  print("\(Topics.all.count) topics are as they should be")
  return 0
}
