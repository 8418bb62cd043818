import CLibrdkafka
import Synchronization
import Threading

/// What a producer shares with the thread that serves its delivery reports; lives until that thread has ended.
final class ProducerCore: Sendable {
  private struct State {
    var topics: [String: KafkaHandle] = [:]
    var flush: Int32?
    var closed = false
    var whenClosed: [@Sendable () -> Void] = []
  }

  let gate: DeliveryGate
  private let handle: KafkaHandle
  private let state = Mutex(State())

  init(_ handle: KafkaHandle, _ gate: DeliveryGate) {
    self.handle = handle
    self.gate = gate
  }

  func start() {
    startThread(name: "kafka-producer") { [self] in serve() }
  }

  // MARK: Sending

  /// Hands a record to the library; `waiter` learns its fate, be it refused here.
  func submit(_ record: OutgoingRecord, _ waiter: DeliveryWaiter) {
    switch topicHandle(record.topic) {
    case .failure(let error):
      waiter.finish(.failure(error))
    case .success(let topic):
      submit(
        topic: topic, partition: record.partition ?? RD_KAFKA_PARTITION_UA, key: record.key, value: record.value,
        headers: record.headers, waiter)
    }
  }

  /// The same with a topic's handle, which is valid as long as the gate lets anybody in.
  func submit(
    topic: KafkaHandle, partition: Int32, key: [UInt8]?, value: [UInt8]?, headers: [KafkaHeader] = [],
    _ waiter: DeliveryWaiter
  ) {
    do throws(KafkaError) {
      try gate.enter()
    } catch {
      waiter.finish(.failure(error))
      return
    }
    let opaque = Unmanaged.passRetained(waiter)
    let code = withBytes(key) { key, keyCount in
      withBytes(value) { value, valueCount in
        if headers.isEmpty {
          rd_kafka_produce(
            topic.pointer, partition, RD_KAFKA_MSG_F_COPY, UnsafeMutableRawPointer(mutating: value), valueCount, key,
            keyCount, opaque.toOpaque()) == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error()
        } else {
          produce(topic, partition, key, keyCount, value, valueCount, headers, opaque.toOpaque())
        }
      }
    }
    if code != RD_KAFKA_RESP_ERR_NO_ERROR {
      opaque.release()  // a record that was refused gets no report
      gate.delivered()
      waiter.finish(.failure(KafkaError(code, reason: code == RD_KAFKA_RESP_ERR__FATAL ? fatalReason() : nil)))
    }
    gate.endCall()
  }

  private func produce(
    _ topic: KafkaHandle, _ partition: Int32, _ key: UnsafeRawPointer?, _ keyCount: Int, _ value: UnsafeRawPointer?,
    _ valueCount: Int, _ headers: [KafkaHeader], _ opaque: UnsafeMutableRawPointer
  ) -> rd_kafka_resp_err_t {
    guard let list = rd_kafka_headers_new(headers.count) else { return RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE }
    for header in headers {
      let code = withBytes(header.value) { value, count in rd_kafka_header_add(list, header.name, -1, value, count) }
      if code != RD_KAFKA_RESP_ERR_NO_ERROR {
        rd_kafka_headers_destroy(list)
        return code
      }
    }
    let code = produce_with_headers(
      handle.pointer, topic.pointer, partition, key, keyCount, value, valueCount, list, opaque)
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(list) }
    return code
  }

  private func fatalReason() -> String? {
    failureText { text, size in rd_kafka_fatal_error(handle.pointer, text, size) == RD_KAFKA_RESP_ERR_NO_ERROR }
  }

  /// The handle of a topic, made at its first use.
  func topicHandle(_ name: String) -> Result<KafkaHandle, KafkaError> {
    do throws(KafkaError) {
      try gate.beginCall()
    } catch {
      return .failure(error)
    }
    defer { gate.endCall() }
    return state.withLock { state in
      if let known = state.topics[name] { return .success(known) }
      // The library takes an empty name and leaves it to the broker.
      guard !name.isEmpty, let topic = rd_kafka_topic_new(handle.pointer, name, nil) else {
        return .failure(KafkaError(code: .invalidTopic, reason: "not a topic name: \(name)"))
      }
      let handle = KafkaHandle(pointer: topic)
      state.topics[name] = handle
      return .success(handle)
    }
  }

  // MARK: Reports and closing

  static let deliveryReport:
    @convention(c) (OpaquePointer?, UnsafePointer<rd_kafka_message_t>?, UnsafeMutableRawPointer?) -> Void = {
      _, message, opaque in
      guard let message, let opaque, let waiter = message.pointee._private else { return }
      Unmanaged<DeliveryGate>.fromOpaque(opaque)._withUnsafeGuaranteedRef { $0.delivered() }
      let fields = message.pointee
      let result: Result<Delivery, KafkaError> =
        fields.err == RD_KAFKA_RESP_ERR_NO_ERROR
        ? .success((fields.partition, fields.offset))
        : .failure(
          KafkaError(
            fields.err,
            possiblyPersisted: rd_kafka_message_status(message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED))
      Unmanaged<DeliveryWaiter>.fromOpaque(waiter).takeRetainedValue().finish(result)
    }

  func requestClose(flush milliseconds: Int, _ whenClosed: @escaping @Sendable () -> Void) {
    gate.close()
    let already = state.withLock { state in
      if state.closed { return true }
      state.flush = state.flush ?? Int32(clamping: max(0, milliseconds))
      state.whenClosed.append(whenClosed)
      return false
    }
    if already { whenClosed() }
  }

  private func serve() {
    var flush: Int32?
    while flush == nil {
      rd_kafka_poll(handle.pointer, 100)
      flush = state.withLock { $0.flush }
    }
    rd_kafka_flush(handle.pointer, flush ?? 0)
    while !gate.isDrained {
      // In a loop, since a call that the gate had let in may add its record after the first purge.
      rd_kafka_purge(handle.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
      rd_kafka_poll(handle.pointer, 10)
    }
    for topic in state.withLock({ $0.topics.values }) { rd_kafka_topic_destroy(topic.pointer) }
    rd_kafka_destroy(handle.pointer)
    let waiting = state.withLock { state in
      state.closed = true
      defer { state.whenClosed = [] }
      return state.whenClosed
    }
    for resume in waiting { resume() }
  }
}

/// The start and length of bytes as C wants them: null means null, and an empty array is not null.
private func withBytes<T>(_ bytes: [UInt8]?, _ body: (UnsafeRawPointer?, Int) -> T) -> T {
  guard let bytes else { return body(nil, 0) }
  if bytes.isEmpty {
    var nothing: UInt8 = 0  // an empty array may have no address, which would read as null
    return body(&nothing, 0)
  }
  return bytes.withUnsafeBytes { body($0.baseAddress, $0.count) }
}
