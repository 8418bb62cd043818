import Contracts

/// What a ruling does to a ballot that stands as it does.
struct RulingEffect: Sendable, Equatable {
  /// What becomes of the tally.
  let increment: Increment

  /// - Parameters:
  ///   - isYes: what the ballot says.
  ///   - isQuarantined: it has not been counted yet.
  init(_ kind: BallotRuling.Kind, vote: Int32, isYes: Bool, isQuarantined: Bool) {
    func counted(_ ballots: Int64) -> Increment {
      isYes ? Increment(vote: vote, yes: ballots) : Increment(vote: vote, no: ballots)
    }
    var increment: Increment
    switch (kind, isQuarantined) {
    case (.void, false):
      increment = counted(-1)
      increment.void = 1
    case (.void, true): increment = Increment(vote: vote, void: 1, quarantined: -1)
    case (.release, true):
      increment = counted(1)
      increment.quarantined = -1
    // Nothing is released that is not held, and the end of a ruling is over no ballot.
    case (.release, false), (.end, _): increment = Increment(vote: vote)
    }
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
  /// Rulings whose ends were new in some partition.
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
