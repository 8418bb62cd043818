import Contracts
import FoundationEssentials
import Kafka
import Postgres
import Synchronization
import Testing

@testable import ServiceKit

/// What every service can rely on between its outbox and another's tables.
@Suite(.serialized, .enabled(if: TestKafka.isApache, TestKafka.needsApache)) struct EventDeliveryTests {
  @Test func whatACommitPublishesIsAppliedOnceAndInOrder() async throws {
    try await withEventBench { bench in
      let subjects = (0..<5).map { _ in UUID() }
      for number in 1...40 {
        for subject in subjects {
          try await bench.database.transaction {
            try await $0.publish(Noted(subject: subject, number: number), at: Date())
          }
        }
      }
      _ = try? await bench.database.transaction { transaction in
        try await transaction.publish(Noted(subject: subjects[0], number: 99), at: Date())
        throw CancellationError()
      }
      try await bench.running { try await eventually { try await bench.noted().count == 200 } }
      let noted = try await bench.noted()
      for subject in subjects { #expect(noted.filter { $0.0 == subject }.map(\.1) == Array(1...40)) }
      #expect(try await bench.database.query("SELECT 1 AS row FROM outbox").isEmpty)
    }
  }

  @Test func aRepetitionHasNoSecondEffect() async throws {
    try await withEventBench { bench in
      let record = try CloudEvent.record(Noted(subject: UUID(), number: 1), sequence: 1, at: Date())
      for result in await bench.producer.send([record, record, record]) { _ = try result.get() }
      try await bench.running { try await bench.awaitConsumed(3) }
      #expect(try await bench.noted().count == 1)
      #expect(try await bench.sums() == [1, 2, 0])
    }
  }

  @Test func aNumberTakenByAnotherEventIsSeenAndNotTakenForARepetition() async throws {
    try await withEventBench { bench in
      let subject = UUID()
      let first = try CloudEvent.record(Noted(subject: subject, number: 1), sequence: 7, at: Date())
      var other = try CloudEvent.record(Noted(subject: subject, number: 2), sequence: 7, at: Date())
      other.headers = other.headers.map { $0.name == "ce_id" ? KafkaHeader("ce_id", UUID().uuidString) : $0 }
      for result in await bench.producer.send([first, other]) { _ = try result.get() }
      try await bench.running { try await bench.awaitConsumed(2) }
      #expect(try await bench.sums() == [1, 0, 1])
      #expect(try await bench.reasons().first?.contains("taken by another event") == true)
    }
  }

  @Test func whatIsNoEventIsKeptAsideWithItsReasonAndTheRestIsApplied() async throws {
    try await withEventBench { bench in
      let good = try CloudEvent.record(Noted(subject: UUID(), number: 1), sequence: 1, at: Date())
      let topic = Noted.Family.topic.name
      var deep = good
      deep.value = Array(String(repeating: "[", count: 100_000).utf8)
      var wrongType = good
      wrongType.value = Array(#"{"subject":1}"#.utf8)
      var unknown = good
      unknown.headers = unknown.headers.map { $0.name == "ce_type" ? KafkaHeader("ce_type", "kr.forum.later.v9") : $0 }
      unknown.headers = unknown.headers.map {
        $0.name == "ce_subject" ? KafkaHeader("ce_subject", UUID().uuidString) : $0
      }
      let records = [
        OutgoingRecord(topic: topic, partition: 0, key: nil, value: nil),
        OutgoingRecord(
          topic: topic, partition: 0, key: [0xff], value: [0, 1, 2], headers: [KafkaHeader("ce_id", "x")]),
        deep, wrongType, unknown, good,
      ]
      for result in await bench.producer.send(records) { _ = try result.get() }
      try await bench.running { try await bench.awaitConsumed(6) }
      #expect(try await bench.noted().count == 1)
      #expect(try await bench.reasons().count == 4)
    }
  }

  @Test func aFaultOfTheSystemMakesTheEventWaitAndNeverDropsIt() async throws {
    try await withEventBench { bench in
      bench.failures.store(2, ordering: .relaxed)
      let record = try CloudEvent.record(Noted(subject: UUID(), number: 1), sequence: 1, at: Date())
      _ = try await bench.producer.send(record)
      try await bench.running { try await bench.awaitConsumed(1) }
      #expect(bench.failures.load(ordering: .relaxed) == 0)
      #expect(try await bench.noted().count == 1)
      #expect(try await bench.sums() == [1, 0, 0])
    }
  }
}

/// An event of the tests' own.
struct Noted: Event {
  enum Family: EventFamily {
    case noted(Noted)

    static let topic = Topic(
      "test.events.\(UUID().uuidString.lowercased())", key: "subject", writer: "test", readers: [])
    static let decoders = [EventDecoder(Noted.self, Self.noted)]

    var proposal: ProposalID {
      switch self {
      case .noted(let event): ProposalID(event.subject)
      }
    }
  }
  static let type = "kr.forum.test.noted.v1"
  var subject: UUID
  var number: Int
}

final class EventBench: Sendable {
  let kafka: KafkaConfiguration
  let admin: Admin
  let producer: Producer
  let database: Database
  /// How often the handler is to fail through no fault of the record.
  let failures = Atomic<Int>(0)

  init(database: Database) throws {
    kafka = try TestKafka.configuration()
    admin = try Admin(kafka)
    producer = try Producer(kafka)
    self.database = database
  }

  /// Runs relay and consumer around `body`.
  func running(_ body: () async throws -> Void) async throws {
    let log = Log(service: "test", minimum: .error)
    let relay = OutboxRelay(
      schema: "test", database: database, producer: producer, log: log, sent: Counter(), pause: .milliseconds(10))
    let handler = EventHandler.of(Noted.Family.self) { [self] envelope, transaction in
      guard case .noted(let event) = envelope.event else { return }
      if failures.load(ordering: .relaxed) > 0 {
        failures.subtract(1, ordering: .relaxed)
        throw PostgresError(sqlState: "57014", message: "canceling statement due to statement timeout")
      }
      try await transaction.execute("INSERT INTO noted (subject, number) VALUES (\(event.subject), \(event.number))")
    }
    let consumer = BatchConsumer(
      EventBatchHandler(
        handlers: [Noted.Family.topic.name: handler], log: log, clock: .system, taken: Counter(), rejected: Counter()))
    let system = LedgerSystem(
      group: "test-\(UUID())", kafka: kafka,
      ledger: PartitionLedger(database: database, admin: admin, owner: "test"), database: database, health: Health(),
      log: log, clock: .system)
    let work = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await relay.run() }
        group.addTask { await consumer.run(system) }
      }
    }
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    work.cancel()
    await work.value
    try outcome.get()
  }

  func noted() async throws -> [(UUID, Int)] {
    try await database.query("SELECT subject, number FROM noted ORDER BY id").map {
      (try $0["subject"], try $0["number"])
    }
  }

  /// Counted, duplicate, rejected.
  func sums() async throws -> [Int] {
    let row = try await database.one(
      """
      SELECT coalesce(sum(counted), 0)::bigint AS counted, coalesce(sum(duplicate), 0)::bigint AS duplicate,
        coalesce(sum(rejected), 0)::bigint AS rejected FROM consumer_offset
      """)
    return [try row?["counted"] ?? 0, try row?["duplicate"] ?? 0, try row?["rejected"] ?? 0]
  }

  func awaitConsumed(_ count: Int) async throws {
    try await eventually { try await sums().reduce(0, +) == count }
  }

  func reasons() async throws -> [String] {
    try await database.query("SELECT reason FROM rejected_record ORDER BY record_offset").map { try $0["reason"] }
  }
}

func withEventBench(_ body: (EventBench) async throws -> Void) async throws {
  let table = Migration(
    100, "noted",
    "CREATE TABLE noted (id bigint GENERATED ALWAYS AS IDENTITY, subject uuid NOT NULL, number int NOT NULL)")
  try await withTestDatabase(schema: "test", migrations: BaseMigrations.all + [table]) { database, _ in
    let bench = try EventBench(database: database)
    let topic = Noted.Family.topic
    // Each test begins where the topic ends.
    try await eventually {
      if try await bench.admin.topics()[topic.name] == topic.partitions { return true }
      try? await bench.admin.createTopic(topic.name, partitions: topic.partitions, configuration: topic.configuration)
      return false
    }
    for partition in 0..<topic.partitions {
      try await eventually { (try? await bench.admin.offsets(of: topic.name, partition: partition)) != nil }
      let end = try await bench.admin.offsets(of: topic.name, partition: partition).high
      try await database.execute(
        """
        INSERT INTO consumer_offset (topic, partition, base_offset, next_offset)
        VALUES (\(topic.name), \(partition), \(end), \(end))
        """)
    }
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(bench)) } catch { outcome = .failure(error) }
    await bench.producer.close(flush: 1_000)
    await bench.admin.close()
    try outcome.get()
  }
}
