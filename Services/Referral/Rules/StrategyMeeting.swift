import Contracts
import FoundationEssentials
import ServiceKit

extension Case {
  /// A strategy meeting has it on its agenda.
  /// - Throws: `Problem` 409; 422 where another meeting takes the place of one without a reason.
  func placedOnAgenda(
    _ draft: CheckedSession, item: Int?, by actor: CitizenID, at now: Date
  ) throws(Problem) -> Change {
    var change = Change(try moved(by: .placeOnAgenda))
    if stage == .onAgenda, draft.reason == nil { throw .reasonNeeded }
    change.changed.dossier.agenda = Dossier.Agenda(session: draft.session, item: item)
    change.tell(
      CasePlacedOnAgenda(
        caseID: id, proposal: proposal, title: title, session: draft.session, item: item, reason: draft.reason,
        actor: actor, placedAt: now))
    return change
  }

  /// A strategy meeting concludes on it. What it adopts goes to a ministry.
  /// - Parameter competent: the ministry that the table of categories names, with what it gets to read; nil: the Support Unit
  ///   has to name one.
  /// - Throws: `Problem` 409
  func concluded(
    _ conclusion: Dossier.Conclusion, then competent: (ministry: Ministry, text: ProposalText)?, within terms: Terms,
    by actor: CitizenID
  ) throws(Problem) -> Change {
    let now = conclusion.concludedAt
    var change = Change(try moved(by: conclusion.outcome.action))
    change.changed.dossier.conclusions.append(conclusion)
    if let day = conclusion.deferredTo {
      change.changed.renewDue(day.end, at: now)
    } else if conclusion.outcome == .declined {
      change.changed.release(at: now)
    } else if competent == nil {
      change.changed.pass(to: .supportUnit, owing: .review, by: try terms.end(of: .review, from: now), at: now)
    }
    let next = change.changed.stage == .adopted ? competent : nil
    let assigned = try next.map { next throws(Problem) in
      try change.changed.assigned(to: next.ministry, text: next.text, within: terms, at: now)
    }
    let hold = assigned?.changed.hold ?? change.changed.hold
    change.tell(
      CaseConcluded(
        caseID: id, proposal: proposal, title: title, outcome: conclusion.outcome, heldAt: conclusion.heldAt,
        reasons: conclusion.reasons, conditions: conclusion.conditions, deferredTo: conclusion.deferredTo,
        recording: conclusion.recording, holder: hold?.holder.name, dueAt: hold?.dueAt, actor: actor, concludedAt: now))
    if let assigned { change.append(assigned) }
    return change
  }
}

extension MeetingOutcome {
  fileprivate var action: CaseAction {
    switch self {
    case .adopted, .adoptedWithConditions: .conclude
    case .deferred: .defer
    case .declined: .decline
    }
  }
}
