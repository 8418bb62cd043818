import Contracts

/// A topic held against what the contracts say.
struct TopicCheck: Sendable, Equatable {
  /// What is wrong, a line each.
  var differences: [String] = []
  /// Topics whose configuration the broker did not tell.
  var unreported: [String] = []

  private static let settings = ["cleanup.policy", "retention.ms"]

  /// - Parameters:
  ///   - found: the number of partitions of each topic that there is.
  ///   - configurations: the settings that the broker told, by topic.
  init(_ topics: [Topic], found: [String: Int32], configurations: [String: [String: String]]) {
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
      for setting in Self.settings {
        guard let wanted = topic.configuration[setting] else { continue }
        if told[setting] != wanted {
          differences.append("\(topic.name): \(setting) is \(told[setting] ?? "not set") instead of \(wanted)")
        }
      }
    }
  }
}
