import Contracts

/// What is kept of a ballot that is not simply counted; the raw values are in the database. Void is final.
enum BallotMark {
  static let quarantined: Int16 = 0
  static let void: Int16 = 1
  static let released: Int16 = 2
}

/// What a ruling does to a ballot that stands as it does.
struct RulingEffect: Sendable, Equatable {
  /// What becomes of the tally.
  let increment: Increment

  /// - Parameters:
  ///   - isYes: what the ballot says.
  ///   - isQuarantined: it has not been counted yet.
  init(_ kind: BallotRuling.Kind, vote: Int32, isYes: Bool, isQuarantined: Bool) {
    var increment = Increment(vote: vote)
    let counted: Int64 = kind == .release ? 1 : isQuarantined ? 0 : -1
    if isYes { increment.yes = counted } else { increment.no = counted }
    if kind == .void { increment.void = 1 }
    if isQuarantined { increment.quarantined = -1 }
    self.increment = increment
  }
}

/// What became of the rulings of a batch.
struct RulingOutcome: Sendable {
  /// What they add to tallies.
  var increments: [Increment] = []
  /// Those that said what was said before, or changed nothing any more, by partition.
  var repeated: [Int32: Int64] = [:]
  /// Those over ballots that there are not.
  var rejected: [BallotBatch.Rejected] = []
  /// Rulings that have been told to another partition in full.
  var ended: [RulingID] = []
}

private struct RuledBallot: Hashable {
  let vote: Int32
  let voter: VoterKey
}

extension Sequence<BallotBatch.Ruling> {
  /// In rounds, so that no ballot is ruled over twice in one: what a round does can be done at once, and the log's order
  /// is kept.
  var rounds: [[BallotBatch.Ruling]] {
    var rounds: [[BallotBatch.Ruling]] = []
    var ruled: [RuledBallot: Int] = [:]
    for ruling in self {
      let ballot = RuledBallot(vote: ruling.vote, voter: ruling.ruling.voterKey)
      let round = ruled[ballot, default: 0]
      ruled[ballot] = round + 1
      if round == rounds.count { rounds.append([]) }
      rounds[round].append(ruling)
    }
    return rounds
  }
}
