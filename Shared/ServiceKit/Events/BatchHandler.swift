public import Kafka
public import Postgres

/// What the records of one transaction become while they are read.
public protocol RecordBatch: AnyObject, Sendable {
  /// Takes the next record, on the consumer's thread.
  /// - Parameter record: valid during the call only.
  func append(_ record: borrowing RecordView, of partition: TopicPartition)
}

/// What a consumer does with records: reading them into a batch, and applying a batch in the transaction that also moves
/// the offsets. One handler serves one generation of the consumer's group, and all its calls but `apply` and `applied` come one
/// after the other; a batch is read and prepared while the one before it is being applied.
public protocol BatchHandler: Sendable {
  associatedtype Batch: RecordBatch

  /// Called when partitions were taken over, before their records come.
  /// - Parameter partitions: all that the consumer has from now on.
  func claimed(_ partitions: [TopicPartition]) async throws

  /// An empty batch.
  func makeBatch() -> Batch

  /// Called when a batch is complete.
  func prepare(_ batch: Batch) async throws

  /// Applies the records of one or more partitions, each partition's in the order of the log. Called again with the
  /// same batch when the transaction failed and is tried again.
  /// - Returns: the partitions that had duplicates or rejected records; every other record counts as taken.
  /// - Throws: nothing that a record alone can cause: a bad record is rejected, not thrown.
  func apply(_ batch: Batch, in transaction: Transaction) async throws -> [TopicPartition: PartitionResult]

  /// Called after the commit, for figures and wake-ups; the batch is not used any more.
  func applied(_ batch: Batch) async
}

extension BatchHandler {
  /// Nothing to be made ready.
  public func claimed(_ partitions: [TopicPartition]) async throws {}
  /// Nothing to be done ahead.
  public func prepare(_ batch: Batch) async throws {}
}
