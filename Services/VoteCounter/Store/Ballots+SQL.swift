import Contracts
import FailPoints
import FoundationEssentials
import Postgres
import Voting

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
    let isAnyQuarantined = sorted.contains(where: \.isQuarantined)
    for row in try await isAnyQuarantined ? storeMarked(sorted) : store(sorted) {
      let increment = Increment(
        vote: try row["vote"], yes: try row["yes"], no: try row["no"], quarantined: try row["quarantined"])
      new.add(increment, in: try row["partition"])
    }
    FailPoint.reach("inserted")
    return new
  }

  private func store(_ sorted: [BallotRow]) async throws -> [Row] {
    try await query(
      """
      WITH new AS (
        INSERT INTO ballot (accepted_ms, log_offset, vote, partition, yes, pseudonym)
        SELECT * FROM unnest(\(sorted.map(\.acceptedAt)), \(sorted.map(\.offset)), \(sorted.map(\.vote)),
          \(sorted.map(\.partition)), \(sorted.map(\.isYes)), \(sorted.map(\.voter)))
        ON CONFLICT DO NOTHING RETURNING vote, partition, yes)
      SELECT vote, partition, count(*) FILTER (WHERE yes) AS yes, count(*) FILTER (WHERE NOT yes) AS no,
        0::bigint AS quarantined
      FROM new GROUP BY vote, partition ORDER BY vote, partition
      """)
  }

  /// The same, and marks those in quarantine.
  private func storeMarked(_ sorted: [BallotRow]) async throws -> [Row] {
    try await query(
      """
      WITH ballots AS (
        SELECT * FROM unnest(\(sorted.map(\.acceptedAt)), \(sorted.map(\.offset)), \(sorted.map(\.vote)),
          \(sorted.map(\.partition)), \(sorted.map(\.isYes)), \(sorted.map(\.voter)), \(sorted.map(\.isQuarantined)))
          AS i (accepted_ms, log_offset, vote, partition, yes, pseudonym, quarantined)),
      new AS (
        INSERT INTO ballot (accepted_ms, log_offset, vote, partition, yes, pseudonym)
        SELECT accepted_ms, log_offset, vote, partition, yes, pseudonym FROM ballots
        ON CONFLICT DO NOTHING RETURNING vote, pseudonym, partition, log_offset, yes),
      stored AS (
        SELECT n.*, b.quarantined FROM new n JOIN ballots b
          ON b.vote = n.vote AND b.pseudonym = n.pseudonym AND b.log_offset = n.log_offset),
      marked AS (
        INSERT INTO ballot_mark (vote, pseudonym, kind, partition, log_offset, yes)
        SELECT vote, pseudonym, \(BallotMark.quarantined), partition, log_offset, yes FROM stored WHERE quarantined)
      SELECT vote, partition, count(*) FILTER (WHERE yes AND NOT quarantined) AS yes,
        count(*) FILTER (WHERE NOT yes AND NOT quarantined) AS no, count(*) FILTER (WHERE quarantined) AS quarantined
      FROM stored GROUP BY vote, partition ORDER BY vote, partition
      """)
  }

  /// Moves the tallies, in the order of the votes' numbers.
  func add(_ increments: [Increment], at now: Date) async throws {
    guard !increments.isEmpty else { return }
    // An upsert, not an update: a tally row that is missing must not lose votes.
    try await execute(
      """
      INSERT INTO tally AS t (vote, yes, no, void, quarantined, version, counted_at)
      SELECT vote, yes, no, void, quarantined, 1, \(now)
      FROM unnest(\(increments.map(\.vote)), \(increments.map(\.yes)), \(increments.map(\.no)),
        \(increments.map(\.void)), \(increments.map(\.quarantined))) AS i (vote, yes, no, void, quarantined)
      ORDER BY vote
      ON CONFLICT (vote) DO UPDATE SET yes = t.yes + EXCLUDED.yes, no = t.no + EXCLUDED.no,
        void = t.void + EXCLUDED.void, quarantined = t.quarantined + EXCLUDED.quarantined, version = t.version + 1,
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
