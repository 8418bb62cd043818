import Kafka
import Testing

@Suite(.timeLimit(.minutes(1))) struct ProducerTests {
  @Test func awaitedSendsReturnOffsetsInOrder() async throws {
    let cluster = try MockCluster()
    try cluster.createTopic("ballots", partitions: 2)
    let producer = try Producer(cluster.configuration(), linger: 0)
    let topic = producer.topic("ballots")
    for expected in 0..<20 as Range<Int64> {
      #expect(try await topic.send(partition: 1, key: [1], value: [UInt8(expected)]) == expected)
    }
    #expect(producer.inFlight == 0)
    await producer.close(flush: 1_000)
  }

  @Test func manyConcurrentSendsAreAllAcknowledged() async throws {
    let cluster = try MockCluster()
    try cluster.createTopic("ballots", partitions: 4)
    let producer = try Producer(cluster.configuration(), linger: 1)
    let topic = producer.topic("ballots")
    let offsets = try await withThrowingTaskGroup(of: TopicPartition?.self, returning: [Int64: Int].self) { group in
      for number in 0..<10_000 as Range<Int32> {
        group.addTask {
          let offset = try await topic.send(partition: number % 4, key: [], value: [UInt8(truncatingIfNeeded: number)])
          return TopicPartition(topic: String(offset), partition: number % 4)
        }
      }
      var seen: [Int64: Int] = [:]
      for try await place in group { if let place, let offset = Int64(place.topic) { seen[offset, default: 0] += 1 } }
      return seen
    }
    #expect(offsets.count == 2_500)
    #expect(offsets.values.allSatisfy { $0 == 4 })
    await producer.close(flush: 1_000)
  }

  @Test func aBatchIsAnsweredInItsOrder() async throws {
    let cluster = try MockCluster()
    try cluster.createTopic("events", partitions: 1)
    let producer = try Producer(cluster.configuration(), linger: 0)
    let results = await producer.send(
      (0..<500).map {
        OutgoingRecord(topic: $0 == 250 ? "" : "events", partition: 0, key: nil, value: [UInt8($0 % 256)])
      })
    #expect(results.count == 500)
    var expected: Int64 = 0
    for (index, result) in results.enumerated() {
      if index == 250 {
        #expect(throws: KafkaError.self) { try result.get() }
      } else {
        #expect(try result.get().offset == expected)
        expected += 1
      }
    }
    #expect(await producer.send([OutgoingRecord]()).isEmpty)
    await producer.close(flush: 1_000)
  }

  @Test func keysDecideThePartitionAsInKafka() async throws {
    let cluster = try MockCluster()
    try cluster.createTopic("events", partitions: 12)
    let producer = try Producer(cluster.configuration(), linger: 0)
    // murmur2 of "kafka" is 0xd067cf64, from the tests of Kafka's clients.
    let place = try await producer.send(OutgoingRecord(topic: "events", key: Array("kafka".utf8), value: [1]))
    #expect(place.partition == (0xd067_cf64 & 0x7fff_ffff) % 12)
    await producer.close(flush: 1_000)
  }

  @Test func theGateRefusesBeforeTheQueueIsFull() async throws {
    let configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1", clientID: "test")
    let producer = try Producer(configuration, deliveryTimeout: 1_000, maximumInFlight: 3)
    let results = await producer.send((0..<5).map { OutgoingRecord(topic: "t", partition: 0, key: nil, value: [$0]) })
    let codes = results.map { result in
      if case .failure(let error) = result { error.code } else { nil as KafkaError.Code? }
    }
    #expect(codes == [.messageTimedOut, .messageTimedOut, .messageTimedOut, .queueFull, .queueFull])
    #expect(producer.inFlight == 0)
    await producer.close(flush: 0)
  }

  @Test func anUnreachableBrokerFailsTheSendInTime() async throws {
    let configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1", clientID: "test")
    let producer = try Producer(configuration, deliveryTimeout: 500)
    let start = ContinuousClock.now
    let error = await #expect(throws: KafkaError.self) {
      _ = try await producer.send(OutgoingRecord(topic: "t", partition: 0, key: nil, value: [1]))
    }
    #expect(error?.code == .messageTimedOut)
    #expect(error?.isRetriable == true)
    #expect(error?.possiblyPersisted == false)
    await producer.close(flush: 10_000)
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func closingFailsWhatIsInFlight() async throws {
    let configuration = KafkaConfiguration(bootstrapServers: "127.0.0.1:1", clientID: "test")
    let producer = try Producer(configuration)
    async let result = producer.send([OutgoingRecord(topic: "t", partition: 0, key: nil, value: [1])])
    while producer.inFlight == 0 { await Task.yield() }
    await producer.close(flush: 50)
    let failed = await result
    #expect(failed.allSatisfy { if case .failure(let error) = $0 { error.code == .purgedFromQueue } else { false } })
  }

  @Test func closingTwiceIsHarmlessAndSendingAfterwardsFails() async throws {
    let cluster = try MockCluster()
    try cluster.createTopic("events", partitions: 1)
    let producer = try Producer(cluster.configuration())
    let topic = producer.topic("events")
    async let other: Void = producer.close(flush: 100)
    await producer.close(flush: 100)
    await other
    await producer.close(flush: 100)
    let error = await #expect(throws: KafkaError.self) { _ = try await topic.send(partition: 0, key: [], value: []) }
    #expect(error?.code == .closed)
    await #expect(throws: KafkaError.self) {
      _ = try await producer.send(OutgoingRecord(topic: "events", key: nil, value: nil))
    }
  }

  @Test func aRefusedRecordIsDistinguishable() async throws {
    let cluster = try MockCluster()
    try cluster.createTopic("events", partitions: 1)
    let producer = try Producer(cluster.configuration(), linger: 0)
    let large = [UInt8](repeating: 7, count: 2_000_000)
    let tooLarge = await #expect(throws: KafkaError.self) {
      _ = try await producer.send(OutgoingRecord(topic: "events", partition: 0, key: nil, value: large))
    }
    #expect(tooLarge?.code == .messageSizeTooLarge)
    #expect(tooLarge?.isRetriable == false)
    _ = try await producer.send(OutgoingRecord(topic: "events", partition: 0, key: nil, value: [1]))
    let unknown = await #expect(throws: KafkaError.self) {
      _ = try await producer.send(OutgoingRecord(topic: "events", partition: 9, key: nil, value: [1]))
    }
    #expect(unknown?.code == .unknownTopicOrPartition)
    cluster.fail(.produce, with: [KafkaError.Code.topicAuthorizationFailed.rawValue])
    let forbidden = await #expect(throws: KafkaError.self) {
      _ = try await producer.send(OutgoingRecord(topic: "events", partition: 0, key: nil, value: [1]))
    }
    #expect(forbidden?.code == .topicAuthorizationFailed)
    #expect(producer.inFlight == 0)
    await producer.close(flush: 1_000)
  }

  @Test func anInvalidPropertyIsNamed() {
    let configuration = KafkaConfiguration(
      bootstrapServers: "127.0.0.1:1", clientID: "test", properties: ["nonsense": "1"])
    let error = #expect(throws: KafkaError.self) { _ = try Producer(configuration) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.reason.contains("nonsense") == true)
  }
}
