import Contracts
import FoundationEssentials
import ServiceKit

/// A time in which nobody owes anything on a case.
struct Suspension: Sendable, Equatable {
  let reason: SuspensionReason
  /// Names the crossing of the bar that was undone.
  let crossedAt: Date
  let lostAt: Date
  /// Votes that were left.
  let yes: Int64
  let no: Int64
  let suspendedAt: Date
  /// Nil while it lasts.
  var resumedAt: Date?
  /// That it ended the case; a later crossing of the bar resumes it all the same.
  var lapse: Lapse?

  /// Why a suspension ended the case.
  struct Lapse: Sendable, Equatable {
    let cause: LapseCause
    /// In the words of the Support Unit, where it ended the case.
    let explanation: String?
    let at: Date
  }
}

extension Case {
  /// The suspension that lasts; nil while the case goes on.
  var suspension: Suspension? { suspensions.last.flatMap { $0.resumedAt == nil ? $0 : nil } }

  /// The vote that brought the case does not carry any more. Nil for what changes nothing: no bar brought the case, it has
  /// ended or is suspended already, or it goes on by a later crossing than the one that was undone.
  func suspended(by event: VoteBarLost, at now: Date) -> Change? {
    guard origin == .bar else { return nil }
    if let crossedAt, crossedAt.milliseconds > event.crossedAt.milliseconds { return nil }
    guard suspension == nil, !stage.isLast else { return nil }
    var change = Change(self)
    change.changed.suspensions.append(
      Suspension(
        reason: .barLost, crossedAt: event.crossedAt, lostAt: event.lostAt, yes: event.yes, no: event.no,
        suspendedAt: now))
    change.tell(
      CaseSuspended(
        caseID: id, proposal: proposal, ministry: ministry?.slug, title: title, reason: .barLost,
        yes: event.yes, no: event.no, yesBar: yesBar, ruleHash: ruleHash, crossedAt: event.crossedAt,
        lostAt: event.lostAt, suspendedAt: now, holder: hold?.holder.name))
    return change
  }

  /// The vote carries again: the same case goes on with whoever had it, who owes the next step, and its milestones, later
  /// by the days of the suspension. Nil for what tells nothing new: the case is not suspended, or the crossing is the one
  /// that was undone.
  /// - Throws: `Problem` 503 when the rules of the step are missing.
  func resumed(by event: VoteBarCrossed, within terms: Terms, at now: Date) throws(Problem) -> Change? {
    guard let suspension, event.crossedAt.milliseconds > suspension.crossedAt.milliseconds, let last = holds.last else {
      return nil
    }
    var change = Change(self)
    try change.changed.completeDeadlines(within: terms)
    change.changed.suspensions[suspensions.count - 1].resumedAt = now
    (change.changed.crossedAt, change.changed.yes, change.changed.no) = (event.crossedAt, event.yes, event.no)
    let dueAt = try terms.clock(of: last.step).period.end(
      last.dueAt, movedBySuspensionFrom: suspension.suspendedAt, to: now)
    if suspension.lapse == nil {
      change.changed.setDue(dueAt)
    } else {
      change.changed.pass(to: last.holder, owing: last.step, by: dueAt, at: now)
    }
    // What was late before is told of once.
    if suspension.suspendedAt > last.dueAt || dueAt.milliseconds == last.dueAt.milliseconds {
      change.changed.keepTold(of: last)
    }
    try change.changed.moveDeadlines(bySuspensionFrom: suspension.suspendedAt, to: now, within: terms)
    change.tell(
      CaseResumed(
        caseID: id, proposal: proposal, ministry: ministry?.slug, title: title, yes: event.yes, no: event.no,
        yesBar: yesBar, ruleHash: ruleHash, crossedAt: event.crossedAt, suspendedAt: suspension.suspendedAt,
        resumedAt: now, dueAt: dueAt, state: taskState, holder: last.holder.name))
    return change
  }

  /// A suspended case ends. Nil for one that is not suspended, or has ended already.
  func lapsed(
    for cause: LapseCause, _ explanation: String? = nil, by actor: CitizenID? = nil, at now: Date
  ) -> Change? {
    guard let suspension, suspension.lapse == nil else { return nil }
    var change = Change(self)
    change.changed.suspensions[suspensions.count - 1].lapse = Suspension.Lapse(
      cause: cause, explanation: explanation, at: now)
    change.changed.release(at: now)
    change.tell(
      CaseLapsed(
        caseID: id, proposal: proposal, title: title, ministry: ministry?.slug, cause: cause, explanation: explanation,
        actor: actor, crossedAt: suspension.crossedAt, lapsedAt: now))
    return change
  }
}
