public import Contracts
import FoundationEssentials
import Kafka
public import Postgres

/// What a service does with the events of one topic.
public struct EventHandler: Sendable {
  let topic: Topic
  let handle: @Sendable (String, [UInt8], EventAttributes, Transaction) async throws -> Void

  /// - Parameter apply: changes tables and publishes events in the transaction that also moves the offset. It is called
  ///   once for each event; types that this version does not know are passed over.
  public static func of<Family: EventFamily>(
    _ family: Family.Type, _ apply: @escaping @Sendable (Envelope<Family>, Transaction) async throws -> Void
  ) -> EventHandler {
    let decoders = Dictionary(Family.decoders.map { ($0.type, $0) }) { first, _ in first }
    return EventHandler(topic: Family.topic) { type, value, attributes, transaction in
      guard let decoder = decoders[type] else { return }
      let event = try decoder.decode(value)
      try await apply(
        Envelope(
          id: attributes.id, type: type, time: attributes.time, subject: attributes.subject,
          sequence: attributes.sequence, event: event, data: value,
          position: attributes.position), transaction)
    }
  }
}

/// The CloudEvents attributes of a record.
struct EventAttributes: Sendable {
  /// Why a record is not an event.
  struct Fault: Error, CustomStringConvertible { let description: String }

  let id: UUID
  let type: String
  let time: Date
  let subject: UUID
  let sequence: Int64
  let position: RecordPosition

  init(_ record: Record) throws(Fault) {
    var values: [String: String] = [:]
    for header in record.headers {
      guard let value = header.value else { continue }
      values[header.name] = String(validating: value, as: UTF8.self)
    }
    func attribute(_ name: String) throws(Fault) -> String {
      guard let value = values[name] else { throw Fault(description: "no \(name) header") }
      return value
    }
    guard try attribute("ce_specversion") == "1.0" else { throw Fault(description: "ce_specversion is not 1.0") }
    type = try attribute("ce_type")
    guard let id = UUID(uuidString: try attribute("ce_id")) else { throw Fault(description: "ce_id is no UUID") }
    guard let time = JSON.date(try attribute("ce_time")) else { throw Fault(description: "ce_time is no time") }
    guard let subject = UUID(uuidString: try attribute("ce_subject")) else {
      throw Fault(description: "ce_subject is no UUID")
    }
    guard let sequence = Int64(try attribute("ce_sequence")), sequence > 0 else {
      throw Fault(description: "ce_sequence is no positive number")
    }
    position = RecordPosition(topic: record.topic, partition: record.partition, offset: record.offset)
    self.id = id
    self.time = time
    self.subject = subject
    self.sequence = sequence
  }
}

/// Records as they came.
final class EventBatch: RecordBatch, @unchecked Sendable {  // filled by one thread, read when that has ended
  private(set) var records: [TopicPartition: [Record]] = [:]

  func append(_ record: borrowing RecordView, of partition: TopicPartition) {
    records[partition, default: []].append(record.copy(topic: partition.topic))
  }
}

/// Applies events one by one, each behind a savepoint: one that cannot be applied is kept aside and the rest goes on.
struct EventBatchHandler: BatchHandler {
  let handlers: [String: EventHandler]
  let log: Log
  let clock: WallClock
  let taken: Counter
  let rejected: Counter

  private enum Outcome { case taken, duplicate, rejected }

  func makeBatch() -> EventBatch { EventBatch() }

  func apply(_ batch: EventBatch, in transaction: Transaction) async throws -> [TopicPartition: PartitionResult] {
    var results: [TopicPartition: PartitionResult] = [:]
    for (partition, records) in batch.records.sorted(by: { $0.key < $1.key }) {
      for record in effective(records) {
        switch try await apply(record, in: transaction) {
        case .taken: break
        case .duplicate: results[partition, default: PartitionResult()].duplicate += 1
        case .rejected: results[partition, default: PartitionResult()].rejected += 1
        }
      }
    }
    return results
  }

  /// Of a compacted topic only the last record of each key has an effect: compaction might have removed the others.
  private func effective(_ records: [Record]) -> [Record] {
    guard let topic = records.first?.topic, handlers[topic]?.topic.cleanup == .compact else { return records }
    let last = Dictionary(records.enumerated().map { ($0.element.key, $0.offset) }) { $1 }
    return records.enumerated().filter { last[$0.element.key] == $0.offset }.map(\.element)
  }

  func applied(_ batch: EventBatch) async { taken.add(batch.records.values.reduce(0) { $0 + $1.count }) }

  private func apply(_ record: Record, in transaction: Transaction) async throws -> Outcome {
    do {
      let attributes = try EventAttributes(record)
      guard let handler = handlers[record.topic] else { return .taken }
      guard let value = record.value else { throw EventAttributes.Fault(description: "no value") }
      return try await transaction.savepoint { _ async throws -> Outcome in
        guard try await isNew(attributes, of: handler.topic, in: transaction) else { return .duplicate }
        try await handler.handle(attributes.type, value, attributes, transaction)
        return .taken
      }
    } catch  where isTheRecordsFault(error) {
      try await keepAside(record, "\(error)", in: transaction)
      return .rejected
    }
  }

  /// Whether the record alone is to blame, so that trying again cannot help. Everything else (a time-out, a full disk, a
  /// missing right, a row that cannot be read) is the system's fault: the batch waits until somebody has mended it.
  private func isTheRecordsFault(_ error: any Error) -> Bool {
    switch error {
    case is EventAttributes.Fault, is DecodingError: true
    case let problem as Problem: problem.status < 500
    case let error as PostgresError: error.isInvalidData || error.sqlState.hasPrefix("23")
    default: false
    }
  }

  /// Remembers the event as the last of its subject; false if it was taken before.
  ///
  /// A number that was taken by another event is no repetition: the writer has lost its count (a restored database, say),
  /// and what it publishes would vanish here unseen.
  /// - Throws: `EventAttributes.Fault` for that, so that the record is kept aside and seen.
  private func isNew(_ event: EventAttributes, of topic: Topic, in transaction: Transaction) async throws -> Bool {
    let before = try await transaction.one(
      """
      SELECT last, last_id FROM consumed_sequence WHERE topic = \(topic.name) AND subject = \(event.subject) FOR UPDATE
      """)
    let last: Int64 = try before?["last"] ?? 0
    if event.sequence <= last {
      let lastID: UUID? = try before?["last_id"]
      // The numbers of a compacted topic are versions: an older one is merely out of date.
      if event.sequence == last && lastID != event.id && topic.cleanup != .compact {
        throw EventAttributes.Fault(description: "number \(last) of the subject was taken by another event")
      }
      return false
    }
    if event.sequence > last + 1 && topic.cleanup != .compact {
      log.warning(
        "events of a subject are missing",
        [
          "topic": "\(topic.name)", "subject": "\(event.subject)", "after": .int(Int(last)),
          "came": .int(Int(event.sequence)),
        ])
    }
    try await transaction.execute(
      """
      INSERT INTO consumed_sequence (topic, subject, last, last_id)
      VALUES (\(topic.name), \(event.subject), \(event.sequence), \(event.id))
      ON CONFLICT (topic, subject) DO UPDATE SET last = EXCLUDED.last, last_id = EXCLUDED.last_id
      """)
    return true
  }

  private func keepAside(_ record: Record, _ reason: String, in transaction: Transaction) async throws {
    rejected.add()
    log.error(
      "event rejected",
      [
        "topic": "\(record.topic)", "partition": .int(Int(record.partition)), "offset": .int(Int(record.offset)),
        "reason": "\(reason)",
      ])
    try await transaction.execute(
      """
      INSERT INTO rejected_record (topic, partition, record_offset, reason, key, value, rejected_at)
      VALUES (\(record.topic), \(record.partition), \(record.offset), \(String(reason.prefix(500))), \(record.key),
        \(record.value), \(clock.now)) ON CONFLICT DO NOTHING
      """)
  }
}
