import FoundationEssentials
import Postgres
import ServiceKit
import Synchronization

/// Who has voted, as far as this process knows: one memory for all its readers of the log. It is learnt anew whenever one
/// of them takes partitions over, since another process has counted there.
final class KnownVoters: Sendable {
  private struct State {
    /// Nil until there is a plan.
    var memory: VoterMemory?
    /// The partitions of each reader.
    var partitions: [ObjectIdentifier: PartitionSet] = [:]
    var underWay = BatchesUnderWay()
    /// Counts how often learning was begun: what was asked for before does not get into another memory.
    var beginning = 0
    /// Until when full batches wait; nil when nothing is being learnt.
    var patience: ContinuousClock.Instant?
    /// What is on its way into the database while there is no plan yet; nil otherwise. It may be there after the plan was
    /// made and before the memory is, and in neither.
    var held: [BallotBatch]?

    var ownPartitions: PartitionSet { partitions.values.reduce(PartitionSet()) { $0.union($1) } }
  }

  /// How long full batches wait at most, in seconds, from the beginning of learning on.
  private static let patience = 10
  /// Portions that are asked for at once, so that learning is over soon.
  private static let learners = 2

  private let state = Mutex(State())
  private let database: Database
  private let limit: Int
  private let log: Log

  /// - Parameter limit: bytes of memory at most.
  init(database: Database, limit: Int, log: Log) {
    self.database = database
    self.limit = limit
    self.log = log
  }

  /// How often learning was begun.
  var beginnings: Int { state.withLock { $0.beginning } }

  /// Whether all were told who had voted when learning was begun.
  var isComplete: Bool { state.withLock { $0.memory?.isComplete ?? false } }

  /// A reader has taken over what others may have counted; these are all its partitions.
  func claimed(_ partitions: PartitionSet, by reader: ObjectIdentifier) async throws {
    state.withLock { $0.partitions[reader] = partitions }
    try await learn()
  }

  /// A reader has ended.
  func forget(_ reader: ObjectIdentifier) { state.withLock { $0.partitions[reader] = nil } }

  /// Waits until all who have voted are known, but not for long. For who has full batches to count, learning first is
  /// over sooner than both at once: until a voter is known the ballots cost twice as much.
  func waitUntilKnown() async throws {
    while let patience = state.withLock({ $0.patience }), ContinuousClock.now < patience {
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Divides the ballots of a batch into those of new voters and the others.
  func prepare(_ batch: BallotBatch) async throws {
    let isCrowded = state.withLock { state in
      state.underWay.append(batch)
      state.held?.append(batch)
      guard var memory = state.memory.take() else {
        batch.writing = BallotWriting(checking: batch.rows)
        return false
      }
      batch.writing = BallotWriting(batch.rows) { memory.insert($0) }
      state.memory = memory
      return memory.isCrowded && state.patience == nil
    }
    if isCrowded {
      // It is about speed alone: what it needs may be missing for a while.
      do { try await learn() } catch is CancellationError { throw CancellationError() } catch {
        log.warning("voters not known", ["error": "\(error)"])
      }
    }
  }

  /// Until all portions were told, ballots of their votes are held against the key: slower, and just as right.
  private func learn() async throws {
    let (beginning, partitions) = state.withLock { state in
      state.beginning += 1
      state.patience = .now + .seconds(Self.patience)
      state.held = (state.held ?? []) + state.underWay.judged
      return (state.beginning, state.ownPartitions)
    }
    do {
      let plan = try await database.voterPlan(partitions: partitions, limit: limit)
      if begin(plan, beginning) { Task { [weak self] in await self?.learn(plan, beginning) } }
    } catch {
      end(beginning)
      throw error
    }
  }

  /// - Returns: whether nothing was begun since.
  private func begin(_ plan: VoterPlan, _ beginning: Int) -> Bool {
    state.withLock { state in
      guard state.beginning == beginning else { return false }
      var memory = VoterMemory(plan)
      for row in (state.held ?? []).flatMap(\.rows) { _ = memory.insert(row) }
      state.held = nil
      state.memory = memory
      return true
    }
  }

  private func learn(_ plan: VoterPlan, _ beginning: Int) async {
    await withTaskGroup { group in
      for learner in 0..<Self.learners {
        group.addTask { [self] in
          for portion in stride(from: learner, to: plan.portions.count, by: Self.learners) {
            while let isKnown = await learn(plan.portions[portion], beginning), !isKnown {
              try? await Task.sleep(for: .seconds(2))
            }
          }
        }
      }
    }
    if let count = end(beginning), isComplete {
      log.info("voters known", ["voters": .int(count), "bytes": .int(plan.byteCount)])
    }
  }

  /// - Returns: whether the portion is known now; nil if it need not be any more.
  private func learn(_ portion: VoterPlan.Portion, _ beginning: Int) async -> Bool? {
    // Without readers there is nothing to know it for.
    guard state.withLock({ $0.beginning == beginning && !$0.partitions.isEmpty }) else { return nil }
    do {
      let pseudonyms = try await database.voters(portion)
      return state.withLock { state in
        guard state.beginning == beginning else { return nil }
        state.memory?.insert(pseudonyms, of: portion)
        return true
      }
    } catch {
      // Without the voters it goes on, only slower, while the database is away or has too much to do.
      log.warning("voters not known", ["error": "\(error)"])
      return false
    }
  }

  /// - Returns: the voters known, if nothing was begun since.
  @discardableResult
  private func end(_ beginning: Int) -> Int? {
    state.withLock { state in
      guard state.beginning == beginning else { return nil }
      state.patience = nil
      state.held = nil
      return state.memory?.count
    }
  }
}
