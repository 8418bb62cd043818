import Contracts
import FoundationEssentials
import ServiceKit

/// Until when a milestone of the plan is owed, and what its clock has told.
struct MilestoneDeadline: Deadline, Codable, Sendable, Equatable {
  /// The milestone's.
  let number: Int
  /// When its end was given, by a plan or a notice of delay.
  let since: Date
  /// The end of its last day in Korea, later by the days of suspensions since then.
  var dueAt: Date
  var remindedAt: Date?
  var overdueAt: Date?
  var escalatedAt: Date?

  var isOver: Bool { false }

  init(of milestone: Milestone, since: Date) {
    (number, self.since, dueAt) = (milestone.number, since, milestone.endsOn.end)
  }

  /// What was told of something else that was due by then holds for it, too.
  fileprivate mutating func takeTold(of hold: Hold) {
    guard dueAt.milliseconds == hold.dueAt.milliseconds else { return }
    remindedAt = remindedAt ?? hold.remindedAt
    overdueAt = overdueAt ?? hold.overdueAt
    escalatedAt = escalatedAt ?? hold.escalatedAt
  }
}

extension Case {
  func deadline(of number: Int) -> MilestoneDeadline? { deadlines.first { $0.number == number } }

  /// Until when all is owed that is planned: the latest deadline of a milestone, done or not; nil without a plan.
  var planDueAt: Date? {
    dossier.plan?.milestones.map { deadline(of: $0.number)?.dueAt ?? $0.endsOn.end }.max()
  }

  /// Whether a milestone has a clock of its own: it is open, and nothing else tells of it. After the answer the hold tells
  /// of what is due with it; before, the hold is about the answer alone.
  func hasOwnClock(_ milestone: Milestone) -> Bool {
    guard suspension == nil, milestone.status != .completed, let hold, let deadline = deadline(of: milestone.number)
    else { return false }
    switch hold.step {
    case .ministry: return true
    case .implementation: return deadline.dueAt.milliseconds < hold.dueAt.milliseconds
    case .review, .committee, .strategyMeeting: return false
    }
  }

  /// Places in `deadlines` of those whose clocks are looked at, in the order of their numbers, with their milestones.
  var ownClocks: [(place: Int, milestone: Milestone)] {
    let milestones = dossier.plan?.milestones ?? []
    return deadlines.enumerated().compactMap { place, deadline in
      milestones.first { $0.number == deadline.number && hasOwnClock($0) }.map { (place, $0) }
    }.sorted { $0.1.number < $1.1.number }
  }

  /// Whole days in Korea by which a milestone is late, or was when it was completed or the case ended; 0 when it is not,
  /// and while the case is suspended. The day on which it is due does not count.
  func daysLate(_ milestone: Milestone, at now: Date) -> Int64 {
    guard let deadline = deadline(of: milestone.number) else { return 0 }
    let completed = dossier.reports.last { $0.milestone == milestone.number && $0.status == .completed }
    if milestone.status != .completed, suspension != nil { return 0 }
    return deadline.daysLate(by: (milestone.status == .completed ? completed?.reportedAt : holds.last?.until) ?? now)
  }

  /// A plan gives each milestone its deadline; one that ends when it did before keeps what it had.
  mutating func setDeadlines(by plan: Dossier.Plan, after before: Dossier.Plan?, at now: Date) {
    deadlines = plan.milestones.map { milestone in
      let isKept = before?.milestones.contains { $0.number == milestone.number && $0.endsOn == milestone.endsOn }
      let known = isKept == true ? deadline(of: milestone.number) : nil
      return known ?? MilestoneDeadline(of: milestone, since: now)
    }
  }

  /// A milestone takes longer; that makes nothing due earlier than a suspension had moved it to.
  mutating func setDeadline(of milestone: Milestone, at now: Date) {
    let later = MilestoneDeadline(of: milestone, since: now)
    guard let place = deadlines.firstIndex(where: { $0.number == milestone.number }) else {
      return deadlines.append(later)
    }
    if later.dueAt.milliseconds > deadlines[place].dueAt.milliseconds { deadlines[place] = later }
  }

  /// The hold is due at another time: what it has told of those milestones that were due with it is not told again.
  mutating func keepTold(ofMilestonesDueWith hold: Hold) {
    guard hold.step == .implementation else { return }
    for place in deadlines.indices { deadlines[place].takeTold(of: hold) }
  }

  /// The days of a suspension do not count; they are counted as for what is carried out, whatever is owed first.
  /// - Throws: `Problem` 503 when the rules of the step are missing.
  mutating func moveDeadlines(bySuspensionFrom start: Date, to stop: Date, within terms: Terms) throws(Problem) {
    guard !deadlines.isEmpty else { return }
    let period = try terms.clock(of: .implementation).period
    for place in deadlines.indices {
      let before = deadlines[place]
      deadlines[place].setDue(period.end(before.dueAt, movedBySuspensionFrom: start, to: stop))
      // What was late before is told of once.
      if start > before.dueAt { deadlines[place].keepTold(of: before) }
    }
  }

  /// Gives milestones their deadlines that were planned before there were any.
  /// - Throws: `Problem` 503 when the rules of the step are missing.
  mutating func completeDeadlines(within terms: Terms) throws(Problem) {
    guard let plan = dossier.plan else { return }
    for milestone in plan.milestones where deadline(of: milestone.number) == nil {
      let period = try terms.clock(of: .implementation).period
      let given = dossier.delays.last { $0.milestone == milestone.number }?.delayedAt ?? plan.plannedAt
      var deadline = MilestoneDeadline(of: milestone, since: given)
      for past in suspensions where past.suspendedAt >= given {
        guard let resumedAt = past.resumedAt else { continue }
        deadline.setDue(period.end(deadline.dueAt, movedBySuspensionFrom: past.suspendedAt, to: resumedAt))
      }
      deadlines.append(deadline)
    }
  }
}
