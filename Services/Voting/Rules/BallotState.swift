import Contracts

/// What a voter is told of a ballot.
enum BallotState: String, Encodable, Sendable, CaseIterable {
  /// Nothing of this voter has been counted.
  case none
  /// In the log, not counted yet.
  case pending
  case counted
  /// Looked into before it may count.
  case quarantined
  /// Taken out of the count, or never let into it.
  case void
  /// There is an earlier ballot of the same voter, which has the say: counted, quarantined or void.
  case alreadyVoted = "already-voted"
  case rejected
}

/// What the database knows of a voter's ballots on one proposal.
struct BallotTrace: Sendable {
  /// Where the voter's first ballot stands in the log, its choice, and what became of it: counted, quarantined or void.
  var first: (partition: Int32, offset: Int64, choice: Choice, state: BallotState)?
  /// Why the first ballot is void: the code of the ruling.
  var voidCode: RulingCode?
  /// Why the ballot asked for (or, without a receipt, any of the voter) was rejected.
  var rejection: String?
  /// How far the partition has been counted; nil if it has never been.
  var next: Int64?

  /// Decides for one ballot, or without a receipt for the voter.
  func state(of receipt: Receipt?) -> BallotState {
    guard let receipt else {
      if let first { return first.state }
      return rejection == nil ? .none : .rejected
    }
    if let first, first.partition == receipt.partition, first.offset == receipt.offset { return first.state }
    guard receipt.offset < (next ?? 0) else { return .pending }
    if rejection != nil { return .rejected }
    return first == nil ? .pending : .alreadyVoted
  }

  /// Why the voter's ballot does not count, if that is so.
  func reason(for state: BallotState) -> String? {
    switch state {
    case .rejected: rejection
    case .void: voidCode?.rawValue
    case .none, .pending, .counted, .quarantined, .alreadyVoted: nil
    }
  }
}
