import Postgres
import Testing

@testable import VoteCounter

/// How a batch is made ready for writing. Whatever the filter guesses, no ballot may get lost between the two ways.
@Suite struct BallotWritingTests {
  private func row(_ vote: Int32, _ voter: UInt128, offset: Int64 = 0, yes: Bool = true) -> BallotRow {
    BallotRow(
      voter: VoterKey(value: voter), acceptedAt: 1, offset: offset, vote: vote, partition: Int16(voter % 12),
      isYes: yes)
  }
  private func random(_ count: Int, votes: Int32 = 500) -> [BallotRow] {
    (0..<count).map { row(Int32.random(in: 1...votes), UInt128.random(in: 0 ... .max), offset: Int64($0)) }
  }

  /// The bytes of the COPY, and what they add.
  private func written(_ writing: BallotWriting, _ rows: [BallotRow]) -> (bytes: [UInt8], count: BallotCount) {
    var bytes: [UInt8] = []
    func send(_ piece: UnsafeRawBufferPointer) -> Bool {
      bytes += piece
      return true
    }
    let outcome = CopyRows.write(
      columns: BallotWriting.columns, fieldBytes: BallotWriting.fieldBytes, to: send
    ) { writing.write(rows, to: &$0) }
    #expect(outcome.isSent && outcome.rows == writing.copied.count)
    return (bytes, outcome.result)
  }

  @Test func theOrderIsByVoteThenVoterAndStable() {
    for count in [0, 1, 2, 1_000, 20_000] {
      let rows = random(count) + random(count / 10, votes: 1)
      var sorting = BallotOrder(capacity: rows.count)
      for (index, row) in rows.enumerated() { sorting.append(row, index: index) }
      let order = sorting.sorted().map(Int.init)
      #expect(order.sorted() == Array(rows.indices))
      for (a, b) in zip(order, order.dropFirst()) {
        let (left, right) = (rows[a], rows[b])
        let keys = ((left.vote, left.voter.value >> 104), (right.vote, right.voter.value >> 104))
        #expect(keys.0 < keys.1 || (keys.0 == keys.1 && a < b))
      }
    }
  }

  @Test func everyBallotGoesOneOfTheTwoWays() {
    var filter = VoterFilter(byteCount: 1_000)  // much too small: many guesses are wrong
    let rows = random(5_000)
    let writing = BallotWriting(rows) { filter.insert($0.voter) }
    #expect(writing.copied.count + writing.checked.count == 5_000)
    #expect(Set(writing.copied.map { rows[Int($0)].offset } + writing.checked.map(\.offset)).count == 5_000)
    let (bytes, count) = written(writing, rows)
    #expect(count.increments.byVote.reduce(0) { $0 + $1.yes + $1.no } == Int64(writing.copied.count))
    #expect(bytes.count == 19 + writing.copied.count * 65 + 2)
    #expect(writing.checked.count > 100)
  }

  @Test func ofTwoBallotsOfAVoterTheFirstMayBeCopiedAndTheSecondIsChecked() {
    var filter = VoterFilter(byteCount: 4_096)
    let rows = [row(1, 77, offset: 3), row(1, 77, offset: 4, yes: false)]
    let writing = BallotWriting(rows) { filter.insert($0.voter) }
    #expect(writing.checked == [rows[1]])
    #expect(written(writing, rows).count.increments.byVote == [Increment(vote: 1, yes: 1, no: 0)])
  }

  @Test func aBallotInQuarantineIsNeverCopiedAndItsVoterIsRemembered() {
    var filter = VoterFilter(byteCount: 4_096)
    var held = row(1, 77, offset: 3)
    held.isQuarantined = true
    let rows = [held, row(1, 77, offset: 4), row(1, 78, offset: 5)]
    let writing = BallotWriting(rows) { filter.insert($0.voter) }
    #expect(writing.checked == [rows[0], rows[1]])
    #expect(writing.copied == [2])
    var count = BallotCount()
    count.add(held)
    #expect(count.increments == [Increment(vote: 1, quarantined: 1)])
    #expect(count.byPartition.values.reduce(0, +) == 1)
  }

  @Test func withoutNewVotersNothingIsCopied() {
    let writing = BallotWriting([row(1, 5)]) { _ in true }
    #expect(writing.copied.isEmpty && writing.checked.count == 1)
    #expect(BallotWriting([]) { _ in false }.copied.isEmpty)
  }

  @Test func theBytesAreThoseOfTheBinaryFormat() {
    let ballot = BallotRow(
      voter: VoterKey(value: 0x0102), acceptedAt: 3, offset: 4, vote: 5, partition: 6, isYes: true)
    let bytes = written(BallotWriting([ballot]) { _ in false }, [ballot]).bytes
    var expected = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0] + Array(repeating: 0, count: 8)
    expected += [0, 6]
    expected += [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 3] + [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 4]
    expected += [0, 0, 0, 4, 0, 0, 0, 5] + [0, 0, 0, 2, 0, 6] + [0, 0, 0, 1, 1]
    expected += [0, 0, 0, 16] + Array(repeating: 0, count: 14) + [1, 2] + [0xff, 0xff]
    #expect(bytes == expected)
  }

  @Test func countsOfOneVoteAddUpWhereverTheyStand() {
    var count = BallotCount()
    for (vote, yes) in [(2 as Int32, true), (1, true), (2, false), (2, true)] {
      count.add(row(vote, 12, yes: yes))
    }
    #expect(
      count.increments.byVote == [Increment(vote: 1, yes: 1), Increment(vote: 2, yes: 2, no: 1)])
    #expect(count.byPartition == [0: 4])
    let sum = count + count
    #expect(sum.increments.byVote.map(\.yes) == [2, 4] && sum.byPartition == [0: 8])
  }
}
