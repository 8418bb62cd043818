import Contracts
import FoundationEssentials
import Postgres
import ServiceKit
import Testing

@testable import Moderation

/// What offices do to a case, as the action log of moderation has it.
@Suite struct CaseDeedTests {
  private let time = Date(milliseconds: 1_790_000_000_123)
  private let actor = CitizenID()
  private let id = CaseID()
  private let proposal = ProposalID()
  private let title = "밤 버스"
  private let session = CaseSession(name: "제12차", meetsAt: Date(milliseconds: 1_790_000_100_000))

  private func milestone() throws -> Milestone {
    Milestone(
      number: 2, title: "노선", deliverable: "노선도", startsOn: try #require(Day("2026-12-01")),
      endsOn: try #require(Day("2027-06-30")), status: .limited)
  }

  private func assigned(by actor: CitizenID?, reason: String? = nil) -> ReferralEvent {
    .assigned(
      CaseAssigned(
        caseID: id, proposal: proposal, ministry: "molit", title: title, summary: "s", body: "b", category: .transport,
        yes: 2, no: 0, yesBar: 1, ruleHash: "ab", assignedAt: time, dueAt: time, actor: actor, reason: reason))
  }

  private func received(_ origin: CaseOrigin, by actor: CitizenID?) throws -> ReferralEvent {
    let event = OfflineEvent(
      name: "제3회 포럼", heldOn: try #require(Day("2026-11-20")), record: "https://example.org/")
    return .received(
      CaseReceived(
        caseID: id, proposal: proposal, title: title, category: .transport, yes: 2, no: 0, yesBar: 1, ruleHash: "ab",
        receivedAt: time, dueAt: time, origin: origin, event: actor.map { _ in event },
        reasons: actor.map { _ in "논의" },
        actor: actor))
  }

  private func lapsed(by actor: CitizenID?, _ explanation: String? = nil) -> ReferralEvent {
    .lapsed(
      CaseLapsed(
        caseID: id, proposal: proposal, title: title, ministry: nil, cause: actor == nil ? .voteClosed : .ruled,
        explanation: explanation, actor: actor, crossedAt: time, lapsedAt: time))
  }

  private func check(
    _ event: ReferralEvent, _ deed: Deed, _ role: String, _ reason: [String: String]?,
    _ place: SourceLocation = #_sourceLocation
  ) throws {
    let line = try #require(try LoggedAction(event, at: time), sourceLocation: place)
    #expect(line.deed == deed && line.role == role, sourceLocation: place)
    #expect(line.actor == actor && line.at == time && line.proposal == proposal, sourceLocation: place)
    let given: [String: String]? = try line.reason.map { try JSON.decode(from: Array($0.text.utf8)) }
    #expect(given == reason, sourceLocation: place)
    // Who did it for an office, and why, is public.
    let shown = try ActionView(1, line, forStaff: false)
    #expect(shown.actor == actor && (shown.reason == nil) == (reason == nil), sourceLocation: place)
  }

  @Test func whatTheCommitteeDoesIsALineWithItsReason() throws {
    try check(
      .membersAssigned(
        CaseMembersAssigned(
          caseID: id, proposal: proposal, title: title, members: [CaseMember(name: "김", capacity: .chair)],
          actor: actor, assignedAt: time)), .assignMembers, "committee", nil)
    try check(
      .scheduled(
        CaseScheduled(
          caseID: id, proposal: proposal, title: title, session: session, reason: "연기", actor: actor,
          scheduledAt: time)), .scheduleSession, "committee",
      ["session": "제12차", "meetsAt": JSON.timestamp(session.meetsAt), "reason": "연기"])
    let record = Deliberation(heldAt: time, attendance: [], minutes: "심의", opinionsFor: [], opinionsAgainst: [])
    try check(
      .deliberated(
        CaseDeliberated(
          caseID: id, proposal: proposal, title: title, record: record, actor: actor, deliberatedAt: time)),
      .recordDeliberation, "committee", ["heldAt": JSON.timestamp(time)])
    try check(
      .decided(
        CaseDecided(
          caseID: id, proposal: proposal, title: title, decision: .adoptWithChanges, reasons: "필요", changes: "주말만",
          holder: nil, dueAt: nil, actor: actor, decidedAt: time)), .decideCase, "committee",
      ["decision": "adopt-with-changes", "reasons": "필요", "changes": "주말만"])
  }

  @Test func whatTheSupportUnitAndTheStrategyMeetingDoIsALineWithItsReason() throws {
    try check(
      received(.event, by: actor), .referCase, "support-unit",
      ["event": "제3회 포럼", "heldOn": "2026-11-20", "record": "https://example.org/", "reasons": "논의"])
    try check(
      .supplemented(
        CaseSupplemented(
          caseID: id, proposal: proposal, title: title, supplement: "조사", dueAt: time, actor: actor,
          supplementedAt: time)), .supplementCase, "support-unit", nil)
    try check(
      .placedOnAgenda(
        CasePlacedOnAgenda(
          caseID: id, proposal: proposal, title: title, session: session, item: 3, reason: nil, actor: actor,
          placedAt: time)), .placeOnAgenda, "strategy-meeting",
      ["session": "제12차", "meetsAt": JSON.timestamp(session.meetsAt)])
    try check(
      .concluded(
        CaseConcluded(
          caseID: id, proposal: proposal, title: title, outcome: .deferred, heldAt: time, reasons: "보류",
          conditions: nil, deferredTo: try milestone().endsOn, recording: nil, holder: nil, dueAt: nil, actor: actor,
          concludedAt: time)), .concludeCase, "strategy-meeting",
      ["outcome": "deferred", "reasons": "보류", "deferredTo": "2027-06-30"])
    try check(
      assigned(by: actor, reason: "소관"), .assignMinistry, "support-unit", ["ministry": "molit", "reason": "소관"])
    try check(lapsed(by: actor, "표결 종료"), .lapseCase, "support-unit", ["reason": "표결 종료"])
  }

  @Test func whatAMinistryDoesIsALineWithTheMinistry() throws {
    func check(_ event: ReferralEvent, _ deed: Deed, _ reason: [String: String]) throws {
      try self.check(event, deed, "ministry", reason.merging(["ministry": "molit"]) { $1 })
    }
    try check(
      .accepted(
        CaseAccepted(
          caseID: id, proposal: proposal, title: title, ministry: "molit", department: "과", actor: actor,
          acceptedAt: time)), .acceptCase, ["department": "과"])
    try check(
      .transferred(
        CaseTransferred(
          caseID: id, proposal: proposal, title: title, ministry: "molit", to: "me", reason: "소관", transfer: 1,
          actor: actor, transferredAt: time)), .transferCase, ["to": "me", "reason": "소관"])
    try check(
      .answered(
        CaseAnswered(
          caseID: id, proposal: proposal, title: title, ministry: "molit", department: "과", signatory: "장관",
          answer: "답", actor: actor, answeredAt: time, dueAt: time)), .answerCase,
      ["department": "과", "signatory": "장관"])
    try check(
      .planned(
        CasePlanned(
          caseID: id, proposal: proposal, title: title, ministry: "molit", revision: 2, milestones: [milestone()],
          reason: "변경", actor: actor, plannedAt: time, dueAt: time)), .planCase, ["revision": "2", "reason": "변경"])
    try check(
      .progressed(
        CaseProgressed(
          caseID: id, proposal: proposal, title: title, ministry: "molit", milestone: milestone(), report: "r",
          evidence: [], actor: actor, progressedAt: time)), .reportMilestone, ["milestone": "2", "status": "limited"])
    try check(
      .delayed(
        CaseDelayed(
          caseID: id, proposal: proposal, title: title, ministry: "molit", milestone: milestone(),
          from: #require(Day("2027-03-31")), reason: "예산", actor: actor, delayedAt: time, dueAt: time)),
      .delayMilestone, ["milestone": "2", "from": "2027-03-31", "to": "2027-06-30", "reason": "예산"])
    try check(
      .completed(
        CaseCompleted(
          caseID: id, proposal: proposal, title: title, ministry: "molit", summary: "끝", evidence: [], actor: actor,
          completedAt: time)), .completeCase, ["summary": "끝"])
    try check(
      .discontinued(
        CaseDiscontinued(
          caseID: id, proposal: proposal, title: title, ministry: "molit", reasons: "예산", actor: actor,
          discontinuedAt: time)), .discontinueCase, ["reasons": "예산"])
  }

  @Test(arguments: [
    ("support-unit", "support-unit"), ("committee", "committee"), ("strategy-meeting", "strategy-meeting"),
    ("molit", "ministry"),
  ])
  func whoeverHasACaseTakesMoreTimeInItsOwnRole(holder: String, role: String) throws {
    let extended = CaseExtended(
      caseID: id, proposal: proposal, title: title, holder: holder, step: .committee, from: time, dueAt: time,
      reason: "자료", actor: actor, extendedAt: time)
    try check(
      .extended(extended), .extendCase, role, ["holder": holder, "reason": "자료", "dueAt": JSON.timestamp(time)])
  }

  @Test func whatFollowsByItselfIsNoLine() throws {
    let late = CaseOverdue(
      caseID: id, proposal: proposal, title: title, holder: "molit", step: .ministry, milestone: nil, dueAt: time,
      overdueAt: time)
    let submitted = CaseSubmitted(
      caseID: id, proposal: proposal, title: title, decision: .adopt, changes: nil, submittedAt: time, dueAt: time)
    for event in try [
      received(.bar, by: nil), received(.month, by: nil), assigned(by: nil), lapsed(by: nil), .overdue(late),
      .submitted(submitted),
    ] {
      #expect(try LoggedAction(event, at: time) == nil)
    }
  }
}
