import Contracts
import FoundationEssentials
import Kafka
import ServiceKit

let createTopicsCommand = Command(
  form: CommandLineForm(
    command: "topics create",
    overview: "Creates the topics that are missing, and checks all.",
    discussion: """
      FORUM_KAFKA_* say where; FORUM_KAFKA_REPLICATION is the replication factor R: 1 unless set, -1 for the broker's
      default. With R above 1 min.insync.replicas becomes R - 1.
      """)
) { _ in
  var settings = CommandEnvironment.current.settings
  let configuration = try BrokerConfiguration(&settings)
  let copies = try copies(&settings, default: 1)
  return try await withAdmin(configuration) { admin in
    let found = try await admin.topics()
    for topic in Topics.all where found[topic.name] == nil {
      do {
        try await admin.createTopic(
          topic.name, partitions: topic.partitions, replicationFactor: Int16(copies ?? -1),
          configuration: topic.configuration(copies: copies))
        print("\(topic.name): created")
      } catch let error as KafkaError where error.code == .topicAlreadyExists { print("\(topic.name): there already") }
    }
    // A broker answers for a new topic a moment after it has taken the order.
    for _ in 0..<300 where !Set(try await admin.topics().keys).isSuperset(of: Topics.all.map(\.name)) {
      try await Task.sleep(for: .milliseconds(100))
    }
    return try await check(admin, copies: copies)
  }
}

let checkTopicsCommand = Command(
  form: CommandLineForm(
    command: "topics check",
    overview: "Checks the partitions, cleanup.policy, retention.ms and retention.bytes of all topics.",
    discussion: """
      Exit code 1 if anything differs; every difference is named. With FORUM_KAFKA_REPLICATION, the replication factor R,
      above 1 also min.insync.replicas, which is to be R - 1.
      """)
) { _ in
  var settings = CommandEnvironment.current.settings
  let configuration = try BrokerConfiguration(&settings)
  let copies = try copies(&settings, default: -1)
  return try await withAdmin(configuration) { try await check($0, copies: copies) }
}

/// The replication factor that is set; nil: the broker's default.
func copies(_ settings: inout Settings, default fallback: Int) throws -> Int? {
  let number = try settings.int(
    "FORUM_KAFKA_REPLICATION", default: fallback, in: -1...9, "copies of each partition")
  guard number != 0 else { throw Failure("FORUM_KAFKA_REPLICATION is 0") }
  return number > 0 ? number : nil
}

/// An administrator for the length of a command.
func withAdmin(_ configuration: BrokerConfiguration, _ body: (Admin) async throws -> Int32) async throws
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

private func check(_ admin: Admin, copies: Int?) async throws -> Int32 {
  let found = try await admin.topics()
  var configurations: [String: [String: String]] = [:]
  for topic in Topics.all where found[topic.name] != nil {
    // A broker that cannot tell the configuration refuses or leaves it out; a broken connection would have shown above.
    configurations[topic.name] = (try? await admin.topicConfiguration(topic.name)) ?? [:]
  }
  let result = TopicCheck(Topics.all, copies: copies, found: found, configurations: configurations)
  for line in result.differences { printError(line) }
  if !result.unreported.isEmpty {
    let count = result.unreported.count == found.count ? "" : " for \(result.unreported.count) topics"
    print("configuration not reported by this broker\(count): only partitions were checked")
  }
  guard result.differences.isEmpty else { return 1 }
  print("\(Topics.all.count) topics are as they should be")
  return 0
}
