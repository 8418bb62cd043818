import Contracts
import FailPoints
import Kafka
import Postgres

/// What a consumer works with.
struct LedgerSystem: Sendable {
  let group: String
  let kafka: KafkaConfiguration
  /// Milliseconds without a sign of life after which the group gives this member up.
  var sessionTimeout = 6_000
  let ledger: PartitionLedger
  let database: Database
  let health: Health
  let log: Log
  let clock: WallClock
}

/// Reads topics as a member of a consumer group and applies them exactly once: effects and offsets are one transaction.
///
/// While one batch is written further ones are read. A batch grows until nothing else is being written or it is full, so
/// that batches are small when little comes and large when much does.
struct LedgerConsumer<Handler: BatchHandler>: Sendable {
  let topics: [Topic]
  let system: LedgerSystem
  /// Records a batch at most.
  let batchSize: Int
  /// How long a batch is collected at least, in milliseconds, unless it is full.
  let batchWait: Int
  /// Called for each generation of the group.
  let makeHandler: @Sendable () async throws -> Handler

  /// Batches in memory beside the one that is being read: one is written, one prepared.
  private var depth: Int { 2 }

  private var compacted: Set<String> { Set(topics.filter { $0.cleanup == .compact }.map(\.name)) }

  /// Runs until the task is cancelled; starts a new session after every failure.
  func run() async {
    var limit = batchSize
    while !Task.isCancelled {
      do {
        try await session(limit)
      } catch _ where Task.isCancelled { return } catch {
        system.log.warning("consumer session ended", ["error": "\(error)"])
        system.health.report("consumer", fault: "not consuming")
        // Smaller batches until the next failure; then they may have been small enough for long.
        limit = error is BatchTooLarge ? max(1, limit / 4) : batchSize
        try? await Task.sleep(for: .milliseconds(Int.random(in: 500...1500)))
      }
    }
  }

  private func session(_ limit: Int) async throws {
    let consumer = try Consumer(system.kafka, group: system.group, sessionTimeout: system.sessionTimeout)
    var session = Session(consumer: consumer, queue: queue(try await makeHandler()), limit: limit)
    let outcome: Result<Void, any Error>
    do {
      try await consumer.subscribe(topics.map(\.name))
      outcome = .success(try await consume(&session))
    } catch { outcome = .failure(error) }
    await session.queue.giveUp()
    await consumer.close()
    try outcome.get()
  }

  private func queue(_ handler: Handler) -> WriteQueue<Handler> {
    WriteQueue(BatchWriter(handler: handler, system: system, compacted: compacted))
  }

  /// What a session keeps from one wait to the next.
  private struct Session {
    let consumer: Consumer
    var queue: WriteQueue<Handler>
    var share = Share()
    /// The batch that is being read, and who reads it.
    var reading: (batch: Handler.Batch, collector: Collector)?
    /// Records a batch at most.
    let limit: Int
  }

  private func consume(_ session: inout Session) async throws {
    while !Task.isCancelled {
      try await report(session)
      if session.share.isDue(.now) { try await take([], &session) }
      let (batch, collector) = reading(&session)
      let room = max(1, session.limit - collector.count)
      switch try await session.consumer.collect(into: collector, maximum: room, wait: batchWait) {
      case .idle, .records: try await pass(batch, collector, &session)
      case .assigned(let partitions):
        await forget(&session)
        session.queue = queue(try await makeHandler())
        try await take(partitions, &session)
        system.log.info(
          "partitions claimed", ["partitions": .int(session.share.positions.count), "group": "\(system.group)"])
      case .revoked(let partitions, let lost):
        await forget(&session)
        try await session.consumer.unassign()
        system.log.info("partitions revoked", ["partitions": .int(partitions.count), "lost": .bool(lost)])
      case .failed(let error, let partition): try await look(at: partition, after: error, &session)
      }
    }
  }

  /// Tells Kafka how far the count has come, for those who watch the lag.
  private func report(_ session: Session) async throws {
    let moved = try session.queue.takeMoved()
    if moved.isEmpty { return }
    try? await session.consumer.commit(moved)
    FailPoint.reach("reported")
  }

  /// The batch that is being read; a new one if there is none.
  private func reading(_ session: inout Session) -> (batch: Handler.Batch, collector: Collector) {
    if let reading = session.reading { return reading }
    let batch = session.queue.handler.makeBatch()
    let reading = (batch, Collector(batch, positions: session.share.positions, compacted: compacted))
    session.reading = reading
    return reading
  }

  /// Passes the batch on to be written, if it is time.
  private func pass(_ batch: Handler.Batch, _ collector: Collector, _ session: inout Session) async throws {
    let gaps = collector.gaps
    guard collector.count > 0 || !gaps.isEmpty else { return }
    if gaps.isEmpty, collector.count < session.limit, session.queue.count > 0 { return }
    session.reading = nil
    session.share.positions = collector.positions
    for (partition, reason) in gaps { session.share.refuse(partition, reason, system.log) }
    if collector.count > 0 {
      try await session.queue.wait(for: depth - 1)
      session.queue.add(batch, collector.parts)
    }
    if !gaps.isEmpty { try await readOn(&session) }
  }

  /// Gives up what was read and not written: the partitions go, and who has them next reads it again.
  private func forget(_ session: inout Session) async {
    await session.queue.giveUp()
    session.reading = nil
    session.share = Share()
  }

  private func look(at partition: TopicPartition?, after error: KafkaError, _ session: inout Session) async throws {
    if error.isRetriable && error.code != .unknownTopicOrPartition {
      system.log.debug("consumer waits", ["error": "\(error)"])
      return
    }
    system.log.warning(
      "consumer failed",
      ["error": "\(error)", "at": "\(partition.map { "\($0.topic) [\($0.partition)]" } ?? "group")"])
    // The log may have moved under us (deleted, recreated, cut): look at the partition again before going on.
    guard let partition, session.share.positions[partition] != nil else { throw error }
    session.share.refuse(partition, "\(error)", nil)
    try await take([], &session)
  }

  /// Claims `partitions` and those that were refused before, and reads on in all that are in order.
  private func take(_ partitions: [TopicPartition], _ session: inout Session) async throws {
    // A partition that is claimed anew must not have a batch on its way under the former epoch.
    try await session.queue.wait(for: 0)
    session.reading = nil
    let claim = try await system.ledger.claim(partitions + session.share.refused.keys, now: system.clock.now)
    FailPoint.reach("claimed")
    session.share.positions.merge(claim.positions) { $1 }
    let before = session.share.refused
    session.share.refused = [:]
    for (partition, refusal) in claim.refused {
      let isNews = before[partition] != refusal.description
      session.share.refuse(partition, refusal.description, isNews ? system.log : nil)
    }
    if !claim.positions.isEmpty { try await session.queue.handler.claimed(session.share.positions.keys.sorted()) }
    try await readOn(&session)
  }

  /// Reads on in the partitions that are in order; the others are looked at again after a while.
  private func readOn(_ session: inout Session) async throws {
    session.share.retryAt = .now + .seconds(15)
    try await session.consumer.assign(session.share.positions.mapValues(\.next))
    system.health.report("consumer", fault: session.share.fault)
  }
}
