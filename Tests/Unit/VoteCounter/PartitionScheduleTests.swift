import Contracts
import Crypto
import FoundationEssentials
import ServiceKit
import Testing

@testable import VoteCounter

/// Pauses and extensions, as one partition of the log tells them.
@Suite struct PartitionScheduleTests {
  private let proposal = ProposalID()
  private let rule = [UInt8](repeating: 3, count: 32)
  private let key = HMACKey(Array(repeating: 9, count: 32))

  private func standings() -> [UInt128: VoteStanding] {
    var standing = VoteStanding(number: 5, ruleHash: rule, closesAt: 1_000)
    standing.opened.insert(0)
    return [UInt128(proposal): standing]
  }
  private func ballot(_ voter: UInt8, at time: Int64) -> [UInt8] {
    BallotRecord(
      proposal: proposal,
      content: .ballot(
        pseudonym: Array(repeating: voter, count: 32), choice: .yes, nonce: Array(repeating: 0, count: 16)),
      acceptedAt: time
    ).encoded(with: key)
  }
  private func change(
    _ kind: ScheduleChange.Kind, _ number: Int64, at time: Int64, closesAt: Int64 = 1_000, rule: [UInt8]? = nil
  ) -> [UInt8] {
    BallotRecord(
      proposal: proposal,
      content: .change(ScheduleChange(kind, number: number, closesAt: closesAt), ruleHash: rule ?? self.rule),
      acceptedAt: time
    ).encoded(with: key)
  }
  private var close: [UInt8] {
    BallotRecord(proposal: proposal, content: .control(.close, ruleHash: rule), acceptedAt: 0).encoded(with: key)
  }
  private func judge(
    _ records: [[UInt8]], _ standings: inout [UInt128: VoteStanding], from first: Int64 = 0
  ) -> BallotBatch {
    let batch = BallotBatch(votes: VoteTable(standings), ballotKey: key, capacity: 10)
    for (index, record) in records.enumerated() {
      record.withUnsafeBytes { batch.append(key: nil, value: $0, offset: first + Int64(index), partition: 0) }
    }
    batch.judgeDeferred(&standings)
    return batch
  }
  private func judge(_ records: [[UInt8]]) -> BallotBatch {
    var standings = standings()
    return judge(records, &standings)
  }
  private func reasons(_ batch: BallotBatch) -> [String] { batch.rejected.map { "\($0.offset) \($0.reason)" } }

  @Test func behindAPauseNoBallotCountsThatWasAcceptedInIt() {
    let batch = judge([
      ballot(1, at: 150), change(.pause, 1, at: 100), ballot(2, at: 99), ballot(3, at: 100), ballot(4, at: 900),
    ])
    // The first was accepted in the pause, by a process that had not heard of it, and is in the log before it.
    #expect(batch.rows.map(\.offset) == [0, 2])
    #expect(reasons(batch) == ["3 vote-paused", "4 vote-paused"])
    #expect(batch.changes.map(\.offset) == [1])
  }

  @Test func afterAResumptionBallotsCountUntilTheLaterEnd() {
    let batch = judge([
      change(.pause, 1, at: 100), change(.resumption, 2, at: 300, closesAt: 1_200), ballot(1, at: 200),
      ballot(2, at: 300), ballot(3, at: 1_199), ballot(4, at: 1_200), ballot(5, at: 99),
    ])
    #expect(batch.rows.map(\.offset) == [3, 4, 6])
    #expect(reasons(batch) == ["2 vote-paused", "5 accepted-after-closing"])
  }

  @Test func severalPausesAreAllKept() {
    let batch = judge([
      change(.pause, 1, at: 100), change(.resumption, 2, at: 200, closesAt: 1_100), change(.pause, 3, at: 400),
      change(.resumption, 4, at: 500, closesAt: 1_200), ballot(1, at: 150), ballot(2, at: 300), ballot(3, at: 450),
    ])
    #expect(batch.rows.map(\.offset) == [5])
    #expect(reasons(batch) == ["4 vote-paused", "6 vote-paused"])
  }

  @Test func anExtensionHoldsForWhatIsBehindItInThePartition() {
    let batch = judge([
      ballot(1, at: 1_000), change(.extension, 1, at: 500, closesAt: 2_000), ballot(2, at: 1_999), ballot(3, at: 2_000),
    ])
    #expect(batch.rows.map(\.offset) == [2])
    #expect(reasons(batch) == ["0 accepted-after-closing", "3 accepted-after-closing"])
  }

  @Test func aRepeatedChangeSaysNothingNewAndOneTooFarOnIsRejected() {
    let batch = judge([
      change(.pause, 1, at: 100), change(.pause, 1, at: 100), change(.extension, 3, at: 100, closesAt: 9_000),
      change(.resumption, 2, at: 300, closesAt: 1_200), change(.pause, 1, at: 100), ballot(1, at: 400),
    ])
    #expect(batch.repeatedControls == [0: 2])
    #expect(reasons(batch) == ["2 change-out-of-order"])
    #expect(batch.rows.map(\.offset) == [5])
  }

  @Test func changesOfAnotherRuleOrBehindTheClosingAreRejected() {
    let batch = judge([
      change(.pause, 1, at: 100, rule: Array(repeating: 0, count: 32)), change(.pause, 1, at: 100), close,
      change(.resumption, 2, at: 200), change(.pause, 1, at: 100),
    ])
    #expect(reasons(batch) == ["0 other-rule", "3 vote-closed"])
    #expect(batch.repeatedControls == [0: 1])
  }

  @Test func otherPartitionsAreNotTouched() {
    var standings = standings()
    standings[UInt128(proposal)]?.opened.insert(7)
    _ = judge([change(.pause, 1, at: 100)], &standings)
    let standing = standings[UInt128(proposal)]
    #expect(standing?.rejection(acceptedAt: 200, in: 7) == nil)
    #expect(standing?.rejection(acceptedAt: 1_000, in: 7) == .tooLate)
    #expect(standing?.rejection(acceptedAt: 200, in: 0) == .paused)
  }

  @Test func cuttingTheLogIntoBatchesChangesNothing() {
    let records = [
      ballot(1, at: 10), change(.pause, 1, at: 100), ballot(2, at: 120),
      change(.resumption, 2, at: 300, closesAt: 1_200), ballot(3, at: 250), ballot(4, at: 1_100),
      change(.extension, 3, at: 400, closesAt: 5_000), ballot(5, at: 4_000), close, ballot(6, at: 20),
    ]
    let whole = judge(records)
    #expect(whole.rows.map(\.offset) == [0, 5, 7])
    for cut in 0...records.count {
      var standings = standings()
      let first = judge(Array(records[..<cut]), &standings)
      let second = judge(Array(records[cut...]), &standings, from: Int64(cut))
      #expect(whole.rows == first.rows + second.rows)
      #expect(whole.rejected == first.rejected + second.rejected)
      #expect(whole.changes == first.changes + second.changes)
    }
  }
}
