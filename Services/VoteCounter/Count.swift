import Contracts
import Crypto
import FailPoints
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit
import Synchronization

/// Counts: judges records as they are read, stores the ballots, moves the tallies, and sees who crosses the bar.
final class Count: BatchHandler {
  /// How ballots are written.
  enum Way: String, Sendable, CaseIterable {
    /// Those of new voters by COPY, the others by INSERT.
    case copy
    /// All by INSERT.
    case insert
  }

  /// What every generation of the consumer's group counts with.
  struct Setting: Sendable {
    let ballotKey: HMACKey
    let way: Way
    /// Ballots a batch at most.
    let batchSize: Int
    /// Memory for the filter of voters at most, in bytes.
    let filterLimit: Int
    let database: Database
    let clock: WallClock
    let log: Log
    let figures: CountFigures
  }

  private struct State {
    var standings: [UInt128: VoteStanding] = [:]
    var votes = VoteTable([:])
    var filter: VoterFilter?
    /// Whether the filter knows all who have voted before.
    var isFilterComplete = false
    var unjudged = UnjudgedBatches()
  }

  private let setting: Setting
  private let state = Mutex(State())
  private let warming = Mutex<Task<Void, Never>?>(nil)

  init(_ setting: Setting) { self.setting = setting }

  deinit { warming.withLock { $0?.cancel() } }

  /// Forgets what others may have changed, and begins to learn who has voted.
  func claimed(_ partitions: [TopicPartition]) async throws {
    state.withLock { $0 = State() }
    guard setting.way == .copy else { return }
    let plan = try await setting.database.filterPlan(limit: setting.filterLimit)
    state.withLock { $0.filter = VoterFilter(byteCount: plan.byteCount) }
    let owned = Set(partitions.map(\.partition))
    let former = warming.withLock { warming in
      defer { warming = Task { [weak self] in await self?.warm(plan, owned) } }
      return warming
    }
    former?.cancel()
  }

  /// Until this has ended every ballot is held against the key: slower, and just as right.
  private func warm(_ plan: FilterPlan, _ partitions: Set<Int32>) async {
    do {
      let known = try await setting.database.voters(plan, in: partitions)
      state.withLock { state in
        guard !Task.isCancelled, state.filter?.byteCount == known.byteCount else { return }
        state.filter?.formUnion(known)
        state.isFilterComplete = true
      }
      setting.log.info("voters known", ["voters": .int(known.count), "bytes": .int(known.byteCount)])
    } catch {
      // Without the filter it goes on, only slower; the next claim tries again.
      setting.log.warning("voters not known", ["error": "\(error)"])
    }
  }

  func makeBatch() -> BallotBatch {
    state.withLock { state in
      let batch = BallotBatch(
        votes: state.votes, waiting: state.unjudged.waiting, ballotKey: setting.ballotKey, capacity: setting.batchSize)
      state.unjudged.append(batch)
      return batch
    }
  }

  func prepare(_ batch: BallotBatch) async throws {
    let unknown = state.withLock { batch.unknown(to: $0.standings) }
    if !unknown.isEmpty {
      let found = try await setting.database.standings(of: unknown)
      state.withLock { $0.standings.merge(found) { known, _ in known } }
    }
    state.withLock { state in
      // Standings change with what was deferred, and only then.
      if batch.judgeDeferred(&state.standings) { state.votes = VoteTable(state.standings) }
      batch.writing = writing(batch.rows, &state)
    }
  }

  private func writing(_ rows: [BallotRow], _ state: inout State) -> BallotWriting {
    guard var filter = state.filter.take() else { return BallotWriting(checking: rows) }
    defer { state.filter = filter }
    guard state.isFilterComplete else {
      for row in rows { filter.insert(row.voter) }
      return BallotWriting(checking: rows)
    }
    return BallotWriting(rows) { filter.insert($0) }
  }

  func apply(_ batch: BallotBatch, in transaction: Transaction) async throws -> [TopicPartition: PartitionResult] {
    let now = setting.clock.now
    // The order of locks is the same in every counter: votes, ballots, tallies.
    let closing = batch.controls.filter { $0.action == .close }.map(\.vote)
    try await transaction.lockVotes(closing)
    try await transaction.insert(controls: batch.controls)
    let new = try await transaction.insert(batch.writing, of: batch.rows)
    let increments = new.byVote
    try await transaction.add(increments, at: now)
    FailPoint.reach("tallied")
    try await transaction.keepAside(batch.rejected, at: now)
    try await transaction.publishCrossings(of: increments.map(\.vote), at: now)
    try await transaction.close(closing, at: now)
    return batch.results(new)
  }

  func applied(_ batch: BallotBatch) async { setting.figures.add(batch, at: setting.clock.now) }
}
