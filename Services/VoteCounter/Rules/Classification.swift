import Contracts
import Crypto
import FoundationEssentials
import Voting

/// What the counter must know of a vote to judge its records in one partition.
struct VoteStanding: Sendable, Equatable {
  let number: Int32
  let ruleHash: [UInt8]
  /// Milliseconds since 1970.
  let closesAt: Int64
  /// Whether the partition's opening and closing records have been passed.
  var isOpened: Bool
  var isClosed: Bool
}

/// Why a record does not count; the raw value is what the voter is told.
enum Rejection: String, Sendable {
  case unknownProposal = "unknown-proposal"
  case notOpen = "vote-not-open"
  case closed = "vote-closed"
  case tooLate = "accepted-after-closing"
  case otherRule = "other-rule"
}

/// The records of one partition, judged in the order of the log. Pure: the same records and standings always give the
/// same judgement, whatever the time and the process.
struct Classification: Sendable {
  struct Ballot: Sendable, Equatable {
    let vote: Int32
    /// The first 16 of the pseudonym's 32 bytes.
    let pseudonym: UUID
    let isYes: Bool
    let acceptedAt: Int64
    let offset: Int64
  }
  struct Control: Sendable, Equatable {
    let vote: Int32
    let action: BallotRecord.Control
    let offset: Int64
  }
  struct Rejected: Sendable, Equatable {
    let offset: Int64
    let reason: String
  }

  private(set) var ballots: [Ballot] = []
  private(set) var controls: [Control] = []
  /// Control records that say what was said before.
  private(set) var repeatedControls: Int64 = 0
  private(set) var rejected: [Rejected] = []

  /// - Parameters:
  ///   - records: what each record was read as, in order.
  ///   - standings: by proposal, as of the record before the first one.
  init(
    _ records: [(offset: Int64, read: Result<BallotRecord, BallotRecord.Fault>)],
    _ standings: [ProposalID: VoteStanding]
  ) {
    var standings = standings
    ballots.reserveCapacity(records.count)
    for (offset, read) in records {
      switch read {
      case .failure(let fault): rejected.append(Rejected(offset: offset, reason: fault.rawValue))
      case .success(let record):
        if let reason = take(record, at: offset, &standings) {
          rejected.append(Rejected(offset: offset, reason: reason.rawValue))
        }
      }
    }
  }

  private mutating func take(_ record: BallotRecord, at offset: Int64, _ standings: inout [ProposalID: VoteStanding])
    -> Rejection?
  {
    guard let standing = standings[record.proposal] else { return .unknownProposal }
    switch record.content {
    case .control(let action, let ruleHash):
      guard ruleHash == standing.ruleHash else { return .otherRule }
      let isRepeated = action == .open ? standing.isOpened : standing.isClosed
      guard !isRepeated else {
        repeatedControls += 1
        return nil
      }
      if action == .open {
        standings[record.proposal]?.isOpened = true
      } else {
        standings[record.proposal]?.isClosed = true
      }
      controls.append(Control(vote: standing.number, action: action, offset: offset))
    case .ballot(let pseudonym, let choice, _):
      guard standing.isOpened else { return .notOpen }
      guard !standing.isClosed else { return .closed }
      guard record.acceptedAt < standing.closesAt else { return .tooLate }
      ballots.append(
        Ballot(
          vote: standing.number, pseudonym: UUID(pseudonym: pseudonym), isYes: choice == .yes,
          acceptedAt: record.acceptedAt, offset: offset))
    }
    return nil
  }
}
