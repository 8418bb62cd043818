import Contracts

/// A topic held against what the contracts say.
struct TopicCheck: Sendable, Equatable {
  /// What is wrong, a line each.
  var differences: [String] = []
  /// Topics whose configuration the broker did not tell.
  var unreported: [String] = []

  private static let settings = ["cleanup.policy", "retention.ms", "retention.bytes", "min.insync.replicas"]

  /// - Parameters:
  ///   - copies: the replication factor; nil when it is the broker's own affair, and so is `min.insync.replicas`.
  ///   - found: the number of partitions of each topic that there is.
  ///   - configurations: the settings that the broker told, by topic.
  init(_ topics: [Topic], copies: Int?, found: [String: Int32], configurations: [String: [String: String]]) {
    for topic in topics {
      guard let partitions = found[topic.name] else {
        differences.append("\(topic.name): missing")
        continue
      }
      if partitions != topic.partitions {
        differences.append("\(topic.name): \(partitions) partitions instead of \(topic.partitions)")
      }
      let told = configurations[topic.name] ?? [:]
      if Self.settings.allSatisfy({ told[$0] == nil }) {
        unreported.append(topic.name)
        continue
      }
      let configuration = topic.configuration(copies: copies)
      for setting in Self.settings {
        guard let wanted = configuration[setting] else { continue }
        if told[setting] != wanted {
          differences.append("\(topic.name): \(setting) is \(told[setting] ?? "not set") instead of \(wanted)")
        }
      }
    }
  }
}

extension Topic {
  /// Kafka's configuration with so many copies of each partition: a record is confirmed when all but one have it, so that
  /// one broker may be away and, with three copies or more, no confirmed record is on one broker alone.
  ///
  /// A single copy has nothing to wait for. Nil leaves the number of copies, and with it this, to the broker.
  func configuration(copies: Int?) -> [String: String] {
    guard let copies, copies > 1 else { return configuration }
    return configuration.merging(["min.insync.replicas": String(copies - 1)]) { $1 }
  }
}
