import Contracts
import FoundationEssentials
import ServiceKit

extension Case {
  /// What the clocks of the holder and of its milestones have to tell at a moment, what was told noted, and nothing else
  /// changed. Nothing is told while the case is suspended.
  /// - Throws: `Problem` 503 when the rules of a step are missing.
  func clockMoved(within terms: Terms, at now: Date) throws(Problem) -> Change {
    var change = Change(self)
    guard suspension == nil, let hold else { return change }
    try change.changed.completeDeadlines(within: terms)
    for (place, milestone) in change.changed.ownClocks {
      let deadline = change.changed.deadlines[place]
      for move in deadline.moves(due: now, by: try terms.clock(of: .implementation)) {
        change.changed.deadlines[place].note(move, at: now)
        tell(move, of: deadline, .implementation, milestone, by: hold.holder, at: now, in: &change)
      }
    }
    for move in hold.moves(due: now, by: try terms.clock(of: hold.step)) {
      change.changed.holds[holds.count - 1].note(move, at: now)
      tell(move, of: hold, hold.step, nil, by: hold.holder, at: now, in: &change)
    }
    return change
  }

  /// When the next of its clocks has something to tell; nil when nothing will come by itself.
  /// - Throws: `Problem` 503 when the rules of a step are missing.
  func nextMove(after now: Date, within terms: Terms) throws(Problem) -> Date? {
    guard suspension == nil, let hold else { return nil }
    var moments = [hold.nextMove(after: now, by: try terms.clock(of: hold.step))]
    for (place, _) in ownClocks {
      moments.append(deadlines[place].nextMove(after: now, by: try terms.clock(of: .implementation)))
    }
    return moments.compactMap { $0 }.min()
  }

  private func tell(
    _ move: ClockMove, of deadline: some Deadline, _ step: LegalStep, _ milestone: Milestone?, by owner: Holder,
    at now: Date, in change: inout Change
  ) {
    let holder = owner.name
    switch move {
    case .remind:
      change.tell(
        CaseReminded(
          caseID: id, proposal: proposal, title: title, holder: holder, step: step, milestone: milestone?.number,
          milestoneTitle: milestone?.title, dueAt: deadline.dueAt, remindedAt: now))
    case .overdue:
      change.tell(
        CaseOverdue(
          caseID: id, proposal: proposal, title: title, holder: holder, step: step, milestone: milestone?.number,
          milestoneTitle: milestone?.title, dueAt: deadline.dueAt, overdueAt: now))
    case .escalate(let offices):
      for office in offices {
        change.tell(
          CaseEscalated(
            caseID: id, proposal: proposal, title: title, holder: holder, step: step, milestone: milestone?.number,
            milestoneTitle: milestone?.title, dueAt: deadline.dueAt, to: office.name, escalatedAt: now))
      }
    }
  }
}
