import FoundationEssentials
import Kafka
import Testing

/// The Kafka cluster of the tests, from the environment; without it they fail rather than be skipped unseen.
enum TestKafka {
  struct Missing: Error, CustomStringConvertible {
    let description = "FORUM_TEST_KAFKA_BOOTSTRAP is not set. The integration tests need a Kafka cluster: host:port."
  }

  /// Whether the cluster is Apache Kafka. The embedded broker forgets deleted topics badly (librdkafka crashes on its
  /// answers about them) and names ends of logs that lie behind.
  static let isApache = ProcessInfo.processInfo.environment["FORUM_TEST_BROKER"] != "embedded"
  static let needsApache: Comment = "needs Apache Kafka: topics are deleted and the ends of logs must be exact"

  static func configuration(client: String = "tests") throws -> KafkaConfiguration {
    guard let servers = ProcessInfo.processInfo.environment["FORUM_TEST_KAFKA_BOOTSTRAP"], !servers.isEmpty else {
      throw Missing()
    }
    return KafkaConfiguration(bootstrapServers: servers, clientID: client)
  }
}

/// Waits until `condition` holds; fails after `seconds`.
func eventually(
  seconds: Int = 30, file: String = #fileID, line: Int = #line, _ condition: () async throws -> Bool
) async throws {
  struct TooLate: Error {
    let place: String
  }
  let deadline = ContinuousClock.now + .seconds(seconds)
  while try await !condition() {
    guard ContinuousClock.now < deadline else { throw TooLate(place: "\(file):\(line)") }
    try await Task.sleep(for: .milliseconds(50))
  }
}
