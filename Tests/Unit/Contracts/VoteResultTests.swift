import Contracts
import Crypto
import FoundationEssentials
import Testing

@Suite struct VoteResultTests {
  private let time = Date(milliseconds: 1_700_000_000_123)

  private func result(yes: Int64, no: Int64) -> VoteResult {
    let rule = VoteRule(
      yesBar: 3, referral: .atClose, opensAt: time, closesAt: time, minimumTurnout: 10, majority: true)
    return VoteResult(
      proposal: ProposalID("0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0001") ?? ProposalID(), title: "제목", rule: rule,
      ruleHash: "ab", yes: yes, no: no, openedAt: time, closesAt: time, closedAt: time, crossedAt: nil,
      changes: [VoteResult.Change(kind: "extension", reason: "왜", at: time, closesAt: time)],
      counted: [VoteResult.Partition(partition: 0, openedAt: 5, closedAt: 9)])
  }

  @Test func aResultSaysWhetherAndWhyNotByItsRule() {
    let won = result(yes: 6, no: 4)
    #expect(won.carried && won.shortfalls.isEmpty && won.turnout == 10)
    let lost = result(yes: 4, no: 4)
    #expect(!lost.carried && lost.shortfalls == [.turnout, .majority])
  }

  @Test func theDocumentIsTheSameBytesAfterReadingAndWritingItAgain() throws {
    let document = try result(yes: 6, no: 4).canonicalJSON()
    let again: VoteResult = try JSON.decode(from: document)
    #expect(again == result(yes: 6, no: 4))
    #expect(try again.canonicalJSON() == document)
    #expect(
      String(decoding: document, as: UTF8.self).hasPrefix(
        #"{"carried":true,"changes":[{"at":"2023-11-14T22:13:20.123Z","closesAt":"2023-11-14T22:13:20.123Z","#
          + #""kind":"extension","reason":"왜"}],"closedAt":"2023-11-14T22:13:20.123Z","#))
  }

  @Test func aClosingFromBeforeThereWereResultsIsRead() throws {
    let json =
      #"{"proposal":"0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0001","yes":1,"no":2,"yesBar":3,"carried":false,"ruleHash":"ab","#
      + #""closedAt":"2026-11-24T09:30:00Z"}"#
    let event: VoteClosed = try JSON.decode(from: Array(json.utf8))
    #expect(event.shortfalls == nil && event.resultHash == nil && !event.carried)
  }
}
