import Contracts

/// What a voter is told of a ballot.
enum BallotState: String, Encodable, Sendable, CaseIterable {
  /// Nothing of this voter has been counted.
  case none
  /// In the log, not counted yet.
  case pending
  case counted
  /// An earlier ballot of the same voter counts.
  case alreadyVoted = "already-voted"
  case rejected
}

/// What the database knows of a voter's ballots on one proposal.
struct BallotTrace: Sendable {
  /// Where the counted ballot stands in the log, and its choice.
  var counted: (partition: Int32, offset: Int64, choice: Choice)?
  /// Why the ballot asked for (or, without a receipt, any of the voter) was rejected.
  var rejection: String?
  /// How far the partition has been counted; nil if it has never been.
  var next: Int64?

  /// Decides for one ballot, or without a receipt for the voter.
  func state(of receipt: Receipt?) -> BallotState {
    guard let receipt else {
      if counted != nil { return .counted }
      return rejection == nil ? .none : .rejected
    }
    if let counted, counted.partition == receipt.partition, counted.offset == receipt.offset { return .counted }
    guard receipt.offset < (next ?? 0) else { return .pending }
    if rejection != nil { return .rejected }
    return counted == nil ? .pending : .alreadyVoted
  }
}
