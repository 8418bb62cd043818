import CLibrdkafka
import Kafka

/// librdkafka's broker for tests: in this process, in memory, with groups, without administration.
final class MockCluster: @unchecked Sendable {
  private let client: OpaquePointer
  private let cluster: OpaquePointer

  struct Failed: Error {}

  init(brokers: Int32 = 1) throws {
    guard let conf = rd_kafka_conf_new() else { throw Failed() }
    rd_kafka_conf_set_log_cb(conf) { _, _, _, _ in }
    guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nil, 0) else {
      rd_kafka_conf_destroy(conf)
      throw Failed()
    }
    guard let cluster = rd_kafka_mock_cluster_new(client, brokers) else {
      rd_kafka_destroy(client)
      throw Failed()
    }
    self.client = client
    self.cluster = cluster
  }

  deinit {
    rd_kafka_mock_cluster_destroy(cluster)
    rd_kafka_destroy(client)
  }

  func configuration(_ properties: [String: String] = [:]) -> KafkaConfiguration {
    let servers = rd_kafka_mock_cluster_bootstraps(cluster).map { String(cString: $0) } ?? ""
    return KafkaConfiguration(bootstrapServers: servers, clientID: "test", properties: properties)
  }

  func createTopic(_ name: String, partitions: Int32) throws {
    let code = rd_kafka_mock_topic_create(cluster, name, partitions, 1)
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw Failed() }
  }

  /// The next requests of this kind fail with these errors, one each.
  func fail(_ request: Request, with errors: [Int32]) {
    let errors = errors.map { rd_kafka_resp_err_t(rawValue: $0) }
    rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, errors.count, errors)
  }

  /// Kafka's numbers of requests.
  enum Request: Int16 {
    case produce = 0
  }
}

/// Answers a consumer's events until `done`: assigns every partition from its beginning, collects what comes.
final class Member: Sendable {
  let consumer: Consumer

  init(_ configuration: KafkaConfiguration, group: String) throws {
    consumer = try Consumer(configuration, group: group)
  }

  struct Seen {
    var records: [Record] = []
    var assigned: [[TopicPartition]] = []
    var revoked: [[TopicPartition]] = []
    var errors: [KafkaError] = []

    var current: Set<TopicPartition> { assigned.count > revoked.count ? Set(assigned.last ?? []) : [] }
  }

  /// Polls until `done` says so or ten seconds have passed.
  func poll(_ seen: inout Seen, from offset: Int64 = Consumer.beginning, until done: (Seen) -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while !done(seen), ContinuousClock.now < end {
      try await step(&seen, from: offset)
    }
  }

  func step(_ seen: inout Seen, from offset: Int64 = Consumer.beginning) async throws {
    switch try await consumer.next(maximum: 1_000, wait: 50) {
    case .records(let records):
      seen.records += records
    case .assigned(let partitions):
      seen.assigned.append(partitions)
      try await consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, offset) }))
    case .revoked(let partitions, _):
      seen.revoked.append(partitions)
      try await consumer.unassign()
    case .failed(let error, _):
      seen.errors.append(error)
    case .idle:
      break
    }
  }
}
