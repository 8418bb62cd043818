import Contracts
import Crypto
import FoundationEssentials
import Kafka
import Postgres

/// Where a consumer stands in a partition, and by which right it writes.
struct Position: Sendable, Equatable {
  /// Offset of the next record to apply.
  var next: Int64
  /// Grows with every takeover: who has a lower one may not write any more.
  var epoch: Int64
}

/// What became of the records of one partition in one batch.
public struct PartitionResult: Sendable, Equatable {
  /// Records whose effect was there already.
  public var duplicate: Int64 = 0
  /// Records that cannot be applied; the handler keeps them aside.
  public var rejected: Int64 = 0

  /// What remains of the batch was counted.
  public init(duplicate: Int64 = 0, rejected: Int64 = 0) {
    self.duplicate = duplicate
    self.rejected = rejected
  }
}

/// The topic is not the one that was read before, or has lost records: a person must look at it.
struct TopicRefused: Error, CustomStringConvertible {
  let description: String
}

/// Another process has taken the partition over.
struct Fenced: Error {}

/// Keeps a consumer's offsets in PostgreSQL, in the same transaction as what the records caused.
///
/// The fence is a compare-and-set on next offset and owner epoch: a process that was frozen, cut off or replaced
/// changes no row and drops its batch, whatever Kafka told it.
struct PartitionLedger: Sendable {
  let database: Database
  let admin: Admin
  let owner: String

  /// What came of taking partitions over.
  struct Claim: Sendable {
    var positions: [TopicPartition: Position] = [:]
    /// Partitions whose logs are not those that were read before.
    var refused: [TopicPartition: TopicRefused] = [:]
  }

  /// Takes partitions over from whoever had them, and checks that their logs are those that were read before.
  func claim(_ partitions: [TopicPartition], now: Date) async throws -> Claim {
    var claim = Claim()
    for partition in partitions.sorted() {
      let before = try await admin.offsets(of: partition.topic, partition: partition.partition)
      let row = try await takeOver(partition, from: before.low, now: now)
      guard let row else { throw Fenced() }
      let position = Position(next: try row["next_offset"], epoch: try row["owner_epoch"])
      // Asked after the claim: the former owner may have gone on until then, and the log with it.
      let bounds = try await admin.offsets(of: partition.topic, partition: partition.partition)
      do {
        try await verify(partition, position, base: row["base_offset"], fingerprint: row["fingerprint"], bounds)
        claim.positions[partition] = position
      } catch let refusal as TopicRefused { claim.refused[partition] = refusal }
    }
    return claim
  }

  /// Raises the owner's epoch, after which nobody who has an older one can write.
  ///
  /// A former owner that was frozen in the middle of a COPY holds the row, and no time-out of the server's ends a session
  /// that waits for the data of a COPY: its session is ended here. That is safe, since it would be fenced anyway.
  private func takeOver(_ partition: TopicPartition, from low: Int64, now: Date) async throws -> Row? {
    do {
      return try await raiseEpoch(of: partition, from: low, now: now)
    } catch let error as PostgresError where error.isLockTimeout {
      try await database.execute(
        """
        SELECT pg_terminate_backend(l.pid) FROM consumer_offset o
        JOIN pg_locks l ON l.locktype = 'transactionid' AND l.granted AND l.transactionid = o.xmax
        WHERE o.topic = \(partition.topic) AND o.partition = \(partition.partition)
        """)
      return try await raiseEpoch(of: partition, from: low, now: now)
    }
  }

  private func raiseEpoch(of partition: TopicPartition, from low: Int64, now: Date) async throws -> Row? {
    // Longer than any batch of a living owner takes, all attempts together.
    try await database.transaction { transaction in
      try await transaction.execute("SET LOCAL lock_timeout = '1s'")
      try await transaction.execute(
        """
        INSERT INTO consumer_offset (topic, partition, base_offset, next_offset)
        VALUES (\(partition.topic), \(partition.partition), \(low), \(low)) ON CONFLICT DO NOTHING
        """)
      return try await transaction.one(
        """
        UPDATE consumer_offset SET owner_epoch = owner_epoch + 1, owner = \(owner), changed_at = \(now)
        WHERE topic = \(partition.topic) AND partition = \(partition.partition)
        RETURNING next_offset, owner_epoch, base_offset, fingerprint
        """)
    }
  }

  private func verify(
    _ partition: TopicPartition, _ position: Position, base: Int64, fingerprint: [UInt8]?,
    _ bounds: (low: Int64, high: Int64)
  ) async throws {
    let name = "\(partition.topic) [\(partition.partition)]"
    if position.next < bounds.low {
      throw TopicRefused(
        description: "\(name) begins at offset \(bounds.low), but the next record to count is \(position.next): "
          + "records were deleted before they were counted")
    }
    // The record is read again even if the log is said to end before it: some brokers name an end that lies behind.
    let isShort = position.next > bounds.high
    guard position.next > base, position.next > bounds.low || isShort, fingerprint != nil || isShort else { return }
    let record = try await admin.read(partition, at: position.next - 1, timeout: 10_000)
    guard let record else {
      throw TopicRefused(
        description: isShort
          ? "\(name) ends at offset \(bounds.high), but records up to \(position.next) were counted: "
            + "the topic was recreated or cut"
          : "\(name): the record at offset \(position.next - 1) cannot be read again")
    }
    guard fingerprint == nil || Self.fingerprint(of: record) == fingerprint else {
      throw TopicRefused(
        description: "\(name): the record at offset \(position.next - 1) is not the one that was counted: "
          + "the topic was recreated or rewritten")
    }
  }

  /// What a record is known by: the first 16 bytes of SHA-256 over the lengths and bytes of key and value.
  static func fingerprint(of record: Record) -> [UInt8] { fingerprint(key: record.key, value: record.value) }

  static func fingerprint(key: [UInt8]?, value: [UInt8]?) -> [UInt8] {
    var bytes: [UInt8] = []
    for part in [key, value] {
      withUnsafeBytes(of: Int64(part?.count ?? -1).bigEndian) { bytes += $0 }
      bytes += part ?? []
    }
    return Array(sha256(bytes).prefix(16))
  }

  /// Where the partition stands now, by whomever.
  func nextOffset(of partition: TopicPartition) async throws -> Int64? {
    try await database.query(
      """
      SELECT next_offset FROM consumer_offset
      WHERE topic = \(partition.topic) AND partition = \(partition.partition)
      """
    ).first?["next_offset"]
  }
}

extension Transaction {
  /// The first statement of a batch: locks the rows of its partitions, in order, if they still are ours.
  /// - Throws: `Fenced`
  func fence(_ parts: [BatchPart]) async throws {
    let rows = try await query(
      """
      SELECT 1 FROM consumer_offset o
      JOIN unnest(\(parts.map(\.partition.topic)), \(parts.map(\.partition.partition)), \(parts.map(\.due)),
        \(parts.map(\.epoch))) AS mine (topic, partition, next, epoch)
        ON o.topic = mine.topic AND o.partition = mine.partition
      WHERE o.next_offset = mine.next AND o.owner_epoch = mine.epoch
      ORDER BY o.topic, o.partition FOR UPDATE OF o
      """)
    guard rows.count == parts.count else { throw Fenced() }
  }

  /// The last statement of a batch: moves its partitions on. The table's check holds the conservation law.
  /// - Parameter unmarked: topics without a fingerprint: the last record may be compacted away.
  /// - Throws: `Fenced`
  func advance(
    _ parts: [BatchPart], _ results: [TopicPartition: PartitionResult], unmarked: Set<String>, now: Date
  ) async throws {
    let results = parts.map { results[$0.partition] ?? PartitionResult() }
    let counted = zip(parts, results).map { part, result in
      part.next - part.due - result.duplicate - result.rejected
    }
    let fingerprints: [[UInt8]?] = parts.map { part in
      unmarked.contains(part.partition.topic)
        ? nil : PartitionLedger.fingerprint(key: part.lastKey, value: part.lastValue)
    }
    let changed = try await execute(
      """
      UPDATE consumer_offset o SET next_offset = d.next, counted = o.counted + d.counted,
        duplicate = o.duplicate + d.duplicate, rejected = o.rejected + d.rejected, fingerprint = d.fingerprint,
        changed_at = \(now)
      FROM unnest(\(parts.map(\.partition.topic)), \(parts.map(\.partition.partition)), \(parts.map(\.due)),
        \(parts.map(\.epoch)), \(parts.map(\.next)), \(counted), \(results.map(\.duplicate)),
        \(results.map(\.rejected)), \(fingerprints))
        AS d (topic, partition, due, epoch, next, counted, duplicate, rejected, fingerprint)
      WHERE o.topic = d.topic AND o.partition = d.partition AND o.next_offset = d.due AND o.owner_epoch = d.epoch
      """)
    guard changed == parts.count else { throw Fenced() }
  }
}
