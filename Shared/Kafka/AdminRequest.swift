import CLibrdkafka

extension AdminWorker {
  /// Sends one of librdkafka's administrative requests and waits for its result event, which `read` interprets.
  nonisolated func request<T>(
    _ client: OpaquePointer, _ operation: rd_kafka_admin_op_t,
    send: (_ options: OpaquePointer, _ queue: OpaquePointer) -> Void,
    read: (_ event: OpaquePointer) throws(KafkaError) -> T
  ) throws(KafkaError) -> T {
    guard let options = rd_kafka_AdminOptions_new(client, operation), let queue = rd_kafka_queue_new(client) else {
      throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE)
    }
    defer {
      rd_kafka_queue_destroy(queue)
      rd_kafka_AdminOptions_destroy(options)
    }
    let refused = failureText { text, size in
      rd_kafka_AdminOptions_set_request_timeout(options, Self.timeout, text, size) == RD_KAFKA_RESP_ERR_NO_ERROR
    }
    if let refused { throw KafkaError(code: .invalidArgument, reason: refused) }
    send(options, queue)
    // The request has a time-out of its own, after which its event says so; the wait here is only a little longer.
    guard let event = rd_kafka_queue_poll(queue, Self.timeout + 5_000) else {
      throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)
    }
    defer { rd_kafka_event_destroy(event) }
    let code = rd_kafka_event_error(event)
    if code != RD_KAFKA_RESP_ERR_NO_ERROR {
      throw KafkaError(code, reason: rd_kafka_event_error_string(event).map { String(cString: $0) })
    }
    return try read(event)
  }

  /// The fate of the one topic that a request was about.
  static func checkTopic(_ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int) throws(KafkaError) {
    guard count > 0, let result = results?[0] else { throw KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG) }
    let code = rd_kafka_topic_result_error(result)
    if code != RD_KAFKA_RESP_ERR_NO_ERROR {
      throw KafkaError(code, reason: rd_kafka_topic_result_error_string(result).map { String(cString: $0) })
    }
  }
}

/// Reading one record, with a consumer that belongs to no group and lives for this call.
enum SingleRead {
  static func read(
    _ configuration: KafkaConfiguration, _ partition: TopicPartition, _ offset: Int64, _ timeout: Int
  ) throws(KafkaError) -> Record? {
    let consumer = try configuration.makeHandle(
      RD_KAFKA_CONSUMER,
      fixed: [
        "auto.offset.reset": "error",
        "enable.partition.eof": "true",  // says at once that nothing follows, if the log is cut in these moments
        "fetch.wait.max.ms": "10",
        "queued.min.messages": "1",
        "fetch.message.max.bytes": "65536",  // one record is wanted; a larger one is delivered nevertheless
      ])
    defer { rd_kafka_destroy(consumer.pointer) }
    guard let topic = rd_kafka_topic_new(consumer.pointer, partition.topic, nil) else {
      throw KafkaError(code: .invalidTopic, reason: "not a topic name: \(partition.topic)")
    }
    defer { rd_kafka_topic_destroy(topic) }
    if rd_kafka_consume_start(topic, partition.partition, offset) != 0 { throw KafkaError(rd_kafka_last_error()) }
    defer { rd_kafka_consume_stop(topic, partition.partition) }
    guard let message = rd_kafka_consume(topic, partition.partition, Int32(clamping: timeout)) else {
      throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)
    }
    defer { rd_kafka_message_destroy(message) }
    switch message.pointee.err {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return message.pointee.offset == offset ? RecordView(message: message).copy(topic: partition.topic) : nil
    case RD_KAFKA_RESP_ERR__PARTITION_EOF, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return nil
    default:
      throw KafkaError(message.pointee.err, reason: rd_kafka_message_errstr(message).map { String(cString: $0) })
    }
  }
}
