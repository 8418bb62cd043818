import Contracts
import FoundationEssentials

/// The rule by which the first of a month go to the Committee although none was over its bar: the votes that closed in the
/// month in Korea, by their yes votes.
struct MonthlyReferral: Sendable {
  /// How many; 0: the rule is off.
  let count: Int

  /// A month of the calendar in Korea.
  struct Month: Sendable, Hashable, Comparable {
    let first: Day

    /// The month of a day.
    init(of day: Day) { first = day.adding(1 - day.parts.day) }

    var next: Month { Month(of: first.adding(31)) }
    var previous: Month { Month(of: first.adding(-1)) }
    /// From its first millisecond to before that of the next.
    var span: Range<Date> { first.start..<next.first.start }

    static func < (a: Month, b: Month) -> Bool { a.first < b.first }
  }

  /// The months that ended a day ago or earlier and were not looked at, oldest first. The results of votes that closed in
  /// the last minutes of a month come after its end.
  /// - Parameter last: the last that was looked at.
  static func due(after last: Month, at now: Date) -> [Month] {
    let current = Month(of: Day(of: now).adding(-1))
    var months: [Month] = []
    var month = last.next
    while month < current {
      months.append(month)
      month = month.next
    }
    return months
  }
}
