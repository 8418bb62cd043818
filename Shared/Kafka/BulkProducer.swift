import CLibrdkafka
import Synchronization

/// What became of many records for which nobody waits one by one; counted on the producer's thread.
public final class DeliveryTally: Sendable {
  private final class Waiter: DeliveryWaiter, @unchecked Sendable {
    let delivered = Atomic<Int>(0)
    let failed = Atomic<Int>(0)
    let firstFailure = Mutex<KafkaError?>(nil)

    override func finish(_ result: Result<Delivery, KafkaError>) {
      guard case .failure(let error) = result else {
        delivered.add(1, ordering: .relaxed)
        return
      }
      firstFailure.withLock { $0 = $0 ?? error }
      failed.add(1, ordering: .releasing)
    }
  }

  private let counts = Waiter()

  /// Nothing delivered yet.
  public init() {}

  /// Records that the brokers have acknowledged.
  public var delivered: Int { counts.delivered.load(ordering: .relaxed) }
  /// Records that were handed over and not acknowledged in time.
  public var failed: Int { counts.failed.load(ordering: .acquiring) }
  /// Why the first of them failed.
  public var firstFailure: KafkaError? { counts.firstFailure.withLock { $0 } }

  var waiter: DeliveryWaiter { counts }
}

extension ProducerTopic {
  /// Hands a record over and returns at once; `tally` learns its fate. The bytes are copied.
  ///
  /// Records handed over by one thread keep their order within a partition.
  /// - Throws: `KafkaError`, and the tally learns nothing; `queueFull` when too many are in flight: hand it over again.
  public func post(
    partition: Int32, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, to tally: DeliveryTally
  ) throws(KafkaError) {
    try core.post(topic: try handle.get(), partition: partition, key: key, value: value, tally.waiter)
  }
}

extension ProducerCore {
  fileprivate func post(
    topic: KafkaHandle, partition: Int32, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer,
    _ waiter: DeliveryWaiter
  ) throws(KafkaError) {
    try gate.enter()
    defer { gate.endCall() }
    let opaque = Unmanaged.passRetained(waiter)
    let status = rd_kafka_produce(
      topic.pointer, partition, RD_KAFKA_MSG_F_COPY, UnsafeMutableRawPointer(mutating: value.baseAddress), value.count,
      key.baseAddress, key.count, opaque.toOpaque())
    guard status != 0 else { return }
    let code = rd_kafka_last_error()
    opaque.release()  // a record that was refused gets no report
    gate.delivered()
    throw KafkaError(code)
  }
}
