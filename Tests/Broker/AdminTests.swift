import Kafka
import Synchronization
import Testing

/// What the mock cluster can answer; it cannot create, delete or describe topics.
@Suite(.timeLimit(.minutes(1))) struct AdminTests {
  @Test func topicsOffsetsAndSingleRecords() async throws {
    let cluster = try MockCluster()
    try cluster.createTopic("ballots", partitions: 3)
    let producer = try Producer(cluster.configuration(), linger: 0)
    for value in 0..<5 as Range<UInt8> {
      _ = try await producer.send(OutgoingRecord(topic: "ballots", partition: 1, key: [value], value: [value]))
    }
    await producer.close(flush: 1_000)

    let admin = try Admin(cluster.configuration())
    #expect(try await admin.topics()["ballots"] == 3)
    #expect(try await admin.offsets(of: "ballots", partition: 1) == (0, 5))
    #expect(try await admin.offsets(of: "ballots", partition: 2) == (0, 0))

    let place = TopicPartition(topic: "ballots", partition: 1)
    let record = try await admin.read(place, at: 3, timeout: 5_000)
    #expect(record?.offset == 3)
    #expect(record?.value == [3])
    #expect(try await admin.read(place, at: 5, timeout: 5_000) == nil)
    #expect(try await admin.read(place, at: 500, timeout: 5_000) == nil)
    #expect(try await admin.read(place, at: -1, timeout: 5_000) == nil)

    await admin.close()
    await admin.close()
    let error = await #expect(throws: KafkaError.self) { _ = try await admin.topics() }
    #expect(error?.code == .closed)
  }

  @Test func silenceIsNotAnAnswer() async throws {
    let admin = try Admin(KafkaConfiguration(bootstrapServers: "127.0.0.1:1", clientID: "test"))
    let error = await #expect(throws: KafkaError.self) {
      _ = try await admin.read(TopicPartition(topic: "ballots", partition: 0), at: 0, timeout: 300)
    }
    #expect(error?.isRetriable == true)
    await admin.close()
  }

  @Test func logLinesReachTheHook() async throws {
    // The hook belongs to the whole process, so other tests' lines may come too.
    final class Sink: Sendable {
      let lines = Mutex<[String]>([])
    }
    let sink = Sink()
    KafkaLibrary.setLogger { level, facility, message in
      sink.lines.withLock { $0.append("\(level) \(facility) \(message)") }
    }
    let producer = try Producer(KafkaConfiguration(bootstrapServers: "127.0.0.1:1", clientID: "loud"))
    for _ in 0..<100 where sink.lines.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(50)) }
    await producer.close(flush: 0)
    #expect(sink.lines.withLock { $0.contains { $0.contains("FAIL") } })
    #expect(KafkaLibrary.version.hasPrefix("2."))
  }
}
