import Contracts
import Crypto
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit

/// Counts a batch: reads and judges its records, stores the ballots, moves the tallies, and sees who crosses the bar.
struct Count: BatchHandler {
  /// What was counted, for `/metrics`.
  struct Figures: Sendable {
    let records: Counter
    let batches: Counter
    let delay: Histogram

    init(_ metrics: Metrics) {
      records = metrics.counter("forum_vote_counter_records_total", "Records of the ballots' log that were counted.")
      batches = metrics.counter("forum_vote_counter_batches_total", "Transactions that counted records.")
      delay = metrics.histogram(
        "forum_vote_counter_delay_seconds", "Time from the acceptance of a batch's newest record to its commit.")
    }
  }

  let ballotKey: HMACKey
  let clock: WallClock
  let log: Log
  let figures: Figures

  func apply(_ batch: [TopicPartition: [Record]], in transaction: Transaction) async throws
    -> [TopicPartition: PartitionResult]
  {
    let now = clock.now
    let read = batch.mapValues { records in
      records.map { record in
        (
          offset: record.offset,
          read: Result { () throws(BallotRecord.Fault) in try BallotRecord(record.value, key: ballotKey) }
        )
      }
    }
    let proposals = Set(read.values.joined().compactMap { try? $0.read.get().proposal })
    let standings = try await transaction.standings(of: proposals, in: batch.keys.map(\.partition))
    var results: [TopicPartition: PartitionResult] = [:]
    var judged: [Int32: Classification] = [:]
    for (partition, records) in read {
      let classification = Classification(records, standings[partition.partition] ?? [:])
      judged[partition.partition] = classification
      results[partition] = PartitionResult(
        duplicate: classification.repeatedControls, rejected: Int64(classification.rejected.count))
    }
    // The order of locks is the same in every counter: votes, ballots, tallies.
    let closing = judged.values.flatMap(\.controls).filter { $0.action == .close }.map(\.vote)
    try await transaction.lockVotes(closing)
    try await transaction.insert(controls: judged.mapValues(\.controls))
    let inserted = try await transaction.insert(ballots: judged.mapValues(\.ballots))
    for partition in batch.keys {
      let taken = judged[partition.partition]?.ballots.count ?? 0
      let counted = inserted.byPartition[partition.partition] ?? 0
      results[partition]?.duplicate += Int64(taken) - counted
    }
    try await transaction.add(inserted.byVote, at: now)
    try await transaction.keepAside(judged.mapValues(\.rejected), of: batch, at: now)
    try await transaction.publishCrossings(of: inserted.byVote.map(\.vote), at: now)
    try await transaction.close(closing, at: now)
    return results
  }

  func applied(_ batch: [TopicPartition: [Record]]) async {
    figures.batches.add()
    figures.records.add(batch.values.reduce(0) { $0 + $1.count })
    let newest = batch.values.compactMap(\.last).map(\.timestamp).max() ?? 0
    if newest > 0 { figures.delay.observe(max(0, Double(clock.now.milliseconds - newest) / 1000)) }
  }
}
