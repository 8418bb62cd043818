import CLibrdkafka

/// Where a record came to lie.
typealias Delivery = (partition: Int32, offset: Int64)

/// Writes records: acknowledged by all in-sync replicas, idempotent, in order within a partition.
///
/// Any task may send at any time. Waiting for an acknowledgement holds no thread, and cancelling the task does not take
/// the record back: what was accepted is acknowledged or fails within the delivery time-out.
public final class Producer: Sendable {
  private let core: ProducerCore

  /// Makes a producer; brokers need not be reachable yet.
  /// - Parameters:
  ///   - linger: milliseconds to wait for company before a batch is sent.
  ///   - deliveryTimeout: milliseconds after which an unacknowledged record fails.
  ///   - maximumInFlight: unacknowledged records above which `send` fails with `queueFull` at once.
  ///   - compression: `none`, `lz4`, `zstd`, `gzip` or `snappy`.
  public init(
    _ configuration: KafkaConfiguration, linger: Int = 5, deliveryTimeout: Int = 30_000, maximumInFlight: Int = 100_000,
    compression: String = "lz4"
  ) throws(KafkaError) {
    let gate = DeliveryGate(limit: maximumInFlight)
    let handle = try configuration.makeHandle(
      RD_KAFKA_PRODUCER,
      tuning: [
        "compression.codec": compression,
        "partitioner": "murmur2_random",
        // How long a topic may be unknown before sends to it fail as such, not merely by the delivery time-out.
        "topic.metadata.propagation.max.ms": String(min(10_000, deliveryTimeout / 2)),
      ],
      fixed: [
        "acks": "all",
        "enable.idempotence": "true",
        "linger.ms": String(linger),
        "message.timeout.ms": String(deliveryTimeout),
        // The gate is the limit. The library counts a record a little longer, until its report has been served.
        "queue.buffering.max.messages": String(maximumInFlight + 1_000),
      ]
    ) { conf in
      // Not retained: the core holds the gate until the handle is destroyed.
      rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(gate).toOpaque())
      rd_kafka_conf_set_dr_msg_cb(conf, ProducerCore.deliveryReport)
    }
    core = ProducerCore(handle, gate)
    core.start()
  }

  deinit {
    core.requestClose(flush: 0) {}
  }

  /// Writes a record and waits until it is safe.
  public func send(_ record: OutgoingRecord) async throws(KafkaError) -> (partition: Int32, offset: Int64) {
    try await withUnsafeContinuation { continuation in
      core.submit(record, SingleWaiter(continuation))
    }.get()
  }

  /// Writes records and waits for all of them; the results are in the order of the records.
  ///
  /// Within a partition the records keep their order too. One that fails does not stop those behind it.
  public func send(_ records: [OutgoingRecord]) async -> [Result<(partition: Int32, offset: Int64), KafkaError>] {
    if records.isEmpty { return [] }
    return await withUnsafeContinuation { continuation in
      let batch = BatchWaiters(count: records.count, continuation)
      for (index, record) in records.enumerated() {
        core.submit(record, BatchWaiter(batch, index))
      }
    }
  }

  /// The fast way to one topic, for senders that choose the partition themselves.
  public func topic(_ name: String) -> ProducerTopic {
    ProducerTopic(producer: self, core: core, handle: core.topicHandle(name))
  }

  /// Records that were accepted and are not yet acknowledged.
  public var inFlight: Int { core.gate.inFlight }

  /// Refuses further records, waits up to `milliseconds` for those in flight, fails the rest and frees everything.
  ///
  /// May be called more than once; each call returns when the producer is closed.
  public func close(flush milliseconds: Int) async {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      core.requestClose(flush: milliseconds) { continuation.resume() }
    }
  }
}

/// One topic of a producer.
public struct ProducerTopic: Sendable {
  private let producer: Producer  // keeps the core open as long as the topic is in use
  let core: ProducerCore
  let handle: Result<KafkaHandle, KafkaError>

  init(producer: Producer, core: ProducerCore, handle: Result<KafkaHandle, KafkaError>) {
    self.producer = producer
    self.core = core
    self.handle = handle
  }

  /// Writes a record to a partition, waits until it is safe and returns its offset.
  public func send(partition: Int32, key: [UInt8], value: [UInt8]) async throws(KafkaError) -> Int64 {
    let topic = try handle.get()
    return try await withUnsafeContinuation { continuation in
      core.submit(topic: topic, partition: partition, key: key, value: value, SingleWaiter(continuation))
    }.get().offset
  }
}
