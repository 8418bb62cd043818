import Contracts
import FoundationEssentials

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
}

extension Case {
  /// The suspension that lasts; nil while the case goes on.
  var suspension: Suspension? { suspensions.last.flatMap { $0.resumedAt == nil ? $0 : nil } }

  /// The vote that brought the case does not carry any more. Nil for what tells nothing new: the case is suspended already,
  /// or goes on by a later crossing than the one that was undone.
  func suspended(by event: VoteBarLost, at now: Date) -> (Case, CaseSuspended)? {
    if let crossedAt, crossedAt.milliseconds > event.crossedAt.milliseconds { return nil }
    guard suspension == nil else { return nil }
    var changed = self
    changed.suspensions.append(
      Suspension(
        reason: .barLost, crossedAt: event.crossedAt, lostAt: event.lostAt, yes: event.yes, no: event.no,
        suspendedAt: now))
    return (
      changed,
      CaseSuspended(
        caseID: id, proposal: proposal, ministry: assignment?.ministry.slug, title: title, reason: .barLost,
        yes: event.yes, no: event.no, yesBar: yesBar, ruleHash: ruleHash, crossedAt: event.crossedAt,
        lostAt: event.lostAt, suspendedAt: now)
    )
  }

  /// The vote carries again: the same case goes on with whoever had it, who owes an answer later by the days of the
  /// suspension. Nil for what tells nothing new: the case is not suspended, or the crossing is the one that was undone.
  func resumed(by event: VoteBarCrossed, at now: Date) -> (Case, CaseResumed)? {
    guard let suspension, event.crossedAt.milliseconds > suspension.crossedAt.milliseconds else { return nil }
    var changed = self
    changed.suspensions[suspensions.count - 1].resumedAt = now
    (changed.crossedAt, changed.yes, changed.no) = (event.crossedAt, event.yes, event.no)
    let moved = LegalPeriod.end(holderDueAt, movedBySuspensionFrom: suspension.suspendedAt, to: now)
    if changed.assignment == nil { changed.dueAt = moved } else { changed.assignment?.dueAt = moved }
    return (
      changed,
      CaseResumed(
        caseID: id, proposal: proposal, ministry: assignment?.ministry.slug, title: title, yes: event.yes, no: event.no,
        yesBar: yesBar, ruleHash: ruleHash, crossedAt: event.crossedAt, suspendedAt: suspension.suspendedAt,
        resumedAt: now, dueAt: moved)
    )
  }
}
