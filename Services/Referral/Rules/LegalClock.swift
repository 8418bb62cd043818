import Contracts
import FoundationEssentials

/// What the rules of a step say about its time: a row of the table `legal_period`.
struct LegalClock: Sendable, Equatable {
  let step: LegalStep
  let days: Int
  let unit: LegalPeriod.Unit
  /// Days before the due date on which the holder is reminded.
  let reminderDays: Int
  /// Days after the due date after which the next offices are told.
  let escalationDays: Int
  let escalatesTo: [Holder]
  /// Days that the holder may take once, in the period's unit; 0 for none.
  let extensionDays: Int
  var holidays = Holidays.none

  var period: LegalPeriod { LegalPeriod(days: days, unit: unit, holidays: holidays) }

  /// Nine in the morning of a working day in Korea: the last one that is `reminderDays` before the due date.
  func reminder(before due: Date) -> Date {
    holidays.workingDay(upTo: Day(of: due) - reminderDays).hour(9)
  }

  /// Nine in the morning of a working day in Korea: the first one that is `escalationDays` after the due date.
  func escalation(after due: Date) -> Date {
    holidays.workingDay(from: Day(of: due) + escalationDays).hour(9)
  }
}

/// What a clock does by itself.
enum ClockMove: Sendable, Equatable {
  /// Tells the holder that something will be due.
  case remind
  /// Tells everybody that it was due.
  case overdue
  /// Tells the next offices that it is late.
  case escalate(to: [Holder])
}

/// Something that is owed by a time, and what its clock has told of that: each once a due date.
protocol Deadline {
  /// Since when it is owed by somebody; a reminder from before that does not come.
  var since: Date { get }
  var dueAt: Date { get set }
  /// Whether nobody owes it any more.
  var isOver: Bool { get }
  /// When whoever owes it was reminded, when it became late, and when the next office was told.
  var remindedAt: Date? { get set }
  var overdueAt: Date? { get set }
  var escalatedAt: Date? { get set }
}

extension Deadline {
  /// What is to be done at a moment, in its order; nothing once it is over. A suspended case is not asked.
  ///
  /// Each comes once for a due date, and anew for another one. A reminder comes before the due date or not at all: after it,
  /// lateness says more. It also does not come where the hand-over itself came later than its moment.
  func moves(due now: Date, by clock: LegalClock) -> [ClockMove] {
    guard !isOver else { return [] }
    if now <= dueAt {
      let moment = clock.reminder(before: dueAt)
      return remindedAt == nil && moment > since && moment <= now ? [.remind] : []
    }
    let escalates = escalatedAt == nil && !clock.escalatesTo.isEmpty && clock.escalation(after: dueAt) <= now
    return (overdueAt == nil ? [.overdue] : []) + (escalates ? [.escalate(to: clock.escalatesTo)] : [])
  }

  /// When the next move comes that has not been made; nil when nothing will come by itself.
  func nextMove(after now: Date, by clock: LegalClock) -> Date? {
    guard !isOver else { return nil }
    let reminder = clock.reminder(before: dueAt)
    if remindedAt == nil, reminder > since, now <= dueAt { return reminder }
    // Late is what is later than the last millisecond.
    if overdueAt == nil { return Date(milliseconds: dueAt.milliseconds + 1) }
    return escalatedAt == nil && !clock.escalatesTo.isEmpty ? clock.escalation(after: dueAt) : nil
  }

  /// Due at another time, its clock anew.
  mutating func setDue(_ dueAt: Date) {
    guard self.dueAt.milliseconds != dueAt.milliseconds else { return }
    (self.dueAt, remindedAt, overdueAt, escalatedAt) = (dueAt, nil, nil, nil)
  }

  /// What was told of an earlier due date holds for this one, too, and is not told again.
  mutating func keepTold(of earlier: some Deadline) {
    (remindedAt, overdueAt, escalatedAt) = (earlier.remindedAt, earlier.overdueAt, earlier.escalatedAt)
  }

  /// Whole days in Korea by which it is late at a moment; 0 when it is not. The day on which it is due does not count.
  func daysLate(by end: Date) -> Int64 { end > dueAt ? Day(of: end).number - Day(of: dueAt).number : 0 }

  /// Puts down that a move was made.
  mutating func note(_ move: ClockMove, at now: Date) {
    switch move {
    case .remind: remindedAt = now
    case .overdue: overdueAt = now
    case .escalate: escalatedAt = now
    }
  }
}
