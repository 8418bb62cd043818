import Kafka

/// What a consumer has of its topics in one generation of the group.
struct Share: Sendable {
  /// Where it reads on.
  var positions: [TopicPartition: Position] = [:]
  /// Partitions that it must not read, and why; tried again from time to time, for somebody may have mended them.
  var refused: [TopicPartition: String] = [:]
  /// Whether one was refused for an offset that was missing, and is still being read.
  var hasGap = false
  var retryAt = ContinuousClock.now

  mutating func refuse(_ partition: TopicPartition, _ reason: String) {
    positions[partition] = nil
    refused[partition] = reason
  }

  func isDue(_ now: ContinuousClock.Instant) -> Bool { !refused.isEmpty && now >= retryAt }

  /// What `/readyz` is told; nil if nothing is refused.
  var fault: String? { refused.isEmpty ? nil : refused.values.sorted().joined(separator: "; ") }
}
