import Contracts
import Testing

@testable import VoteCounter
@testable import Voting

/// What voids and releases do to a tally.
@Suite struct RulingTests {
  private func effect(_ kind: BallotRuling.Kind, yes: Bool, quarantined: Bool) -> [Int64] {
    let increment = RulingEffect(kind, vote: 3, isYes: yes, isQuarantined: quarantined).increment
    #expect(increment.vote == 3)
    return [increment.yes, increment.no, increment.void, increment.quarantined]
  }

  @Test func aVoidTakesACountedBallotOutAndKeepsAQuarantinedOneOut() {
    #expect(effect(.void, yes: true, quarantined: false) == [-1, 0, 1, 0])
    #expect(effect(.void, yes: false, quarantined: false) == [0, -1, 1, 0])
    #expect(effect(.void, yes: true, quarantined: true) == [0, 0, 1, -1])
    #expect(effect(.void, yes: false, quarantined: true) == [0, 0, 1, -1])
  }

  @Test func aReleaseLetsAQuarantinedBallotCount() {
    #expect(effect(.release, yes: true, quarantined: true) == [1, 0, 0, -1])
    #expect(effect(.release, yes: false, quarantined: true) == [0, 1, 0, -1])
  }

  @Test func noBallotIsMadeOrLostByARuling() {
    for kind in [BallotRuling.Kind.void, .release] {
      for yes in [true, false] {
        for quarantined in [true, false] where kind == .void || quarantined {
          #expect(effect(kind, yes: yes, quarantined: quarantined).reduce(0, +) == 0)
        }
      }
    }
  }

  private func ruling(_ kind: BallotRuling.Kind, _ voter: UInt8, vote: Int32 = 1, at offset: Int64)
    -> BallotBatch.Ruling
  {
    BallotBatch.Ruling(
      vote: vote,
      ruling: BallotRuling(kind, by: RulingID(), voter: Array(repeating: voter, count: 16), offset: 0), partition: 0,
      offset: offset, key: [], value: [])
  }

  @Test func noRoundRulesOverABallotTwiceAndTheOrderOfTheLogIsKept() {
    #expect([BallotBatch.Ruling]().rounds.isEmpty)
    let rulings = [
      ruling(.release, 1, at: 0), ruling(.void, 2, at: 1), ruling(.void, 1, at: 2), ruling(.void, 1, vote: 2, at: 3),
      ruling(.release, 1, at: 4), ruling(.void, 2, at: 5),
    ]
    #expect(rulings.rounds.map { $0.map(\.offset) } == [[0, 1, 3], [2, 5], [4]])
  }

  @Test func incrementsOfOneVoteAddUp() {
    let sums = [Increment(vote: 2, yes: 1), Increment(vote: 1, void: 1), Increment(vote: 2, yes: -3, quarantined: 2)]
      .byVote
    #expect(sums == [Increment(vote: 1, void: 1), Increment(vote: 2, yes: -2, quarantined: 2)])
  }

  /// The numbers are in the database, in columns that share their meaning with the log.
  @Test func theMarksAreThoseOfTheLog() {
    #expect(BallotMark.void == Int16(BallotRuling.Kind.void.rawValue))
    #expect(BallotMark.released == Int16(BallotRuling.Kind.release.rawValue))
    #expect(![BallotMark.void, BallotMark.released].contains(BallotMark.quarantined))
  }
}
