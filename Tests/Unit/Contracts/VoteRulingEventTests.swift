import Contracts
import FoundationEssentials
import Testing

@Suite struct VoteRulingEventTests {
  private let time = Date(milliseconds: 1_700_000_000_123)

  private func read<Payload: Event>(_ event: Payload) throws -> Payload.Family where Payload.Family == VoteEvent {
    let decoder = try #require(VoteEvent.decoders.first { $0.type == Payload.type })
    return try decoder.decode(JSON.encode(event))
  }

  @Test func eachIsReadAsItWasWritten() throws {
    let proposal = ProposalID()
    let lost = VoteBarLost(
      proposal: proposal, title: "제목", yes: 9, no: 2, yesBar: 10, ruleHash: "ab", crossedAt: time,
      lostAt: time.addingTimeInterval(60))
    let amended = VoteResultAmended(
      proposal: proposal, yes: 9, no: 2, yesBar: 10, carried: false, ruleHash: "ab", shortfalls: [.bar, .turnout],
      resultHash: "cd", formerResultHash: "ef", amendedAt: time)
    let ruled = BallotsRuled(
      proposal: proposal, ruling: RulingID(), kind: .void, code: .automated, reason: "왜", yes: 3, no: 0,
      proposedBy: CitizenID(), confirmedBy: CitizenID(), confirmedAt: time, ruleHash: "ab")
    guard case .barLost(lost) = try read(lost), case .resultAmended(amended) = try read(amended),
      case .ballotsRuled(ruled) = try read(ruled)
    else {
      Issue.record("another event")
      return
    }
    for event in [VoteEvent.barLost(lost), .resultAmended(amended), .ballotsRuled(ruled)] {
      #expect(event.proposal == proposal)
    }
  }

  @Test func hiddenNumbersAreNotWritten() throws {
    let ruled = BallotsRuled(
      proposal: ProposalID(), ruling: RulingID(), kind: .release, code: .examined, reason: "", yes: nil, no: nil,
      proposedBy: CitizenID(), confirmedBy: CitizenID(), confirmedAt: time, ruleHash: "ab")
    let members: [String: JSONValue] = try JSON.decode(from: JSON.encode(ruled))
    #expect(members["yes"] == nil && members["no"] == nil && members["kind"] == .string("release"))
    guard case .ballotsRuled(ruled) = try read(ruled) else {
      Issue.record("another event")
      return
    }
  }

  @Test func aCodeIsAReasonForOneKindOfRuling() {
    #expect(RulingCode.allCases.filter { $0.kind == .release } == [.examined])
    #expect(RulingCode.allCases.count == 5)
  }
}
