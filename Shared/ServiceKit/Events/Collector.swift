import Kafka

/// What one batch has of one partition.
struct BatchPart: Sendable {
  let partition: TopicPartition
  /// The right by which its owner writes.
  let epoch: Int64
  /// Where the partition stands before the batch.
  let due: Int64
  /// Offset after the last record.
  var next: Int64
  /// Of the last record, for the fingerprint.
  var lastKey: [UInt8]?
  var lastValue: [UInt8]?
}

/// Collects a batch: passes on the records that are due, in each partition one after the other without a gap.
final class Collector: RecordCollector, @unchecked Sendable {
  // The consumer's thread fills it; whoever called the consumer reads it when that call has ended.

  /// Where one partition stands; an object, so that the way of a record copies and checks nothing but what it changes.
  private final class Cursor {
    let partition: TopicPartition
    let position: Position
    let allowsGaps: Bool
    @exclusivity(unchecked) var next: Int64
    @exclusivity(unchecked) var lastKey = LastBytes()
    @exclusivity(unchecked) var lastValue = LastBytes()
    @exclusivity(unchecked) var gap: String?

    init(_ partition: TopicPartition, _ position: Position, allowsGaps: Bool) {
      self.partition = partition
      self.position = position
      self.allowsGaps = allowsGaps
      next = position.next
    }

    /// Whether the record at `offset` is the next one.
    func isDue(_ offset: Int64) -> Bool {
      if offset < next || gap != nil { return false }
      if offset == next || allowsGaps { return true }
      gap = "\(partition.topic) [\(partition.partition)]: offset \(offset) came where \(next) was due"
      return false
    }
  }

  /// Records taken.
  @exclusivity(unchecked) private(set) var count = 0
  private let batch: any RecordBatch
  private let cursors: [Cursor]
  private let byPartition: [TopicPartition: Cursor]
  /// Most neighbours are of one partition.
  @exclusivity(unchecked) private var source: RecordView.Source?
  @exclusivity(unchecked) private var cursor: Cursor?

  /// - Parameter compacted: topics in which offsets may be missing.
  init(_ batch: any RecordBatch, positions: [TopicPartition: Position], compacted: Set<String>) {
    self.batch = batch
    cursors = positions.sorted { $0.key < $1.key }.map { partition, position in
      Cursor(partition, position, allowsGaps: compacted.contains(partition.topic))
    }
    byPartition = Dictionary(uniqueKeysWithValues: cursors.map { ($0.partition, $0) })
  }

  func collect(_ record: borrowing RecordView) {
    if source != record.source {
      source = record.source
      cursor = byPartition[record.topicPartition]
    }
    guard let cursor, cursor.isDue(record.offset) else { return }
    batch.append(record, of: cursor.partition)
    cursor.next = record.offset + 1
    cursor.lastKey.set(record.key)
    cursor.lastValue.set(record.value)
    count += 1
  }

  /// What the batch has, in the order of the partitions.
  var parts: [BatchPart] {
    cursors.filter { $0.next > $0.position.next }.map { cursor in
      BatchPart(
        partition: cursor.partition, epoch: cursor.position.epoch, due: cursor.position.next, next: cursor.next,
        lastKey: cursor.lastKey.array, lastValue: cursor.lastValue.array)
    }
  }

  /// Where to read on after this batch.
  var positions: [TopicPartition: Position] {
    Dictionary(
      uniqueKeysWithValues: cursors.map { ($0.partition, Position(next: $0.next, epoch: $0.position.epoch)) })
  }

  /// Partitions in which an offset was missing where none can be, and what was seen.
  var gaps: [TopicPartition: String] {
    Dictionary(uniqueKeysWithValues: cursors.compactMap { cursor in cursor.gap.map { (cursor.partition, $0) } })
  }
}

/// A copy of the latest bytes; overwriting it allocates nothing.
private struct LastBytes {
  private var bytes: [UInt8] = []
  private var isNull = true

  var array: [UInt8]? { isNull ? nil : bytes }

  mutating func set(_ new: UnsafeRawBufferPointer?) {
    isNull = new == nil
    guard let new else { return }
    if bytes.count == new.count {
      bytes.withUnsafeMutableBytes { $0.copyMemory(from: new) }
    } else {
      bytes = Array(new)
    }
  }
}
