import Contracts
import FoundationEssentials
import ServiceKit

extension Case {
  /// What the clock of the holder has to tell at a moment, the hold with it told, and nothing else changed. Nothing is told
  /// while the case is suspended.
  /// - Throws: `Problem` 503 when the rules of the step are missing.
  func clockMoved(within terms: Terms, at now: Date) throws(Problem) -> Change {
    var change = Change(self)
    guard suspension == nil, let hold else { return change }
    for move in hold.moves(due: now, by: try terms.clock(of: hold.step)) {
      change.changed.holds[holds.count - 1].note(move, at: now)
      tell(move, of: hold, at: now, in: &change)
    }
    return change
  }

  private func tell(_ move: ClockMove, of hold: Hold, at now: Date, in change: inout Change) {
    let holder = hold.holder.name
    switch move {
    case .remind:
      change.tell(
        CaseReminded(
          caseID: id, proposal: proposal, title: title, holder: holder, step: hold.step, milestone: nil,
          dueAt: hold.dueAt, remindedAt: now))
    case .overdue:
      change.tell(
        CaseOverdue(
          caseID: id, proposal: proposal, title: title, holder: holder, step: hold.step, milestone: nil,
          dueAt: hold.dueAt, overdueAt: now))
    case .escalate(let offices):
      for office in offices {
        change.tell(
          CaseEscalated(
            caseID: id, proposal: proposal, title: title, holder: holder, step: hold.step, milestone: nil,
            dueAt: hold.dueAt, to: office.name, escalatedAt: now))
      }
    }
  }
}
