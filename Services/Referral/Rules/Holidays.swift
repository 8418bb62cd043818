import Contracts
import FoundationEssentials

/// The days on which public offices are closed: Saturdays, Sundays and public holidays (Regulations on Holidays of
/// Government Offices, article 2).
struct Holidays: Sendable, Equatable {
  private let days: Set<Day>

  /// No holidays but the weekends.
  static let none = Holidays([])

  init(_ days: some Sequence<Day>) { self.days = Set(days) }

  func isWorkingDay(_ day: Day) -> Bool { !day.isWeekend && !days.contains(day) }

  /// The day itself, or the first working day after it.
  func workingDay(from day: Day) -> Day {
    var day = day
    while !isWorkingDay(day) { day = day + 1 }
    return day
  }

  /// The day itself, or the last working day before it.
  func workingDay(upTo day: Day) -> Day {
    var day = day
    while !isWorkingDay(day) { day = day - 1 }
    return day
  }

  /// So many working days after a day, which does not count itself.
  /// - Parameter count: 0 leads to the day itself.
  func workingDay(_ count: Int, after day: Day) -> Day {
    var day = day
    for _ in 0..<max(0, count) { day = workingDay(from: day + 1) }
    return day
  }

  /// How many working days come after `start`, `end` included.
  func workingDays(after start: Day, through end: Day) -> Int {
    guard start < end else { return 0 }
    return (start.number + 1...end.number).count { isWorkingDay(Day(number: $0)) }
  }
}

extension Day {
  static func + (day: Day, days: Int) -> Day { day.adding(Int64(days)) }
  static func - (day: Day, days: Int) -> Day { day.adding(-Int64(days)) }

  var isWeekend: Bool { weekday == 0 || weekday == 6 }

  /// A full hour of it, by the clocks of Korea.
  func hour(_ hour: Int64) -> Date { Date(milliseconds: start.milliseconds + hour * 3_600_000) }
}
