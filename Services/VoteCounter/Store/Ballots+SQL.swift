import Contracts
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit

/// What of a batch was new.
struct InsertedBallots: Sendable {
  struct Increment: Sendable, Equatable {
    let vote: Int32
    var yes: Int64 = 0
    var no: Int64 = 0
  }

  var byPartition: [Int32: Int64] = [:]
  /// In the order of the votes' numbers.
  var byVote: [Increment] = []
}

extension Transaction {
  /// Stores the ballots that are the first of their voters in the log; the rest are duplicates.
  ///
  /// Sorted by key, since two batches that lock the same keys in different orders would deadlock; within a key by offset,
  /// since the first of two with one key is kept.
  func insert(ballots: [Int32: [Classification.Ballot]]) async throws -> InsertedBallots {
    var inserted = InsertedBallots()
    let sorted = ballots.flatMap { partition, ballots in ballots.map { (partition: partition, ballot: $0) } }
      .sorted { a, b in
        (a.ballot.vote, a.ballot.pseudonym, a.ballot.offset) < (b.ballot.vote, b.ballot.pseudonym, b.ballot.offset)
      }
    guard !sorted.isEmpty else { return inserted }
    let rows = try await query(
      """
      WITH new AS (
        INSERT INTO ballot (accepted_ms, log_offset, vote, partition, yes, pseudonym)
        SELECT * FROM unnest(\(sorted.map(\.ballot.acceptedAt)), \(sorted.map(\.ballot.offset)),
          \(sorted.map(\.ballot.vote)), \(sorted.map { Int16($0.partition) }), \(sorted.map(\.ballot.isYes)),
          \(sorted.map(\.ballot.pseudonym)))
        ON CONFLICT DO NOTHING RETURNING vote, partition, yes)
      SELECT vote, partition, count(*) FILTER (WHERE yes) AS yes, count(*) FILTER (WHERE NOT yes) AS no
      FROM new GROUP BY vote, partition ORDER BY vote, partition
      """)
    for row in rows {
      let vote: Int32 = try row["vote"]
      let partition: Int32 = try row["partition"]
      let yes: Int64 = try row["yes"]
      let no: Int64 = try row["no"]
      inserted.byPartition[partition, default: 0] += yes + no
      if inserted.byVote.last?.vote != vote { inserted.byVote.append(InsertedBallots.Increment(vote: vote)) }
      inserted.byVote[inserted.byVote.count - 1].yes += yes
      inserted.byVote[inserted.byVote.count - 1].no += no
    }
    return inserted
  }

  /// Moves the tallies, in the order of the votes' numbers.
  func add(_ increments: [InsertedBallots.Increment], at now: Date) async throws {
    guard !increments.isEmpty else { return }
    // An upsert, not an update: a tally row that is missing must not lose votes.
    try await execute(
      """
      INSERT INTO tally AS t (vote, yes, no, version, counted_at)
      SELECT vote, yes, no, 1, \(now)
      FROM unnest(\(increments.map(\.vote)), \(increments.map(\.yes)), \(increments.map(\.no))) AS i (vote, yes, no)
      ORDER BY vote
      ON CONFLICT (vote) DO UPDATE SET yes = t.yes + EXCLUDED.yes, no = t.no + EXCLUDED.no, version = t.version + 1,
        counted_at = EXCLUDED.counted_at
      """)
  }

  /// Keeps what does not count, as it came, with the reason.
  func keepAside(
    _ rejected: [Int32: [Classification.Rejected]], of batch: [TopicPartition: [Record]], at now: Date
  ) async throws {
    var rows: [(partition: Int32, offset: Int64, reason: String, key: [UInt8], value: [UInt8])] = []
    for (partition, records) in batch {
      guard let first = records.first?.offset else { continue }
      for entry in rejected[partition.partition] ?? [] {
        let record = records[Int(entry.offset - first)]
        rows.append((partition.partition, entry.offset, entry.reason, record.key ?? [], record.value ?? []))
      }
    }
    guard !rows.isEmpty else { return }
    try await execute(
      """
      INSERT INTO rejected_record (topic, partition, record_offset, reason, key, value, rejected_at)
      SELECT \(Topics.ballots.name), r.*, \(now)
      FROM unnest(\(rows.map(\.partition)), \(rows.map(\.offset)), \(rows.map(\.reason)), \(rows.map(\.key)),
        \(rows.map(\.value))) AS r
      ON CONFLICT DO NOTHING
      """)
  }
}
