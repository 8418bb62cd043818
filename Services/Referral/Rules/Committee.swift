import Contracts
import FoundationEssentials
import ServiceKit

extension Case {
  /// Members of the Committee prepare it.
  /// - Throws: `Problem` 409
  func assigned(to members: [CaseMember], by actor: CitizenID, at now: Date) throws(Problem) -> Change {
    var change = Change(try moved(by: .assignMembers))
    change.changed.dossier.members = members
    change.tell(
      CaseMembersAssigned(
        caseID: id, proposal: proposal, title: title, members: members, actor: actor, assignedAt: now))
    return change
  }

  /// A session of the Committee is to deliberate it.
  /// - Throws: `Problem` 409; 422 where another session takes the place of one without a reason.
  func scheduled(_ draft: CheckedSession, by actor: CitizenID, at now: Date) throws(Problem) -> Change {
    var change = Change(try moved(by: .schedule))
    if stage == .scheduled, draft.reason == nil { throw .reasonNeeded }
    change.changed.dossier.session = draft.session
    change.tell(
      CaseScheduled(
        caseID: id, proposal: proposal, title: title, session: draft.session, reason: draft.reason, actor: actor,
        scheduledAt: now))
    return change
  }

  /// The Committee has deliberated it.
  /// - Throws: `Problem` 409
  func deliberated(_ record: Deliberation, by actor: CitizenID, at now: Date) throws(Problem) -> Change {
    var change = Change(try moved(by: .deliberate))
    change.changed.dossier.deliberations.append(record)
    change.tell(
      CaseDeliberated(
        caseID: id, proposal: proposal, title: title, record: record, actor: actor, deliberatedAt: now))
    return change
  }

  /// The Committee decides. What it adopts goes to the strategy meeting by itself.
  /// - Throws: `Problem` 409
  func decided(
    _ decision: CommitteeDecision, for reasons: String, with changes: String?, within terms: Terms,
    by actor: CitizenID, at now: Date
  ) throws(Problem) -> Change {
    var change = Change(try moved(by: decision.action))
    change.changed.dossier.decisions.append(
      Dossier.Decision(decision: decision, reasons: reasons, changes: changes, decidedAt: now))
    switch decision {
    case .adopt, .adoptWithChanges:
      change.changed.pass(
        to: .strategyMeeting, owing: .strategyMeeting, by: try terms.end(of: .strategyMeeting, from: now), at: now)
    case .return:
      change.changed.pass(to: .supportUnit, owing: .review, by: try terms.end(of: .review, from: now), at: now)
    case .decline: change.changed.release(at: now)
    }
    let hold = change.changed.hold
    change.tell(
      CaseDecided(
        caseID: id, proposal: proposal, title: title, decision: decision, reasons: reasons, changes: changes,
        holder: hold?.holder.name, dueAt: hold?.dueAt, actor: actor, decidedAt: now))
    if change.changed.stage == .submitted, let hold {
      change.tell(
        CaseSubmitted(
          caseID: id, proposal: proposal, title: title, decision: decision, changes: changes, submittedAt: now,
          dueAt: hold.dueAt))
    }
    return change
  }

  /// The Support Unit supplements what the Committee returned; the Committee has it anew.
  /// - Throws: `Problem` 409
  func supplemented(
    _ text: String, within terms: Terms, by actor: CitizenID, at now: Date
  ) throws(Problem) -> Change {
    var change = Change(try moved(by: .supplement))
    let dueAt = try terms.end(of: .committee, from: now)
    change.changed.dossier.supplements.append(Dossier.Supplement(text: text, supplementedAt: now))
    change.changed.pass(to: .committee, owing: .committee, by: dueAt, at: now)
    change.tell(
      CaseSupplemented(
        caseID: id, proposal: proposal, title: title, supplement: text, dueAt: dueAt, actor: actor,
        supplementedAt: now))
    return change
  }
}

extension CommitteeDecision {
  fileprivate var action: CaseAction {
    switch self {
    case .adopt, .adoptWithChanges: .adopt
    case .decline: .decline
    case .return: .return
    }
  }
}

extension Problem {
  /// 422: what was told before is changed without saying why.
  static let reasonNeeded = Problem.invalid([
    FieldError("#/reason", "must say why what was told before is changed")
  ])
}
