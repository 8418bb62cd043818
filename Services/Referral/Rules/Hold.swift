import Contracts
import FoundationEssentials

/// That somebody has a case, and until when they owe the next step: one link of the chain of custody, and its clock.
struct Hold: Deadline, Sendable, Equatable {
  /// Counts the holds of a case: 1, 2, 3.
  let number: Int32
  /// What is owed.
  let step: LegalStep
  let holder: Holder
  let since: Date
  var dueAt: Date
  /// Once a hold at most.
  var `extension`: Extension?
  /// When the holder was reminded, what was owed became late, and the next office was told: each once a due date.
  var remindedAt: Date?
  var overdueAt: Date?
  var escalatedAt: Date?
  /// When somebody else took over, or the case ended; nil for the one who has it now.
  var until: Date?

  var isOver: Bool { until != nil }

  /// That more time was taken, with a public reason.
  struct Extension: Sendable, Equatable {
    /// When it would have been due.
    let from: Date
    let reason: String
    let at: Date
  }
}

extension Hold {
  /// Whole days in Korea by which the step is late, or was when it ended; 0 when it is not. The day on which it is due
  /// does not count.
  func daysLate(at now: Date) -> Int64 { daysLate(by: until ?? now) }
}

extension Case {
  /// Days by which a link of the chain of custody is, or was, late. Nobody is while the case is suspended, nor was by the days
  /// of a suspension with which it lapsed.
  func daysLate(_ hold: Hold, at now: Date) -> Int64 {
    if suspension != nil, hold.until == nil { return 0 }
    let lapsed = suspensions.first { $0.lapse != nil && $0.lapse?.at == hold.until }
    return hold.daysLate(by: lapsed?.suspendedAt ?? hold.until ?? now)
  }
}
