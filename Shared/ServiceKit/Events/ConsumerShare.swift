import Kafka

/// What a consumer has of its topics in one generation of the group.
struct Share: Sendable {
  /// Where it reads on, behind all that was passed on to be written.
  var positions: [TopicPartition: Position] = [:]
  /// Partitions that it must not read, and why; tried again from time to time, for somebody may have mended them.
  var refused: [TopicPartition: String] = [:]
  var retryAt = ContinuousClock.now

  /// - Parameter log: told of the refusal; nil if it knows.
  mutating func refuse(_ partition: TopicPartition, _ reason: String, _ log: Log?) {
    positions[partition] = nil
    refused[partition] = reason
    log?.error(
      "topic refused", ["partition": "\(partition.topic) [\(partition.partition)]", "reason": "\(reason)"])
  }

  func isDue(_ now: ContinuousClock.Instant) -> Bool { !refused.isEmpty && now >= retryAt }

  /// What `/readyz` is told; nil if nothing is refused.
  var fault: String? { refused.isEmpty ? nil : refused.values.sorted().joined(separator: "; ") }
}
