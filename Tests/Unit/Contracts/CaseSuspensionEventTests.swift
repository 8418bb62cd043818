import Contracts
import FoundationEssentials
import Testing

@Suite struct CaseSuspensionEventTests {
  private let time = Date(milliseconds: 1_700_000_000_123)

  private func read<Payload: Event>(_ event: Payload) throws -> ReferralEvent where Payload.Family == ReferralEvent {
    let decoder = try #require(ReferralEvent.decoders.first { $0.type == Payload.type })
    return try decoder.decode(JSON.encode(event))
  }

  @Test(arguments: ["molit", nil]) func eachIsReadAsItWasWrittenWithAMinistryAndWithout(ministry: String?) throws {
    let suspended = CaseSuspended(
      caseID: CaseID(), proposal: ProposalID(), ministry: ministry, title: "제목", reason: .barLost, yes: 9, no: 2,
      yesBar: 10, ruleHash: "ab", crossedAt: time, lostAt: time, suspendedAt: time,
      holder: ministry ?? "support-unit")
    let resumed = CaseResumed(
      caseID: suspended.caseID, proposal: suspended.proposal, ministry: ministry, title: "제목", yes: 11, no: 2,
      yesBar: 10, ruleHash: "ab", crossedAt: time, suspendedAt: time, resumedAt: time, dueAt: time)
    guard case .suspended(suspended) = try read(suspended), case .resumed(resumed) = try read(resumed) else {
      Issue.record("another event")
      return
    }
    #expect(suspended.subject == suspended.caseID.uuid && resumed.subject == resumed.caseID.uuid)
    #expect(ReferralEvent.suspended(suspended).proposal == ReferralEvent.resumed(resumed).proposal)
  }

  @Test func anAssignmentFromBeforeABarCouldBeLostIsRead() throws {
    let json =
      #"{"caseID":"0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0001","proposal":"0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0002","#
      + #""ministry":"molit","title":"t","summary":"s","body":"b","category":"transport","yes":3,"no":0,"yesBar":2,"#
      + #""ruleHash":"ab","assignedAt":"2026-11-24T09:30:00Z","dueAt":"2026-11-24T09:30:00Z"}"#
    let event: CaseAssigned = try JSON.decode(from: Array(json.utf8))
    #expect(event.crossedAt == nil && event.ministry == "molit")
  }
}
