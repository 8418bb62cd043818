import Contracts
import FailPoints
import FoundationEssentials
import Postgres

extension Transaction {
  /// Stores the ballots that are the first of their voters in the log; the rest are duplicates.
  /// - Returns: what was new.
  /// - Parameter all: the ballots of the batch.
  func insert(_ writing: BallotWriting, of all: [BallotRow]) async throws -> BallotCount {
    guard !writing.copied.isEmpty else { return try await insert(writing.checked) }
    let copied: BallotCount
    do {
      copied = try await savepoint { transaction in
        let count = try await transaction.copy(
          "COPY ballot (accepted_ms, log_offset, vote, partition, yes, pseudonym) FROM STDIN (FORMAT binary)",
          columns: BallotWriting.columns, fieldBytes: BallotWriting.fieldBytes
        ) { writing.write(all, to: &$0) }
        FailPoint.reach("copied")
        return count
      }
    } catch let error as PostgresError where error.isUniqueViolation { return try await insert(all) }
    return copied + (try await insert(writing.checked))
  }

  /// Stores those of `rows` that are the first of their voters, whoever comes with them.
  ///
  /// Sorted by key, since two batches that lock the same keys in different orders would deadlock; within a key by offset,
  /// since the first of two with one key is kept.
  /// - Returns: what was new.
  func insert(_ rows: [BallotRow]) async throws -> BallotCount {
    var new = BallotCount()
    guard !rows.isEmpty else { return new }
    let sorted = rows.sorted { a, b in (a.vote, a.voter, a.offset) < (b.vote, b.voter, b.offset) }
    let counts = try await query(
      """
      WITH new AS (
        INSERT INTO ballot (accepted_ms, log_offset, vote, partition, yes, pseudonym)
        SELECT * FROM unnest(\(sorted.map(\.acceptedAt)), \(sorted.map(\.offset)), \(sorted.map(\.vote)),
          \(sorted.map(\.partition)), \(sorted.map(\.isYes)), \(sorted.map(\.voter)))
        ON CONFLICT DO NOTHING RETURNING vote, partition, yes)
      SELECT vote, partition, count(*) FILTER (WHERE yes) AS yes, count(*) FILTER (WHERE NOT yes) AS no
      FROM new GROUP BY vote, partition ORDER BY vote, partition
      """)
    for row in counts {
      new.add(vote: try row["vote"], partition: try row["partition"], yes: try row["yes"], no: try row["no"])
    }
    FailPoint.reach("inserted")
    return new
  }

  /// Moves the tallies, in the order of the votes' numbers.
  func add(_ increments: [BallotCount.Increment], at now: Date) async throws {
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
  func keepAside(_ rows: [BallotBatch.Rejected], at now: Date) async throws {
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
