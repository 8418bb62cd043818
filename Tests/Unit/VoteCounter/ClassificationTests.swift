import Contracts
import FoundationEssentials
import Testing

@testable import VoteCounter

@Suite struct ClassificationTests {
  private let proposal = ProposalID()
  private let rule = [UInt8](repeating: 3, count: 32)

  private func standing(opened: Bool = true, closed: Bool = false) -> [ProposalID: VoteStanding] {
    [proposal: VoteStanding(number: 5, ruleHash: rule, closesAt: 1_000, isOpened: opened, isClosed: closed)]
  }
  private func ballot(_ voter: UInt8, _ choice: Choice = .yes, at time: Int64 = 10) -> BallotRecord {
    BallotRecord(
      proposal: proposal,
      content: .ballot(
        pseudonym: Array(repeating: voter, count: 32), choice: choice, nonce: Array(repeating: 0, count: 16)),
      acceptedAt: time)
  }
  private func control(_ action: BallotRecord.Control, rule: [UInt8]? = nil) -> BallotRecord {
    BallotRecord(proposal: proposal, content: .control(action, ruleHash: rule ?? self.rule), acceptedAt: 0)
  }
  private func judge(_ records: [BallotRecord], _ standings: [ProposalID: VoteStanding]) -> Classification {
    Classification(records.enumerated().map { (Int64($0.offset), .success($0.element)) }, standings)
  }

  @Test func ballotsCountBetweenOpeningAndClosingOnly() {
    let result = judge(
      [ballot(1), control(.open), ballot(2), ballot(3, .no), control(.close), ballot(4)], standing(opened: false))
    #expect(result.ballots.map(\.offset) == [2, 3])
    #expect(result.ballots.map(\.isYes) == [true, false])
    #expect(result.controls.map(\.action) == [.open, .close])
    #expect(
      result.rejected == [
        Classification.Rejected(offset: 0, reason: "vote-not-open"),
        Classification.Rejected(offset: 5, reason: "vote-closed"),
      ])
  }

  @Test func aRepeatedControlRecordChangesNothing() {
    let result = judge(
      [control(.open), control(.open), ballot(1), control(.close), control(.close)], standing(opened: false))
    #expect(result.repeatedControls == 2)
    #expect(result.controls.count == 2)
    #expect(result.ballots.count == 1)
    #expect(judge([control(.open), control(.close)], standing(opened: true, closed: true)).repeatedControls == 2)
  }

  @Test func aBallotAcceptedAfterTheClosingTimeDoesNotCountThoughTheClosingRecordIsLate() {
    let result = judge([ballot(1, at: 999), ballot(2, at: 1_000)], standing())
    #expect(result.ballots.map(\.offset) == [0])
    #expect(result.rejected == [Classification.Rejected(offset: 1, reason: "accepted-after-closing")])
  }

  @Test func aControlRecordForAnotherRuleIsRejected() {
    let result = judge([control(.open, rule: Array(repeating: 0, count: 32)), ballot(1)], standing(opened: false))
    #expect(result.rejected.map(\.reason) == ["other-rule", "vote-not-open"])
  }

  @Test func unknownProposalsAndUnreadableRecordsAreRejectedWithTheirReasons() {
    let result = Classification(
      [(7, .success(ballot(1))), (8, .failure(.authentication)), (9, .failure(.missing))], [:])
    #expect(
      result.rejected == [
        Classification.Rejected(offset: 7, reason: "unknown-proposal"),
        Classification.Rejected(offset: 8, reason: "bad-authentication-code"),
        Classification.Rejected(offset: 9, reason: "no-value"),
      ])
  }

  @Test func everyRecordEndsInExactlyOnePlace() {
    var records: [(offset: Int64, read: Result<BallotRecord, BallotRecord.Fault>)] = []
    for offset in Int64(0)..<500 {
      switch Int.random(in: 0..<6) {
      case 0: records.append((offset, .failure(.kind)))
      case 1: records.append((offset, .success(control(.open))))
      case 2 where offset > 400: records.append((offset, .success(control(.close))))
      default: records.append((offset, .success(ballot(UInt8.random(in: 0...255)))))
      }
    }
    let result = Classification(records, standing(opened: false))
    #expect(
      result.ballots.count + result.controls.count + Int(result.repeatedControls) + result.rejected.count == 500)
  }

  @Test func cuttingTheLogIntoBatchesChangesNothing() {
    let records = [control(.open), ballot(1), ballot(2), control(.close), ballot(3)]
    let whole = judge(records, standing(opened: false))
    let first = judge(Array(records[..<2]), standing(opened: false))
    let second = judge(Array(records[2...]), standing(opened: true))
    #expect(whole.ballots.map(\.pseudonym) == (first.ballots + second.ballots).map(\.pseudonym))
    #expect(whole.rejected.count == first.rejected.count + second.rejected.count)
  }
}
