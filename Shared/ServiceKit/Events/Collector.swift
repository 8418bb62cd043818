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
final class Collector<Batch: RecordBatch>: RecordCollector, @unchecked Sendable {
  // The consumer's thread fills it; whoever called the consumer reads it when that call has ended.
  private struct Slot {
    let partition: TopicPartition
    let epoch: Int64
    let due: Int64
    let allowsGaps: Bool
    var next: Int64
    var lastKey: LastBytes = LastBytes()
    var lastValue: LastBytes = LastBytes()
    var gap: String?
  }

  let batch: Batch
  /// Records taken.
  private(set) var count = 0
  private var slots: [Slot]
  private let indices: [TopicPartition: Int]
  /// Most neighbours are of one partition.
  private var latest: (source: RecordView.Source, slot: Int?)?

  /// - Parameter compacted: topics in which offsets may be missing.
  init(_ batch: Batch, positions: [TopicPartition: Position], compacted: Set<String>) {
    self.batch = batch
    slots = positions.sorted { $0.key < $1.key }.map { partition, position in
      Slot(
        partition: partition, epoch: position.epoch, due: position.next,
        allowsGaps: compacted.contains(partition.topic), next: position.next)
    }
    indices = Dictionary(uniqueKeysWithValues: slots.enumerated().map { ($0.element.partition, $0.offset) })
  }

  func collect(_ record: borrowing RecordView) {
    let source = record.source
    if latest?.source != source { latest = (source, indices[record.topicPartition]) }
    guard let slot = latest?.slot, slots[slot].gap == nil else { return }
    let offset = record.offset
    let due = slots[slot].next
    if offset < due { return }
    guard offset == due || slots[slot].allowsGaps else {
      let partition = slots[slot].partition
      slots[slot].gap = "\(partition.topic) [\(partition.partition)]: offset \(offset) came where \(due) was due"
      return
    }
    batch.append(record, of: slots[slot].partition)
    slots[slot].next = offset + 1
    slots[slot].lastKey.set(record.key)
    slots[slot].lastValue.set(record.value)
    count += 1
  }

  /// What the batch has, in the order of the partitions.
  var parts: [BatchPart] {
    slots.filter { $0.next > $0.due }.map { slot in
      BatchPart(
        partition: slot.partition, epoch: slot.epoch, due: slot.due, next: slot.next, lastKey: slot.lastKey.array,
        lastValue: slot.lastValue.array)
    }
  }

  /// Where to read on after this batch.
  var positions: [TopicPartition: Position] {
    Dictionary(
      uniqueKeysWithValues: slots.map { ($0.partition, Position(next: $0.next, epoch: $0.epoch)) })
  }

  /// Partitions in which an offset was missing where none can be, and what was seen.
  var gaps: [TopicPartition: String] {
    Dictionary(uniqueKeysWithValues: slots.compactMap { slot in slot.gap.map { (slot.partition, $0) } })
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
