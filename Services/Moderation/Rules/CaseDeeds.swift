import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension LoggedAction {
  /// What an office does to a case, in referral; nil for what follows by itself.
  /// - Parameter time: when the event was made.
  init?(_ event: ReferralEvent, at time: Date) throws {
    if case .textModerated(let event) = event {
      try self.init(event)
      return
    }
    guard let act = CaseAct(event) else { return nil }
    let given = act.reason.compactMapValues { $0 }
    self.init(
      at: time, actor: act.actor, role: act.role.rawValue, deed: act.deed, proposal: event.proposal,
      reason: given.isEmpty ? nil : try PostgresJSON(encoding: given))
  }
}

/// What somebody did to a case.
private struct CaseAct {
  let deed: Deed
  let role: Role
  let actor: CitizenID
  /// What was given as the reason, and what it was given for; the whole texts are on the case's record.
  let reason: [String: String?]

  private init(_ deed: Deed, as role: Role, by actor: CitizenID, _ reason: [String: String?] = [:]) {
    (self.deed, self.role, self.actor, self.reason) = (deed, role, actor, reason)
  }

  init?(_ event: ReferralEvent) {
    switch event {
    case .received(let event):
      // By its bar or by the rule of the month.
      guard let actor = event.actor else { return nil }
      self.init(
        .referCase, as: .supportUnit, by: actor,
        [
          "event": event.event?.name, "heldOn": event.event?.heldOn.description, "record": event.event?.record,
          "reasons": event.reasons,
        ])
    case .submitted, .suspended, .resumed, .reminded, .overdue, .escalated, .ratingsCounted: return nil
    // It is done to what somebody wrote, and not to the case.
    case .textModerated: return nil
    case .membersAssigned, .scheduled, .deliberated, .decided:
      guard let act = Self.ofCommittee(event) else { return nil }
      self = act
    case .supplemented(let event): self.init(.supplementCase, as: .supportUnit, by: event.actor)
    case .placedOnAgenda(let event):
      self.init(.placeOnAgenda, as: .strategyMeeting, by: event.actor, Self.told(event.session, event.reason))
    case .concluded(let event):
      self.init(
        .concludeCase, as: .strategyMeeting, by: event.actor,
        [
          "outcome": event.outcome.rawValue, "reasons": event.reasons, "conditions": event.conditions,
          "deferredTo": event.deferredTo?.description,
        ])
    case .assigned(let event):
      // By the table of categories or by a transfer, which is told of itself.
      guard let actor = event.actor else { return nil }
      self.init(
        .assignMinistry, as: .supportUnit, by: actor, ["ministry": event.ministry, "reason": event.reason])
    case .lapsed(let event):
      guard let actor = event.actor else { return nil }
      self.init(.lapseCase, as: .supportUnit, by: actor, ["reason": event.explanation])
    case .extended(let event):
      self.init(
        .extendCase, as: Self.role(of: event.holder), by: event.actor,
        ["holder": event.holder, "reason": event.reason, "dueAt": JSON.timestamp(event.dueAt)])
    case .accepted, .transferred, .answered, .planned, .progressed, .delayed, .completed, .discontinued:
      guard let act = Self.ofMinistry(event) else { return nil }
      self = act
    }
  }

  private static func ofCommittee(_ event: ReferralEvent) -> CaseAct? {
    switch event {
    case .membersAssigned(let event): CaseAct(.assignMembers, as: .committee, by: event.actor)
    case .scheduled(let event):
      CaseAct(.scheduleSession, as: .committee, by: event.actor, told(event.session, event.reason))
    case .deliberated(let event):
      CaseAct(
        .recordDeliberation, as: .committee, by: event.actor, ["heldAt": JSON.timestamp(event.record.heldAt)])
    case .decided(let event):
      CaseAct(
        .decideCase, as: .committee, by: event.actor,
        ["decision": event.decision.rawValue, "reasons": event.reasons, "changes": event.changes])
    default: nil
    }
  }

  private static func ofMinistry(_ event: ReferralEvent) -> CaseAct? {
    func act(_ deed: Deed, _ actor: CitizenID, _ ministry: String, _ reason: [String: String?]) -> CaseAct {
      CaseAct(deed, as: .ministry, by: actor, reason.merging(["ministry": ministry]) { $1 })
    }
    return switch event {
    case .accepted(let event): act(.acceptCase, event.actor, event.ministry, ["department": event.department])
    case .transferred(let event):
      act(.transferCase, event.actor, event.ministry, ["to": event.to, "reason": event.reason])
    case .answered(let event):
      act(
        .answerCase, event.actor, event.ministry, ["department": event.department, "signatory": event.signatory])
    case .planned(let event):
      act(.planCase, event.actor, event.ministry, ["revision": String(event.revision), "reason": event.reason])
    case .progressed(let event):
      act(
        .reportMilestone, event.actor, event.ministry,
        ["milestone": String(event.milestone.number), "status": event.milestone.status.rawValue])
    case .delayed(let event):
      act(
        .delayMilestone, event.actor, event.ministry,
        [
          "milestone": String(event.milestone.number), "from": event.from.description,
          "to": event.milestone.endsOn.description, "reason": event.reason,
        ])
    case .completed(let event): act(.completeCase, event.actor, event.ministry, ["summary": event.summary])
    case .discontinued(let event): act(.discontinueCase, event.actor, event.ministry, ["reasons": event.reasons])
    default: nil
    }
  }

  private static func told(_ session: CaseSession, _ reason: String?) -> [String: String?] {
    ["session": session.name, "meetsAt": JSON.timestamp(session.meetsAt), "reason": reason]
  }

  private static func role(of holder: String) -> Role {
    switch Holder(name: holder) {
    case .supportUnit: .supportUnit
    case .committee: .committee
    case .strategyMeeting: .strategyMeeting
    case .ministry, nil: .ministry
    }
  }
}
