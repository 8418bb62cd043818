import Contracts

/// Why a record does not count; the raw value is what the voter is told.
enum Rejection: String, Sendable {
  case unknownProposal = "unknown-proposal"
  case notOpen = "vote-not-open"
  case closed = "vote-closed"
  case tooLate = "accepted-after-closing"
  case otherRule = "other-rule"
  case paused = "vote-paused"
  case outOfOrder = "change-out-of-order"
  case noSuchBallot = "no-such-ballot"
}

/// A set of partitions.
struct PartitionSet: Sendable, Equatable {
  private var bits: UInt64

  /// - Parameter bits: the lowest stands for partition 0; 64 partitions at most.
  init(bits: UInt64 = 0) { self.bits = bits }

  init(_ partitions: [Int32]) {
    bits = 0
    for partition in partitions { insert(partition) }
  }

  var count: Int { bits.nonzeroBitCount }

  func union(_ other: PartitionSet) -> PartitionSet { PartitionSet(bits: bits | other.bits) }

  func contains(_ partition: Int32) -> Bool { bits >> UInt64(partition) & 1 == 1 }

  mutating func insert(_ partition: Int32) { bits |= 1 << UInt64(partition) }
}

/// What the counter must know of a vote to judge its records: the rule, and which of its control records each partition
/// has passed. Pure: only the log decides, whatever the time and the process.
struct VoteStanding: Sendable, Equatable {
  /// What became of a control record.
  enum ControlOutcome: Sendable, Equatable {
    case taken
    /// It says what was said before.
    case repeated
    case rejected(Rejection)
  }

  let number: Int32
  /// 32 bytes.
  let ruleHash: [UInt8]
  /// By the rule, in milliseconds since 1970.
  let closesAt: Int64
  /// Partitions whose opening or closing record has been passed.
  var opened = PartitionSet()
  var closed = PartitionSet()
  /// The schedule as of the changes that each partition has passed; empty as long as none has passed any, so that votes
  /// without changes cost nothing more.
  private var schedules: [PartitionSchedule] = []

  init(
    number: Int32, ruleHash: [UInt8], closesAt: Int64, opened: PartitionSet = PartitionSet(),
    closed: PartitionSet = PartitionSet()
  ) {
    self.number = number
    self.ruleHash = ruleHash
    self.closesAt = closesAt
    self.opened = opened
    self.closed = closed
  }

  /// Why a ballot in `partition` does not count here and now; nil if it does.
  func rejection(acceptedAt: Int64, in partition: Int32) -> Rejection? {
    if !opened.contains(partition) { return .notOpen }
    if closed.contains(partition) { return .closed }
    if !schedules.isEmpty { return schedules[Int(partition)].rejection(acceptedAt: acceptedAt) }
    return acceptedAt < closesAt ? nil : .tooLate
  }

  /// Passes a control record in `partition`.
  mutating func take(_ control: BallotRecord.Control, ruleHash: [UInt8], in partition: Int32) -> ControlOutcome {
    guard ruleHash == self.ruleHash else { return .rejected(.otherRule) }
    switch control {
    case .open:
      if opened.contains(partition) { return .repeated }
      opened.insert(partition)
    case .close:
      if closed.contains(partition) { return .repeated }
      closed.insert(partition)
    }
    return .taken
  }

  /// Passes a change again that was taken before.
  mutating func pass(_ change: ScheduleChange, from time: Int64, in partition: Int32) {
    makeSchedules()
    _ = schedules[Int(partition)].take(change, from: time)
  }

  /// Passes a change of the schedule in `partition`.
  /// - Parameter time: from when on it holds, in milliseconds since 1970.
  mutating func take(
    _ change: ScheduleChange, from time: Int64, ruleHash: [UInt8], in partition: Int32
  ) -> ControlOutcome {
    guard ruleHash == self.ruleHash else { return .rejected(.otherRule) }
    if !opened.contains(partition) { return .rejected(.notOpen) }
    // What was said before the end may be said again after it.
    if closed.contains(partition), schedules.isEmpty || change.number > schedules[Int(partition)].number {
      return .rejected(.closed)
    }
    makeSchedules()
    return schedules[Int(partition)].take(change, from: time)
  }

  private mutating func makeSchedules() {
    guard schedules.isEmpty else { return }
    schedules = Array(repeating: PartitionSchedule(closesAt: closesAt), count: Int(Topics.ballots.partitions))
  }
}
