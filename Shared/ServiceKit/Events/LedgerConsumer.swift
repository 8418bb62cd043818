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
      } catch is CancellationError { return } catch let refusal as TopicRefused {
        log.error("topic refused", ["reason": "\(refusal.description)"])
        health.report("consumer", fault: refusal.description)
        try? await Task.sleep(for: .seconds(15))
      } catch {
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
    var positions: [TopicPartition: Position] = [:]
    while !Task.isCancelled {
      switch try await consumer.next(maximum: batchSize, wait: batchWait) {
      case .idle: continue
      case .assigned(let partitions):
        positions = try await ledger.claim(partitions, now: clock.now)
        try await consumer.assign(positions.mapValues(\.next))
        log.info("partitions claimed", ["partitions": .int(partitions.count), "group": "\(group)"])
        health.report("consumer", fault: nil)
      case .revoked(let partitions, let lost):
        positions = [:]
        try await consumer.unassign()
        log.info("partitions revoked", ["partitions": .int(partitions.count), "lost": .bool(lost)])
      case .failed(let error, let partition):
        // The position may have moved under us (a deleted topic, a cut log): claim and verify anew.
        let place = partition.map { "\($0.topic) [\($0.partition)]" } ?? "group"
        if error.isRetriable && error.code != .unknownTopicOrPartition {
          log.debug("consumer waits", ["error": "\(error)", "at": "\(place)"])
          continue
        }
        log.warning("consumer failed", ["error": "\(error)", "at": "\(place)"])
        throw error
      case .records(let records):
        let batch = try contiguous(records, after: positions)
        guard !batch.isEmpty else { continue }
        positions = try await apply(batch, at: positions)
        try? await consumer.commit(positions.filter { batch[$0.key] != nil }.mapValues(\.next))
      }
    }
  }

  /// Groups records by partition and holds them against the expected offsets.
  /// - Throws: `TopicRefused` for a gap in a topic that cannot have one.
  private func contiguous(_ records: [Record], after positions: [TopicPartition: Position]) throws
    -> [TopicPartition: [Record]]
  {
    var batch: [TopicPartition: [Record]] = [:]
    for record in records {
      let partition = TopicPartition(topic: record.topic, partition: record.partition)
      guard let position = positions[partition] else { continue }
      let expected = batch[partition]?.last.map { $0.offset + 1 } ?? position.next
      if record.offset < expected { continue }
      guard record.offset == expected || compacted.contains(record.topic) else {
        throw TopicRefused(
          description: "\(record.topic) [\(record.partition)]: offset \(record.offset) came where \(expected) was due")
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
        health.report("consumer", fault: "the database is away")
        try await Task.sleep(for: .milliseconds(500))
        health.report("consumer", fault: nil)
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
