import CLibrdkafka
import Threading

/// Makes, lists and inspects topics. Calls wait for the broker on a thread of their own, one after the other.
public struct Admin: Sendable {
  let worker: AdminWorker

  /// Makes an administrator; brokers need not be reachable yet.
  public init(_ configuration: KafkaConfiguration) throws(KafkaError) {
    worker = try AdminWorker(configuration)
  }

  /// Makes a topic; throws `topicAlreadyExists` if there is one.
  /// - Parameters:
  ///   - replicationFactor: -1 takes the broker's default.
  ///   - configuration: the topic's settings, such as `retention.ms`.
  public func createTopic(
    _ name: String, partitions: Int32, replicationFactor: Int16 = -1, configuration: [String: String] = [:]
  ) async throws(KafkaError) {
    try await worker.createTopic(name, partitions, replicationFactor, configuration)
  }

  /// Deletes a topic and its records.
  public func deleteTopic(_ name: String) async throws(KafkaError) {
    try await worker.deleteTopic(name)
  }

  /// All topics with their number of partitions.
  public func topics() async throws(KafkaError) -> [String: Int32] {
    try await worker.topics()
  }

  /// The settings of a topic, defaults included.
  public func topicConfiguration(_ name: String) async throws(KafkaError) -> [String: String] {
    try await worker.topicConfiguration(name)
  }

  /// The first offset of a partition and the one that its next record will have.
  public func offsets(of topic: String, partition: Int32) async throws(KafkaError) -> (low: Int64, high: Int64) {
    try await worker.offsets(topic, partition)
  }

  /// Reads one record.
  /// - Parameter timeout: milliseconds after which `timedOut` is thrown: nothing is known then.
  /// - Returns: nil if the log has no record at this offset: beyond its end, before its start, or compacted away.
  public func read(
    _ partition: TopicPartition, at offset: Int64, timeout milliseconds: Int = 10_000
  ) async throws(KafkaError) -> Record? {
    try await worker.read(partition, offset, milliseconds)
  }

  /// Frees everything. May be called more than once.
  public func close() async {
    await worker.close()
  }
}

/// The actor behind `Admin`; its executor is the thread on which the library's calls block.
actor AdminWorker {
  static let timeout: Int32 = 15_000

  private let executor: ThreadExecutor
  private let configuration: KafkaConfiguration
  private var client: KafkaHandle?

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(_ configuration: KafkaConfiguration) throws(KafkaError) {
    self.configuration = configuration
    client = try configuration.makeHandle(RD_KAFKA_PRODUCER)
    executor = ThreadExecutor(name: "kafka-admin")  // last: nobody would stop its thread if this threw
  }

  deinit {
    executor.stop()
    guard let client else { return }
    startThread(name: "kafka-destroy") { rd_kafka_destroy(client.pointer) }  // it may block
  }

  func close() {
    if let client { rd_kafka_destroy(client.pointer) }
    client = nil
  }

  func open() throws(KafkaError) -> OpaquePointer {
    guard let client else { throw .closed }
    return client.pointer
  }

  func createTopic(
    _ name: String, _ partitions: Int32, _ replicationFactor: Int16, _ configuration: [String: String]
  ) throws(KafkaError) {
    let client = try open()
    var topic: OpaquePointer?
    let refused = failureText { text, size in
      topic = rd_kafka_NewTopic_new(name, partitions, Int32(replicationFactor), text, size)
      return topic != nil
    }
    guard let topic else { throw KafkaError(code: .invalidArgument, reason: refused ?? "not a topic: \(name)") }
    defer { rd_kafka_NewTopic_destroy(topic) }
    for (name, value) in configuration { try KafkaError.check(rd_kafka_NewTopic_set_config(topic, name, value)) }
    var topics: [OpaquePointer?] = [topic]
    try request(client, RD_KAFKA_ADMIN_OP_CREATETOPICS) { options, queue in
      rd_kafka_CreateTopics(client, &topics, 1, options, queue)
    } read: { event throws(KafkaError) in
      var count = 0
      try Self.checkTopic(rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count), count)
    }
  }

  func deleteTopic(_ name: String) throws(KafkaError) {
    let client = try open()
    guard let topic = rd_kafka_DeleteTopic_new(name) else { throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG) }
    defer { rd_kafka_DeleteTopic_destroy(topic) }
    var topics: [OpaquePointer?] = [topic]
    try request(client, RD_KAFKA_ADMIN_OP_DELETETOPICS) { options, queue in
      rd_kafka_DeleteTopics(client, &topics, 1, options, queue)
    } read: { event throws(KafkaError) in
      var count = 0
      try Self.checkTopic(rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count), count)
    }
  }

  func topicConfiguration(_ name: String) throws(KafkaError) -> [String: String] {
    let client = try open()
    guard let resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name) else {
      throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG)
    }
    defer { rd_kafka_ConfigResource_destroy(resource) }
    var resources: [OpaquePointer?] = [resource]
    return try request(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS) { options, queue in
      rd_kafka_DescribeConfigs(client, &resources, 1, options, queue)
    } read: { event throws(KafkaError) in
      var count = 0
      let described = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count)
      guard count > 0, let resource = described?[0] else { return [:] }
      let code = rd_kafka_ConfigResource_error(resource)
      if code != RD_KAFKA_RESP_ERR_NO_ERROR {
        throw KafkaError(code, reason: rd_kafka_ConfigResource_error_string(resource).map { String(cString: $0) })
      }
      return Self.entries(of: resource)
    }
  }

  private static func entries(of resource: OpaquePointer) -> [String: String] {
    var count = 0
    let entries = rd_kafka_ConfigResource_configs(resource, &count)
    var settings: [String: String] = [:]
    for index in 0..<count {
      guard let entry = entries?[index], let name = rd_kafka_ConfigEntry_name(entry) else { continue }
      settings[String(cString: name)] = rd_kafka_ConfigEntry_value(entry).map { String(cString: $0) } ?? ""
    }
    return settings
  }

  func topics() throws(KafkaError) -> [String: Int32] {
    let client = try open()
    var metadata: UnsafePointer<rd_kafka_metadata>?
    try KafkaError.check(rd_kafka_metadata(client, 1, nil, &metadata, Self.timeout))
    guard let metadata else { return [:] }
    defer { rd_kafka_metadata_destroy(metadata) }
    var topics: [String: Int32] = [:]
    for topic in UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt))
    where topic.err == RD_KAFKA_RESP_ERR_NO_ERROR {
      guard let name = topic.topic else { continue }
      topics[String(cString: name)] = topic.partition_cnt
    }
    return topics
  }

  func offsets(
    _ topic: String, _ partition: Int32, _ timeout: Int32 = AdminWorker.timeout
  ) throws(KafkaError) -> (low: Int64, high: Int64) {
    var (low, high): (Int64, Int64) = (0, 0)
    try KafkaError.check(rd_kafka_query_watermark_offsets(try open(), topic, partition, &low, &high, timeout))
    return (low, high)
  }

  func read(_ partition: TopicPartition, _ offset: Int64, _ timeout: Int) throws(KafkaError) -> Record? {
    // Asked first: a consumer of an unknown topic would wait until its time is over.
    let (low, _) = try offsets(partition.topic, partition.partition, Int32(clamping: timeout))
    // The end is not asked: a broker may name one that lies a little behind its log.
    guard low <= offset else { return nil }
    return try SingleRead.read(configuration, partition, offset, timeout)
  }
}
