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
    /// Nil: all ballots are held against the key.
    let voters: KnownVoters?
    /// Ballots a batch at most.
    let batchSize: Int
    let database: Database
    let clock: WallClock
    let figures: CountFigures
  }

  private struct State {
    var standings: [UInt128: VoteStanding] = [:]
    var votes = VoteTable([:])
    var underWay = BatchesUnderWay()
  }

  private let setting: Setting
  private let state = Mutex(State())

  init(_ setting: Setting) { self.setting = setting }

  deinit { setting.voters?.forget(ObjectIdentifier(self)) }

  /// Forgets what others may have changed.
  func claimed(_ partitions: [TopicPartition]) async throws {
    state.withLock { $0 = State() }
    try await setting.voters?.claimed(PartitionSet(partitions.map(\.partition)), by: ObjectIdentifier(self))
  }

  func makeBatch() -> BallotBatch {
    state.withLock { state in
      let batch = BallotBatch(
        votes: state.votes, waiting: state.underWay.waiting, ballotKey: setting.ballotKey, capacity: setting.batchSize)
      state.underWay.append(batch)
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
    }
    if let voters = setting.voters {
      if batch.count >= setting.batchSize { try await voters.waitUntilKnown() }
      try await voters.prepare(batch)
    } else {
      batch.writing = BallotWriting(checking: batch.rows)
    }
  }

  func apply(_ batch: BallotBatch, in transaction: Transaction) async throws -> [TopicPartition: PartitionResult] {
    let now = setting.clock.now
    // The order of locks is the same in every counter: votes that close or have rulings that end, ballots, tallies.
    let closing = batch.controls.filter { $0.action == .close }.map(\.vote)
    let concluding = batch.rulings.filter { $0.ruling.kind == .end }.map(\.vote)
    try await transaction.lockVotes(closing + concluding)
    try await transaction.insert(controls: batch.controls)
    try await transaction.insert(changes: batch.changes)
    let new = try await transaction.insert(batch.writing, of: batch.rows)
    let ruled = try await transaction.rule(batch.rulings)
    // Nothing is added to the votes of rulings that end: their tallies are locked here, with the others and in order.
    let increments = (new.increments + ruled.increments + concluding.map { Increment(vote: $0) }).byVote
    try await transaction.add(increments, at: now)
    FailPoint.reach("tallied")
    try await transaction.keepAside(batch.rejected + ruled.rejected, at: now)
    try await transaction.publishCrossings(of: increments.map(\.vote), at: now)
    try await transaction.conclude(ruled.ended, at: now)
    try await transaction.close(closing, at: now)
    return batch.results(new, ruled)
  }

  func applied(_ batch: BallotBatch) async { setting.figures.add(batch, at: setting.clock.now) }
}
