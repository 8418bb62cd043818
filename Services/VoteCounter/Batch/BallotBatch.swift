import Contracts
import Crypto
import Kafka
import ServiceKit

/// The records of one transaction, judged as they are read. What cannot be judged yet is kept: records of a vote that is
/// not known here, and from a control record on all that follow it in its vote.
final class BallotBatch: RecordBatch, @unchecked Sendable {
  // One owner at a time: the consumer's thread fills it, then the session prepares it, then a transaction reads it.
  // What changes with every record is not checked for it at run time: a twentieth of the count.
  private struct Deferred {
    let fields: BallotRecord.Fields
    let partition: Int32
    let offset: Int64
    let key: [UInt8]?
    let value: [UInt8]?

    /// A record that was read as a control record has its 32 bytes there.
    var ruleHash: [UInt8] { Array((value ?? []).dropFirst(18).prefix(32)) }
  }

  /// Ballots that may count, in the order in which they were read; each partition's in the order of the log.
  @exclusivity(unchecked) private(set) var rows: [BallotRow] = []
  private(set) var controls: [Control] = []
  private(set) var changes: [Change] = []
  /// What is ruled over ballots, in the order of the log: whether there are such ballots the transaction finds out.
  private(set) var rulings: [Ruling] = []
  private(set) var rejected: [Rejected] = []
  /// Control records that say what was said before, by partition.
  private(set) var repeatedControls: [Int32: Int64] = [:]
  /// Records taken, in all.
  @exclusivity(unchecked) private(set) var count = 0
  /// When the newest ballot was accepted, in milliseconds since 1970.
  @exclusivity(unchecked) private(set) var newest: Int64 = 0
  /// What was prepared for writing.
  var writing = BallotWriting.none

  private(set) var isJudged = false
  /// Proposals of which this batch has a control record that was not judged yet.
  private(set) var undecided: Set<UInt128> = []

  private var deferred: [Deferred] = []
  /// Proposals whose records must all be deferred, since a control record before them was.
  @exclusivity(unchecked) private var deferring: Set<UInt128>
  private let votes: VoteTable
  @exclusivity(unchecked) private var taken = [Int64](repeating: 0, count: Int(Topics.ballots.partitions))
  private let ballotKey: HMACKey

  /// - Parameters:
  ///   - votes: those that are known, as of the last batch of which all was judged.
  ///   - waiting: proposals of which a batch before this one has a control record that was not judged yet.
  ///   - capacity: records at most, as a rule.
  init(votes: VoteTable, waiting: Set<UInt128> = [], ballotKey: HMACKey, capacity: Int) {
    self.votes = votes
    deferring = waiting
    self.ballotKey = ballotKey
    rows.reserveCapacity(capacity)
  }

  func append(_ record: borrowing RecordView, of partition: TopicPartition) {
    append(key: record.key, value: record.value, offset: record.offset, partition: partition.partition)
  }

  func append(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, offset: Int64, partition: Int32) {
    count += 1
    let fields: BallotRecord.Fields
    do {
      fields = try BallotRecord.Fields(value, key: ballotKey)
    } catch {
      return reject(error.rawValue, key.map(Array.init), value.map(Array.init), offset, partition)
    }
    if let choice = fields.choice, let vote = votes.find(fields.proposal),
      deferring.isEmpty || !deferring.contains(fields.proposal)
    {
      if let reason = votes.rejection(at: vote, acceptedAt: fields.acceptedAt, in: partition) {
        reject(reason.rawValue, key.map(Array.init), value.map(Array.init), offset, partition)
      } else {
        take(fields, choice, of: votes.number(at: vote), offset, partition)
      }
    } else {
      switch fields.kind {
      case .ballot, .quarantined, .ruling: break
      case .control, .change:
        undecided.insert(fields.proposal)
        deferring.insert(fields.proposal)
      }
      deferred.append(
        Deferred(
          fields: fields, partition: partition, offset: offset, key: key.map(Array.init), value: value.map(Array.init)))
    }
  }

  private func take(
    _ fields: BallotRecord.Fields, _ choice: Choice, of vote: Int32, _ offset: Int64, _ partition: Int32
  ) {
    newest = max(newest, fields.acceptedAt)
    taken[Int(partition)] += 1
    rows.append(
      BallotRow(
        voter: VoterKey(value: fields.subject), acceptedAt: fields.acceptedAt, offset: offset, vote: vote,
        partition: Int16(truncatingIfNeeded: partition), isYes: choice == .yes, isQuarantined: fields.isQuarantined))
  }

  private func reject(_ reason: String, _ key: [UInt8]?, _ value: [UInt8]?, _ offset: Int64, _ partition: Int32) {
    rejected.append(
      Rejected(partition: partition, offset: offset, reason: reason, key: key ?? [], value: value ?? []))
  }

  /// Proposals that must be looked up before the deferred records can be judged.
  func unknown(to standings: [UInt128: VoteStanding]) -> [UInt128] {
    Set(deferred.map(\.fields.proposal)).filter { standings[$0] == nil }
  }

  /// Judges what was deferred, in the order of the log, and moves the standings on.
  /// - Parameter standings: as of the end of the batch before, with the votes that `unknown` named, if they exist.
  /// - Returns: whether there was anything to judge.
  @discardableResult
  func judgeDeferred(_ standings: inout [UInt128: VoteStanding]) -> Bool {
    isJudged = true
    undecided = []
    if deferred.isEmpty { return false }
    for record in deferred {
      if let reason = judge(record, &standings) {
        reject(reason.rawValue, record.key, record.value, record.offset, record.partition)
      }
    }
    deferred = []
    return true
  }

  private func judge(_ record: Deferred, _ standings: inout [UInt128: VoteStanding]) -> Rejection? {
    guard var standing = standings[record.fields.proposal] else { return .unknownProposal }
    switch record.fields.kind {
    case .ballot(let choice), .quarantined(let choice):
      if let reason = standing.rejection(acceptedAt: record.fields.acceptedAt, in: record.partition) { return reason }
      take(record.fields, choice, of: standing.number, record.offset, record.partition)
      return nil
    case .control(let action):
      let outcome = standing.take(action, ruleHash: record.ruleHash, in: record.partition)
      if outcome == .taken {
        controls.append(
          Control(vote: standing.number, action: action, partition: record.partition, offset: record.offset))
      }
      return settle(outcome, of: record, standing, &standings)
    case .change(let kind):
      let change = ScheduleChange(kind, in: record.value ?? [])
      let time = record.fields.acceptedAt
      let outcome = standing.take(change, from: time, ruleHash: record.ruleHash, in: record.partition)
      if outcome == .taken {
        changes.append(
          Change(
            vote: standing.number, change: change, time: time, partition: record.partition, offset: record.offset))
      }
      return settle(outcome, of: record, standing, &standings)
    case .ruling(let kind):
      // It changes nothing that other records are judged by: a voter has one ballot, whatever becomes of it.
      rulings.append(
        Ruling(
          vote: standing.number, ruling: BallotRuling(kind, in: record.value ?? []), partition: record.partition,
          offset: record.offset, key: record.key ?? [], value: record.value ?? []))
      return nil
    }
  }

  private func settle(
    _ outcome: VoteStanding.ControlOutcome, of record: Deferred, _ standing: VoteStanding,
    _ standings: inout [UInt128: VoteStanding]
  ) -> Rejection? {
    switch outcome {
    case .rejected(let reason): return reason
    case .repeated: repeatedControls[record.partition, default: 0] += 1
    case .taken: standings[record.fields.proposal] = standing
    }
    return nil
  }

  /// What became of the records, partition by partition.
  /// - Parameters:
  ///   - new: the ballots that were the first of their voters.
  ///   - ruled: what became of the rulings.
  func results(_ new: BallotCount, _ ruled: RulingOutcome) -> [TopicPartition: PartitionResult] {
    var results: [Int32: PartitionResult] = [:]
    for (partition, count) in taken.enumerated() where count > 0 {
      results[Int32(partition), default: PartitionResult()].duplicate += count
    }
    for (partition, count) in new.byPartition { results[partition, default: PartitionResult()].duplicate -= count }
    for (partition, count) in repeatedControls { results[partition, default: PartitionResult()].duplicate += count }
    for (partition, count) in ruled.repeated { results[partition, default: PartitionResult()].duplicate += count }
    for record in rejected + ruled.rejected { results[record.partition, default: PartitionResult()].rejected += 1 }
    return Dictionary(
      uniqueKeysWithValues: results.map { (TopicPartition(topic: Topics.ballots.name, partition: $0.key), $0.value) })
  }
}
