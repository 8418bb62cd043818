import Contracts
import Crypto
import FoundationEssentials
import Glibc
import Kafka
import Synchronization
import Threading

/// Writes the records of a plan, by threads of its own that share the partitions out among them.
///
/// Every thread walks through the whole plan and writes what belongs to its partitions: the order within a partition is
/// the plan's, and the threads have nothing to say to each other.
struct Filling: Sendable {
  /// What was written.
  struct Result: Sendable, Equatable {
    /// Yes and no by petition, of the ballots that must count.
    var yes: [Int]
    var no: [Int]
    /// Second ballots of a voter: duplicates.
    var again = 0
    /// Ballots on proposals that do not exist: rejected.
    var foreign = 0

    init(petitions: Int) {
      yes = Array(repeating: 0, count: petitions)
      no = yes
    }

    var firsts: Int { yes.reduce(0, +) + no.reduce(0, +) }
    var records: Int { firsts + again + foreign }

    mutating func add(_ other: Result) {
      for index in yes.indices {
        yes[index] += other.yes[index]
        no[index] += other.no[index]
      }
      again += other.again
      foreign += other.foreign
    }

    mutating func count(_ item: FillPlan.Item) {
      switch item.kind {
      case .first where item.isYes: yes[item.petition] += 1
      case .first: no[item.petition] += 1
      case .again: again += 1
      case .foreign: foreign += 1
      }
    }
  }

  let plan: FillPlan
  let proposals: [ProposalID]
  let key: HMACKey
  let topic: ProducerTopic
  let tally: DeliveryTally
  let threads: Int
  /// Records at most.
  let limit: Int
  /// Records a second; nil: as fast as they are taken.
  let rate: Double?
  let progress: Progress

  /// Shared by the threads: why all are to stop.
  private final class Board: Sendable {
    let failure = Mutex<KafkaError?>(nil)
    let isStopped = Atomic<Bool>(false)

    func stop(_ error: KafkaError) {
      failure.withLock { $0 = $0 ?? error }
      isStopped.store(true, ordering: .relaxed)
    }
  }

  /// Hands all records to Kafka and waits until each is acknowledged.
  /// - Throws: `Failure` when a record was not taken: what the tallies must be is then no longer known.
  func run() async throws -> Result {
    let start = ContinuousClock.now
    let board = Board()
    let total = await withTaskGroup(of: Result.self) { group in
      for thread in 0..<threads {
        group.addTask {
          await withUnsafeContinuation { continuation in
            startThread(name: "fill-\(thread)") { continuation.resume(returning: write(thread, from: start, board)) }
          }
        }
      }
      return await group.reduce(into: Result(petitions: proposals.count)) { $0.add($1) }
    }
    while tally.delivered + tally.failed < total.records { try await Task.sleep(for: .milliseconds(1)) }
    if let error = board.failure.withLock({ $0 }) ?? tally.firstFailure {
      throw Failure("\(total.records - tally.delivered) records were not taken: \(error)")
    }
    return total
  }

  /// The records of the partitions that fall to one thread, in the plan's order.
  private func write(_ thread: Int, from start: ContinuousClock.Instant, _ board: Board) -> Result {
    var forge = BallotForge(key: key, seed: plan.rules.seed, proposals: proposals)
    var result = Result(petitions: proposals.count)
    var acceptedAt = Date().milliseconds
    var index = 0
    var own = 0
    for place in 0..<plan.voters {
      guard index < limit, !board.isStopped.load(ordering: .relaxed) else { break }
      plan.records(at: place) { item in
        guard index < limit else { return }
        defer { index += 1 }
        let partition = forge.begin(item)
        guard Int(partition) % threads == thread else { return }
        if let rate { Self.wait(until: start + .seconds(Double(index) / rate)) }
        if rate != nil || own.isMultiple(of: 256) { acceptedAt = Date().milliseconds }
        forge.complete(item, place: index, acceptedAt: acceptedAt)
        do throws(KafkaError) { try post(forge.recordKey, forge.record, to: partition, board) } catch {
          return board.stop(error)
        }
        result.count(item)
        own += 1
        if own.isMultiple(of: 256) { progress.add(256) }
      }
    }
    progress.add(own % 256)
    return result
  }

  /// Waits in between while as many records as may be are in flight.
  private func post(
    _ recordKey: UnsafeRawBufferPointer, _ record: UnsafeRawBufferPointer, to partition: Int32, _ board: Board
  ) throws(KafkaError) {
    while true {
      do throws(KafkaError) {
        return try topic.post(partition: partition, key: recordKey, value: record, to: tally)
      } catch  where error.code == .queueFull && !board.isStopped.load(ordering: .relaxed) { usleep(500) }
    }
  }

  private static func wait(until due: ContinuousClock.Instant) {
    while true {
      let rest = (due - ContinuousClock.now).seconds
      guard rest > 0 else { return }
      usleep(UInt32(min(rest * 1_000_000 + 1, 100_000)))
    }
  }
}
