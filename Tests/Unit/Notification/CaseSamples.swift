import Contracts
import FoundationEssentials

@testable import Notification

/// One event of each kind that a case has; those of before the Committee led it are beside.
extension Samples {
  static let milestone = Milestone(
    number: 1, title: "Trees", deliverable: "A thousand trees.", startsOn: Day(of: time),
    endsOn: Day(of: time.addingTimeInterval(86_400)), status: .substantial)
  private static let session = CaseSession(name: "Session 3", meetsAt: time, place: "Sejong")

  static func decided(_ decision: CommitteeDecision) -> Occasion {
    .referral(
      .decided(
        CaseDecided(
          caseID: CaseID(), proposal: proposal, title: title, decision: decision, reasons: "Because of 3.",
          changes: decision == .adoptWithChanges ? "Fewer." : nil,
          holder: decision == .decline ? nil : "strategy-meeting", dueAt: decision == .decline ? nil : time,
          actor: CitizenID(), decidedAt: time)))
  }

  static func concluded(_ outcome: MeetingOutcome) -> Occasion {
    .referral(
      .concluded(
        CaseConcluded(
          caseID: CaseID(), proposal: proposal, title: title, outcome: outcome, heldAt: time, reasons: "Because of 3.",
          conditions: outcome == .adoptedWithConditions ? "Soon." : nil,
          deferredTo: outcome == .deferred ? Day(of: time) : nil, recording: nil,
          holder: outcome == .declined ? nil : "support-unit", dueAt: outcome == .declined ? nil : time,
          actor: CitizenID(), concludedAt: time)))
  }

  static let escalated = CaseEscalated(
    caseID: CaseID(), proposal: proposal, title: title, holder: "me", step: .ministry, milestone: nil, dueAt: time,
    to: "strategy-meeting", escalatedAt: time)
  static let reminded = CaseReminded(
    caseID: CaseID(), proposal: proposal, title: title, holder: "me", step: .ministry, milestone: nil, dueAt: time,
    remindedAt: time)
  static let overdue = CaseOverdue(
    caseID: CaseID(), proposal: proposal, title: title, holder: "committee", step: .committee, milestone: nil,
    dueAt: time, overdueAt: time)
  static let transferred = CaseTransferred(
    caseID: CaseID(), proposal: proposal, title: title, ministry: "me", to: "molit", reason: "Roads.", transfer: 1,
    actor: CitizenID(), transferredAt: time)
  static let answered = CaseAnswered(
    caseID: CaseID(), proposal: proposal, title: title, ministry: "me", department: "Forest Division",
    signatory: "Hong",
    answer: "We will.", actor: CitizenID(), answeredAt: time, dueAt: time)

  static let cases: [Occasion] =
    [
      decided(.adopt), concluded(.adopted), .referral(.escalated(escalated)), .referral(.reminded(reminded)),
      .referral(.transferred(transferred)), .referral(.answered(answered)),
    ] + beforeMinistries + withMinistries

  private static let beforeMinistries: [Occasion] = [
    .referral(
      .membersAssigned(
        CaseMembersAssigned(
          caseID: CaseID(), proposal: proposal, title: title,
          members: [CaseMember(name: "Hong", capacity: MemberCapacity.allCases[0])], actor: CitizenID(),
          assignedAt: time))),
    .referral(
      .scheduled(
        CaseScheduled(
          caseID: CaseID(), proposal: proposal, title: title, session: session, reason: "Why.", actor: CitizenID(),
          scheduledAt: time))),
    .referral(
      .deliberated(
        CaseDeliberated(
          caseID: CaseID(), proposal: proposal, title: title,
          record: Deliberation(heldAt: time, attendance: [], minutes: "m", opinionsFor: [], opinionsAgainst: []),
          actor: CitizenID(), deliberatedAt: time))),
    .referral(
      .supplemented(
        CaseSupplemented(
          caseID: CaseID(), proposal: proposal, title: title, supplement: "More.", dueAt: time, actor: CitizenID(),
          supplementedAt: time))),
    .referral(
      .submitted(
        CaseSubmitted(
          caseID: CaseID(), proposal: proposal, title: title, decision: .adopt, changes: nil, submittedAt: time,
          dueAt: time))),
    .referral(
      .placedOnAgenda(
        CasePlacedOnAgenda(
          caseID: CaseID(), proposal: proposal, title: title, session: session, item: 2, reason: nil,
          actor: CitizenID(), placedAt: time))),
    .referral(
      .lapsed(
        CaseLapsed(
          caseID: CaseID(), proposal: proposal, title: title, ministry: nil, cause: .voteClosed, explanation: nil,
          actor: nil, crossedAt: time, lapsedAt: time))),
    .referral(
      .overdue(overdue)),
    .referral(
      .extended(
        CaseExtended(
          caseID: CaseID(), proposal: proposal, title: title, holder: "committee", step: .committee, from: time,
          dueAt: time, reason: "Why.", actor: CitizenID(), extendedAt: time))),
  ]

  private static let withMinistries: [Occasion] = [
    .referral(
      .accepted(
        CaseAccepted(
          caseID: CaseID(), proposal: proposal, title: title, ministry: "me", department: "Forest Division",
          actor: CitizenID(),
          acceptedAt: time))),
    .referral(
      .planned(
        CasePlanned(
          caseID: CaseID(), proposal: proposal, title: title, ministry: "me", revision: 1, milestones: [milestone],
          reason: nil, actor: CitizenID(), plannedAt: time, dueAt: time))),
    .referral(
      .progressed(
        CaseProgressed(
          caseID: CaseID(), proposal: proposal, title: title, ministry: "me", milestone: milestone, report: "Half.",
          evidence: [], actor: CitizenID(), progressedAt: time))),
    .referral(
      .delayed(
        CaseDelayed(
          caseID: CaseID(), proposal: proposal, title: title, ministry: "me", milestone: milestone, from: Day(of: time),
          reason: "Snow.", actor: CitizenID(), delayedAt: time, dueAt: time))),
    .referral(
      .completed(
        CaseCompleted(
          caseID: CaseID(), proposal: proposal, title: title, ministry: "me", summary: "There.", evidence: [],
          actor: CitizenID(), completedAt: time))),
    .referral(
      .discontinued(
        CaseDiscontinued(
          caseID: CaseID(), proposal: proposal, title: title, ministry: "me", reasons: "No.", actor: CitizenID(),
          discontinuedAt: time))),
  ]
}
