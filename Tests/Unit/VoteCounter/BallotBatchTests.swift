import Contracts
import Crypto
import FoundationEssentials
import ServiceKit
import Testing

@testable import VoteCounter

/// Which records count: the log decides, record by record.
@Suite struct BallotBatchTests {
  private let proposal = ProposalID()
  private let rule = [UInt8](repeating: 3, count: 32)
  private let key = HMACKey(Array(repeating: 9, count: 32))

  private func standings(opened: Bool = true, closed: Bool = false) -> [UInt128: VoteStanding] {
    var standing = VoteStanding(number: 5, ruleHash: rule, closesAt: 1_000)
    if opened { standing.opened.insert(0) }
    if closed { standing.closed.insert(0) }
    return [UInt128(proposal): standing]
  }
  private func ballot(_ voter: UInt8, _ choice: Choice = .yes, at time: Int64 = 10) -> [UInt8]? {
    BallotRecord(
      proposal: proposal,
      content: .ballot(
        pseudonym: Array(repeating: voter, count: 32), choice: choice, nonce: Array(repeating: 0, count: 16)),
      acceptedAt: time
    ).encoded(with: key)
  }
  private func control(_ action: BallotRecord.Control, rule: [UInt8]? = nil) -> [UInt8]? {
    BallotRecord(proposal: proposal, content: .control(action, ruleHash: rule ?? self.rule), acceptedAt: 0)
      .encoded(with: key)
  }
  /// Reads records in partition 0 from `first` on, and judges them.
  private func judge(
    _ records: [[UInt8]?], _ standings: inout [UInt128: VoteStanding], knows: Bool = true, from first: Int64 = 0
  ) -> BallotBatch {
    let batch = BallotBatch(votes: VoteTable(knows ? standings : [:]), ballotKey: key, capacity: 10)
    for (index, record) in records.enumerated() { batch.append(record, offset: first + Int64(index), partition: 0) }
    batch.judgeDeferred(&standings)
    return batch
  }
  private func judge(_ records: [[UInt8]?], _ standings: [UInt128: VoteStanding], knows: Bool = true) -> BallotBatch {
    var standings = standings
    return judge(records, &standings, knows: knows)
  }

  /// A vote that was not known when its records were read is judged no differently.
  @Test(arguments: [true, false]) func ballotsCountBetweenOpeningAndClosingOnly(knows: Bool) {
    let result = judge(
      [ballot(1), control(.open), ballot(2), ballot(3, .no), control(.close), ballot(4)], standings(opened: false),
      knows: knows)
    #expect(result.rows.map(\.offset) == [2, 3])
    #expect(result.rows.map(\.isYes) == [true, false])
    #expect(result.controls.map(\.action) == [.open, .close])
    #expect(result.rejected.map(\.offset) == [0, 5])
    #expect(result.rejected.map(\.reason) == ["vote-not-open", "vote-closed"])
    #expect(result.rejected.map(\.value) == [ballot(1), ballot(4)])
  }

  @Test func aRepeatedControlRecordChangesNothing() {
    let result = judge(
      [control(.open), control(.open), ballot(1), control(.close), control(.close)], standings(opened: false))
    #expect(result.repeatedControls == [0: 2])
    #expect(result.controls.count == 2)
    #expect(result.rows.count == 1)
    #expect(judge([control(.open), control(.close)], standings(closed: true)).repeatedControls == [0: 2])
  }

  @Test func aControlRecordIsOfItsPartitionAlone() {
    var standings = standings(opened: false)
    let batch = BallotBatch(votes: VoteTable(standings), ballotKey: key, capacity: 10)
    batch.append(control(.open), offset: 0, partition: 4)
    batch.append(ballot(1), offset: 0, partition: 5)
    batch.append(ballot(2), offset: 1, partition: 4)
    batch.judgeDeferred(&standings)
    #expect(batch.rows.map(\.partition) == [4])
    #expect(batch.rejected.map(\.reason) == ["vote-not-open"])
  }

  @Test func aBallotAcceptedAfterTheClosingTimeDoesNotCountThoughTheClosingRecordIsLate() {
    let result = judge([ballot(1, at: 999), ballot(2, at: 1_000)], standings())
    #expect(result.rows.map(\.offset) == [0])
    #expect(result.rejected.map(\.reason) == ["accepted-after-closing"])
  }

  @Test func aControlRecordForAnotherRuleIsRejected() {
    let result = judge([control(.open, rule: Array(repeating: 0, count: 32)), ballot(1)], standings(opened: false))
    #expect(result.rejected.map(\.reason) == ["other-rule", "vote-not-open"])
  }

  @Test func unknownProposalsAndUnreadableRecordsAreRejectedWithTheirReasons() {
    var forged = ballot(2)
    forged?[50] ^= 1
    let result = judge([ballot(1), forged, nil, [1, 2, 3]], [:])
    #expect(
      Set(result.rejected.map { "\($0.offset) \($0.reason)" }) == [
        "0 unknown-proposal", "1 bad-authentication-code", "2 no-value", "3 wrong-length",
      ])
  }

  @Test func onlyWhatIsNotKnownIsLookedUp() {
    let batch = BallotBatch(votes: VoteTable(standings()), ballotKey: key, capacity: 10)
    batch.append(ballot(1), offset: 0, partition: 0)
    #expect(batch.unknown(to: standings()).isEmpty)
    let other = BallotBatch(votes: VoteTable([:]), ballotKey: key, capacity: 10)
    other.append(ballot(1), offset: 0, partition: 0)
    #expect(other.unknown(to: [:]) == [UInt128(proposal)])
    #expect(other.unknown(to: standings()).isEmpty)
  }

  @Test(arguments: [true, false]) func everyRecordEndsInExactlyOnePlace(knows: Bool) {
    var records: [[UInt8]?] = []
    for offset in 0..<500 {
      switch Int.random(in: 0..<6) {
      case 0: records.append(nil)
      case 1: records.append(control(.open))
      case 2 where offset > 400: records.append(control(.close))
      default: records.append(ballot(UInt8.random(in: 0...255)))
      }
    }
    let result = judge(records, standings(opened: false), knows: knows)
    let repeated = Int(result.repeatedControls[0] ?? 0)
    #expect(result.rows.count + result.controls.count + repeated + result.rejected.count == 500)
    #expect(result.count == 500)
    #expect(result.rows.map(\.offset) == result.rows.map(\.offset).sorted())
  }

  @Test func cuttingTheLogIntoBatchesChangesNothing() {
    let records = [ballot(9), control(.open), ballot(1), ballot(2), control(.close), ballot(3)]
    let whole = judge(records, standings(opened: false))
    for cut in 0...records.count {
      var standings = standings(opened: false)
      let first = judge(Array(records[..<cut]), &standings)
      let second = judge(Array(records[cut...]), &standings, from: Int64(cut))
      #expect(whole.rows == first.rows + second.rows)
      #expect(whole.rejected == first.rejected + second.rejected)
      #expect(whole.controls == first.controls + second.controls)
    }
  }

  /// A batch may be read and then dropped: what it read must not have changed anything.
  @Test func readingAControlRecordMovesNothingBeforeTheBatchIsComplete() {
    let before = standings(opened: false)
    let dropped = BallotBatch(votes: VoteTable(before), ballotKey: key, capacity: 10)
    dropped.append(control(.open), offset: 0, partition: 0)
    let again = judge([control(.open), ballot(1)], before)
    #expect(again.controls.count == 1 && again.rows.count == 1 && again.repeatedControls.isEmpty)
  }

  /// Reading is ahead of judging; what waits for a control record waits until that one is judged, and no longer.
  @Test func onlyAnUnjudgedControlRecordHoldsBallotsUp() {
    var standings = standings(opened: false)
    var underWay = BatchesUnderWay()
    func read(_ record: [UInt8]?, at offset: Int64) -> BallotBatch {
      let batch = BallotBatch(
        votes: VoteTable(standings), waiting: underWay.waiting, ballotKey: key, capacity: 10)
      underWay.append(batch)
      batch.append(record, offset: offset, partition: 0)
      return batch
    }
    let first = read(control(.open), at: 0)
    let second = read(ballot(1), at: 1)
    #expect(second.rows.isEmpty && second.rejected.isEmpty)
    first.judgeDeferred(&standings)
    // The second one waits for the first, which has been judged; the third one has nothing to wait for.
    let third = read(ballot(2), at: 2)
    #expect(third.rows.count == 1)
    second.judgeDeferred(&standings)
    #expect(second.rows.count == 1)
  }

  @Test func aDroppedBatchHoldsNothingUp() {
    var underWay = BatchesUnderWay()
    var batch: BallotBatch? = BallotBatch(votes: VoteTable(standings()), ballotKey: key, capacity: 10)
    if let batch { underWay.append(batch) }
    batch?.append(control(.close), offset: 0, partition: 0)
    #expect(underWay.waiting == [UInt128(proposal)])
    batch = nil
    #expect(underWay.waiting.isEmpty)
  }

  @Test(arguments: [true, false]) func aBallotInQuarantineIsJudgedLikeAnyOther(knows: Bool) {
    let held = BallotRecord(
      proposal: proposal,
      content: .quarantined(
        pseudonym: Array(repeating: 1, count: 32), choice: .no, nonce: Array(repeating: 0, count: 16)),
      acceptedAt: 10
    ).encoded(with: key)
    let result = judge(
      [held, control(.open), held, ballot(2), control(.close), held], standings(opened: false), knows: knows)
    #expect(result.rows.map(\.isQuarantined) == [true, false])
    #expect(result.rows.map(\.isYes) == [false, true])
    #expect(result.rejected.map(\.reason) == ["vote-not-open", "vote-closed"])
  }

  @Test func aRulingIsTakenWhateverTheVoteStandsAndHoldsNothingUp() {
    let ruling = BallotRuling(.void, by: RulingID(), voter: Array(repeating: 1, count: 16), offset: 7)
    func record(_ ruling: BallotRuling, on proposal: ProposalID) -> [UInt8] {
      BallotRecord(proposal: proposal, content: .ruling(ruling), acceptedAt: 0).encoded(with: key)
    }
    for standing in [standings(), standings(closed: true)] {
      var standings = standing
      let batch = BallotBatch(votes: VoteTable(standings), ballotKey: key, capacity: 10)
      batch.append(record(ruling, on: proposal), offset: 20, partition: 0)
      #expect(batch.undecided.isEmpty)
      batch.append(record(BallotRuling(endOf: ruling.ruling), on: proposal), offset: 21, partition: 0)
      batch.append(record(ruling, on: ProposalID()), offset: 22, partition: 0)
      batch.judgeDeferred(&standings)
      #expect(batch.rulings.map(\.ruling) == [ruling, BallotRuling(endOf: ruling.ruling)])
      #expect(batch.rulings.map(\.offset) == [20, 21] && batch.rulings.allSatisfy { $0.vote == 5 })
      #expect(batch.rejected.map(\.reason) == ["unknown-proposal"])
      #expect(standings == standing)
    }
  }

  @Test func theResultsOfABatchKeepTheConservationLaw() {
    var standings = standings()
    let batch = judge([ballot(1), ballot(1, .no), ballot(2), control(.open), nil], &standings)
    var new = BallotCount()
    new.add(Increment(vote: 5, yes: 2), in: 0)
    let results = Array(batch.results(new, RulingOutcome()).values)
    #expect(results.map(\.duplicate) == [2] && results.map(\.rejected) == [1])
  }
}

extension BallotBatch {
  fileprivate func append(_ value: [UInt8]?, offset: Int64, partition: Int32) {
    guard let value else { return append(key: nil, value: nil, offset: offset, partition: partition) }
    value.withUnsafeBytes { append(key: nil, value: $0, offset: offset, partition: partition) }
  }
}
