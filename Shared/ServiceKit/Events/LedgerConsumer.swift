import Contracts
import FoundationEssentials
public import Kafka
public import Postgres

/// What a consumer does with a batch of records, inside the transaction that also moves its offsets.
public protocol BatchHandler: Sendable {
  /// Applies records of one or more partitions, each partition's in the order of the log.
  /// - Returns: the partitions that had duplicates or rejected records; every other record counts as taken.
  /// - Throws: nothing that a record alone can cause: a bad record is rejected, not thrown.
  func apply(_ batch: [TopicPartition: [Record]], in transaction: Transaction) async throws
    -> [TopicPartition: PartitionResult]

  /// Called after the commit, for figures and wake-ups.
  func applied(_ batch: [TopicPartition: [Record]]) async
}

/// Reads topics as a member of a consumer group and applies them exactly once: effects and offsets are one transaction.
public struct LedgerConsumer: Sendable {
  let topics: [Topic]
  let group: String
  let handler: any BatchHandler
  let kafka: KafkaConfiguration
  let ledger: PartitionLedger
  let database: Database
  let health: Health
  let log: Log
  let clock: WallClock
  /// Records a batch at most.
  let batchSize: Int
  /// How long a batch is collected, in milliseconds.
  let batchWait: Int

  private var compacted: Set<String> { Set(topics.filter { $0.cleanup == .compact }.map(\.name)) }

  /// Runs until the task is cancelled; starts a new session after every failure.
  public func run() async {
    while !Task.isCancelled {
      do {
        try await session()
      } catch is CancellationError { return } catch {
        log.warning("consumer session ended", ["error": "\(error)"])
        health.report("consumer", fault: "not consuming")
        try? await Task.sleep(for: .milliseconds(Int.random(in: 500...1500)))
      }
    }
  }

  private func session() async throws {
    let consumer = try Consumer(kafka, group: group)
    do {
      try await consumer.subscribe(topics.map(\.name))
      try await consume(with: consumer)
    } catch {
      await consumer.close()
      throw error
    }
    await consumer.close()
  }

  private func consume(with consumer: Consumer) async throws {
    var share = Share()
    while !Task.isCancelled {
      if share.isDue(.now) { try await take([], into: &share, of: consumer) }
      switch try await consumer.next(maximum: batchSize, wait: batchWait) {
      case .idle: continue
      case .assigned(let partitions):
        share = Share()
        try await take(partitions, into: &share, of: consumer)
        log.info("partitions claimed", ["partitions": .int(share.positions.count), "group": "\(group)"])
      case .revoked(let partitions, let lost):
        share = Share()
        try await consumer.unassign()
        log.info("partitions revoked", ["partitions": .int(partitions.count), "lost": .bool(lost)])
      case .failed(let error, let partition):
        if error.isRetriable && error.code != .unknownTopicOrPartition {
          log.debug("consumer waits", ["error": "\(error)"])
          continue
        }
        log.warning(
          "consumer failed",
          ["error": "\(error)", "at": "\(partition.map { "\($0.topic) [\($0.partition)]" } ?? "group")"])
        // The log may have moved under us (deleted, recreated, cut): look at the partition again before going on.
        guard let partition, share.positions[partition] != nil else { throw error }
        share.refuse(partition, "\(error)")
        try await take([], into: &share, of: consumer)
      case .records(let records):
        let batch = contiguous(records, &share)
        if share.hasGap { try await leaveOut(&share, of: consumer) }
        guard !batch.isEmpty else { continue }
        share.positions.merge(try await apply(batch, at: share.positions)) { $1 }
        try? await consumer.commit(share.positions.filter { batch[$0.key] != nil }.mapValues(\.next))
      }
    }
  }

  /// Claims `partitions` and those that were refused before, and reads on in all that are in order.
  private func take(_ partitions: [TopicPartition], into share: inout Share, of consumer: Consumer) async throws {
    let claim = try await ledger.claim(partitions + share.refused.keys, now: clock.now)
    for (partition, refusal) in claim.refused where share.refused[partition] != refusal.description {
      log.error("topic refused", ["partition": "\(partition.topic) [\(partition.partition)]", "reason": "\(refusal)"])
    }
    share.positions.merge(claim.positions) { $1 }
    share.refused = claim.refused.mapValues(\.description)
    try await leaveOut(&share, of: consumer)
  }

  /// Reads on in the partitions that are in order; the others are looked at again after a while.
  private func leaveOut(_ share: inout Share, of consumer: Consumer) async throws {
    share.hasGap = false
    share.retryAt = .now + .seconds(15)
    try await consumer.assign(share.positions.mapValues(\.next))
    health.report("consumer", fault: share.fault)
  }

  /// Groups records by partition and holds them against the expected offsets. A partition with a gap where none can be is
  /// refused.
  private func contiguous(_ records: [Record], _ share: inout Share) -> [TopicPartition: [Record]] {
    var batch: [TopicPartition: [Record]] = [:]
    for record in records {
      let partition = TopicPartition(topic: record.topic, partition: record.partition)
      guard let position = share.positions[partition] else { continue }
      let expected = batch[partition]?.last.map { $0.offset + 1 } ?? position.next
      if record.offset < expected { continue }
      guard record.offset == expected || compacted.contains(record.topic) else {
        let reason =
          "\(partition.topic) [\(partition.partition)]: offset \(record.offset) came where \(expected) was due"
        log.error("topic refused", ["reason": "\(reason)"])
        share.refuse(partition, reason)
        share.hasGap = true
        batch[partition] = nil
        continue
      }
      batch[partition, default: []].append(record)
    }
    return batch
  }

  /// One batch, one transaction. Waits out a database that is away; an unknown commit is settled by reading the offset.
  private func apply(_ batch: [TopicPartition: [Record]], at positions: [TopicPartition: Position]) async throws
    -> [TopicPartition: Position]
  {
    let order = batch.keys.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
    var moved = positions
    for partition in order { moved[partition]?.next = (batch[partition]?.last?.offset ?? 0) + 1 }
    while true {
      do {
        try await commit(batch, in: order, at: positions)
        health.report("database for the consumer", fault: nil)
        await handler.applied(batch)
        return moved
      } catch is PostgresCommitUnknown {
        log.warning("commit unknown, reading the offset")
        guard let first = order.first, let before = positions[first], let after = moved[first] else { throw Fenced() }
        switch try await settled(first) {
        case after.next:
          await handler.applied(batch)
          return moved
        case before.next: continue
        default: throw Fenced()
        }
      } catch let error as PostgresError where error.isConnectionLost || error.isRetriable {
        try Task.checkCancellation()
        log.warning("database away, batch waits", ["error": "\(error)"])
        health.report("database for the consumer", fault: "is away")
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }

  private func settled(_ partition: TopicPartition) async throws -> Int64? {
    while true {
      do { return try await ledger.nextOffset(of: partition) } catch let error as PostgresError
        where error.isConnectionLost
      {
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }

  private func commit(
    _ batch: [TopicPartition: [Record]], in order: [TopicPartition], at positions: [TopicPartition: Position]
  ) async throws {
    let owned = order.compactMap { partition in positions[partition].map { (partition, $0) } }
    try await database.transaction { transaction in
      try await transaction.fence(owned)
      let results = try await handler.apply(batch, in: transaction)
      for (partition, position) in owned {
        guard let last = batch[partition]?.last else { continue }
        try await transaction.advance(
          partition, from: position, to: last.offset + 1, results[partition] ?? PartitionResult(), last: last,
          keepsFingerprint: !compacted.contains(partition.topic), now: clock.now)
      }
    }
  }
}
