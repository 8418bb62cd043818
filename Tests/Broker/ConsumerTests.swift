import Kafka
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConsumerTests {
  let cluster: MockCluster
  let producer: Producer

  init() throws {
    cluster = try MockCluster()
    try cluster.createTopic("events", partitions: 4)
    producer = try Producer(cluster.configuration(), linger: 0)
  }

  private func fill(partition: Int32 = 0, count: Int) async throws {
    let records = (0..<count).map {
      OutgoingRecord(topic: "events", partition: partition, key: [UInt8($0 % 256)], value: Array("\($0)".utf8))
    }
    for result in await producer.send(records) { _ = try result.get() }
  }

  private let first = TopicPartition(topic: "events", partition: 0)

  @Test func nullsEmptiesAndHeadersSurvive() async throws {
    let headers = [
      KafkaHeader("ce_type", "forum.proposal.opened"), KafkaHeader(name: "none", value: nil),
      KafkaHeader(name: "empty", value: []), KafkaHeader(name: "ce_type", value: [0xff, 0x00]),
    ]
    let sent = [
      OutgoingRecord(topic: "events", partition: 0, key: nil, value: nil),
      OutgoingRecord(topic: "events", partition: 0, key: [], value: []),
      OutgoingRecord(topic: "events", partition: 0, key: [0xff], value: nil, headers: headers),
      OutgoingRecord(topic: "events", partition: 0, key: nil, value: [0, 0xc3, 0x28], headers: headers),
    ]
    for result in await producer.send(sent) { _ = try result.get() }
    let member = try Member(cluster.configuration(), group: "g")
    try await member.consumer.assign([first: 0])
    var seen = Member.Seen()
    try await member.poll(&seen) { $0.records.count == 4 }
    #expect(seen.records.map(\.key) == sent.map(\.key))
    #expect(seen.records.map(\.value) == sent.map(\.value))
    #expect(seen.records.map(\.headers) == [[], [], headers, headers])
    #expect(seen.records.map(\.offset) == [0, 1, 2, 3])
    #expect(seen.records.allSatisfy { $0.topic == "events" && $0.partition == 0 && $0.timestamp > 0 })
    await member.consumer.close()
    await producer.close(flush: 1_000)
  }

  @Test func readingStartsAtTheAssignedOffset() async throws {
    try await fill(count: 100)
    let member = try Member(cluster.configuration(), group: "g")
    try await member.consumer.assign([first: 70])
    var seen = Member.Seen()
    try await member.poll(&seen) { $0.records.count == 30 }
    #expect(seen.records.map(\.offset) == Array(70..<100))
    try await member.consumer.assign([first: 10])
    seen = Member.Seen()
    try await member.poll(&seen) { $0.records.count == 90 }
    #expect(seen.records.first?.offset == 10)
    try await member.consumer.unassign()
    guard case .idle = try await member.consumer.next(maximum: 10, wait: 100) else {
      Issue.record("read after unassign")
      return
    }
    await member.consumer.close()
    await producer.close(flush: 1_000)
  }

  @Test func anOffsetOutsideTheLogIsAnError() async throws {
    try await fill(count: 10)
    let member = try Member(cluster.configuration(), group: "g")
    try await member.consumer.assign([first: 5_000])
    var seen = Member.Seen()
    try await member.poll(&seen) { !$0.errors.isEmpty }
    #expect(seen.errors.first?.code == .offsetOutOfRange)
    #expect(seen.records.isEmpty)
    await member.consumer.close()
    await producer.close(flush: 1_000)
  }

  @Test func batchesEndBySizeAndByTime() async throws {
    try await fill(count: 1_000)
    let consumer = try Consumer(cluster.configuration(), group: "g")
    try await consumer.assign([first: 0])
    guard case .records(let full) = try await consumer.next(maximum: 300, wait: 5_000) else {
      Issue.record("no records")
      return
    }
    #expect(full.map(\.offset) == Array(0..<300))
    var rest = 0
    while rest < 700 {
      let start = ContinuousClock.now
      guard case .records(let records) = try await consumer.next(maximum: 10_000, wait: 200) else { continue }
      rest += records.count
      // 400 ms at most, and more only because other tests keep the processors busy.
      #expect(ContinuousClock.now - start < .seconds(5))
    }
    #expect(rest == 700)
    let idle = ContinuousClock.now
    guard case .idle = try await consumer.next(maximum: 10, wait: 300) else {
      Issue.record("unexpected event")
      return
    }
    #expect(ContinuousClock.now - idle >= .milliseconds(290))
    await consumer.close()
    await producer.close(flush: 1_000)
  }

  @Test func closingEndsAWaitAndIsHarmlessTwice() async throws {
    let consumer = try Consumer(cluster.configuration(), group: "g")
    let start = ContinuousClock.now
    let waiting = Task { try await consumer.next(maximum: 10, wait: 30_000) }
    try await Task.sleep(for: .milliseconds(50))
    await consumer.close()
    await consumer.close()
    guard case .idle = try await waiting.value else {
      Issue.record("unexpected event")
      return
    }
    #expect(ContinuousClock.now - start < .seconds(3))
    let error = await #expect(throws: KafkaError.self) { _ = try await consumer.next(maximum: 1, wait: 1) }
    #expect(error?.code == .closed)
    await producer.close(flush: 0)
  }

  @Test func closingWithAnUnansweredAssignmentDoesNotHang() async throws {
    let consumer = try Consumer(cluster.configuration(), group: "g")
    try await consumer.subscribe(["events"])
    var assigned = false
    for _ in 0..<100 where !assigned {
      if case .assigned = try await consumer.next(maximum: 10, wait: 100) { assigned = true }
    }
    #expect(assigned)
    let start = ContinuousClock.now
    await consumer.close()
    #expect(ContinuousClock.now - start < .seconds(3))
    await producer.close(flush: 0)
  }

  @Test func aForgottenConsumerFreesItself() async throws {
    try await fill(count: 10)
    var consumer: Consumer? = try Consumer(cluster.configuration(), group: "g")
    try await consumer?.assign([first: 0])
    _ = try await consumer?.next(maximum: 10, wait: 1_000)
    weak let forgotten = consumer
    consumer = nil
    #expect(forgotten == nil)
    await producer.close(flush: 0)
  }

  @Test func commitsAndSubscriptionsOfNothingAreHarmless() async throws {
    let consumer = try Consumer(cluster.configuration(), group: "g")
    try await consumer.commit([:])
    try await consumer.assign([:])
    try await consumer.commit([first: 3])
    await consumer.close()
    await producer.close(flush: 0)
  }
}
