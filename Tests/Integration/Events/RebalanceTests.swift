import Contracts
import FoundationEssentials
import Kafka
import Postgres
import Synchronization
import Testing

@testable import ServiceKit

/// What members of a consumer group do when their partitions go in the middle of a batch.
@Suite(.serialized, .enabled(if: TestKafka.isApache, TestKafka.needsApache)) struct RebalanceTests {
  /// The first event is never done: its batch is given up when a second member comes.
  @Test func aMemberWhoseBatchIsGivenUpTakesPartAgain() async throws {
    try await withEventBench { bench in
      let first = Atomic<Bool>(true)
      let isUnderWay = Atomic<Bool>(false)
      let handler = EventHandler.of(Noted.Family.self) { envelope, transaction in
        guard case .noted(let event) = envelope.event else { return }
        if first.exchange(false, ordering: .relaxed) {
          isUnderWay.store(true, ordering: .relaxed)
          try await Task.sleep(for: .seconds(600))
        }
        try await transaction.execute("INSERT INTO noted (subject, number) VALUES (\(event.subject), \(event.number))")
      }
      let group = "test-\(UUID())"
      let members = ["one", "two"].map { owner in
        Member(bench, handler, group: group, owner: owner)
      }
      let one = Task { await members[0].run() }
      defer { one.cancel() }
      try await eventually { try await Set(bench.owners()) == ["one"] }
      for number in 1...60 {
        let record = try CloudEvent.record(Noted(subject: UUID(), number: number), sequence: 1, at: Date())
        _ = try await bench.producer.send(record)
      }
      try await eventually { isUnderWay.load(ordering: .relaxed) }
      let two = Task { await members[1].run() }
      defer { two.cancel() }
      try await eventually { try await Set(bench.owners()) == ["one", "two"] }
      try await eventually { try await bench.noted().count == 60 }
      #expect(try await bench.sums() == [60, 0, 0])
      // Also the one that had given up: it is still there.
      for number in 61...120 {
        let record = try CloudEvent.record(Noted(subject: UUID(), number: number), sequence: 1, at: Date())
        _ = try await bench.producer.send(record)
      }
      try await eventually { try await bench.noted().count == 120 }
      #expect(try await Set(bench.owners()) == ["one", "two"])
    }
  }
}

extension RebalanceTests {
  /// Neither the end of its transaction nor the order in which its parts end is a failure: the consumer goes on.
  @Test func whatIsGivenUpFailsNobody() async throws {
    try await withEventBench { bench in
      let handler = EndlessHandler()
      let system = LedgerSystem(
        group: "test", kafka: bench.kafka,
        ledger: PartitionLedger(database: bench.database, admin: bench.admin, owner: "test"), database: bench.database,
        health: Health(), log: Log(service: "test", minimum: .error), clock: .system)
      let queue = WriteQueue(BatchWriter(handler: handler, system: system, compacted: []))
      queue.add(EndlessHandler.Batch(), [])
      try await eventually { handler.applying.load(ordering: .relaxed) }
      queue.add(EndlessHandler.Batch(), [])
      try await eventually { handler.prepared.load(ordering: .relaxed) == 2 }
      await queue.giveUp()
      #expect(queue.count == 0)
      #expect(try queue.takeMoved().isEmpty)
    }
  }
}

/// Applies no batch to its end, and prepares the second one whether it is cancelled or not.
private final class EndlessHandler: BatchHandler {
  final class Batch: RecordBatch {
    func append(_ record: borrowing RecordView, of partition: TopicPartition) {}
  }

  let prepared = Atomic<Int>(0)
  let applying = Atomic<Bool>(false)

  func makeBatch() -> Batch { Batch() }

  func prepare(_ batch: Batch) async throws {
    let number = prepared.add(1, ordering: .relaxed).newValue
    guard number > 1 else { return }
    await Task.detached { try? await Task.sleep(for: .milliseconds(300)) }.value
  }

  func apply(_ batch: Batch, in transaction: Transaction) async throws -> [TopicPartition: PartitionResult] {
    applying.store(true, ordering: .relaxed)
    try await Task.sleep(for: .seconds(600))
    return [:]
  }

  func applied(_ batch: Batch) async {}
}

/// A member of a consumer group.
private struct Member: Sendable {
  let consumer: BatchConsumer
  let system: LedgerSystem

  init(_ bench: EventBench, _ handler: EventHandler, group: String, owner: String) {
    let log = Log(service: "test", minimum: .error)
    consumer = BatchConsumer(
      EventBatchHandler(
        handlers: [Noted.Family.topic.name: handler], log: log, clock: .system, taken: Counter(), rejected: Counter()))
    system = LedgerSystem(
      group: group, kafka: bench.kafka, sessionTimeout: 6_000,
      ledger: PartitionLedger(database: bench.database, admin: bench.admin, owner: owner), database: bench.database,
      health: Health(), log: log, clock: .system)
  }

  func run() async { await consumer.run(system) }
}

extension EventBench {
  /// Who took the partitions over last.
  fileprivate func owners() async throws -> [String] {
    try await database.query("SELECT owner FROM consumer_offset WHERE owner IS NOT NULL").map { try $0["owner"] }
  }
}
