import Contracts
import FoundationEssentials

@testable import Referral

/// The calendar counted on fingers: a list of days, walked one by one, so that what the rules compute can be held against
/// something that is not made of them.
struct PlainCalendar {
  /// Whether offices are open, from 1 January 2025 on, a Wednesday.
  private let open: [Bool]
  /// Milliseconds of midnight in Korea, of the same days.
  private let midnights: [Int64]

  init() {
    let holidays = Set(HolidayList.seed.map(\.day.description))
    var (year, month, day, weekday) = (2025, 1, 1, 3)
    var (open, midnights): ([Bool], [Int64]) = ([], [])
    // 2024-12-31T15:00:00Z
    var midnight: Int64 = 1_735_657_200_000
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    while year < 2033 {
      open.append(weekday != 0 && weekday != 6 && !holidays.contains("\(year)-\(two(month))-\(two(day))"))
      midnights.append(midnight)
      let isLeap = year % 4 == 0
      let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
      (weekday, midnight, day) = ((weekday + 1) % 7, midnight + 86_400_000, day + 1)
      if day > length { (day, month) = (1, month + 1) }
      if month > 12 { (month, year) = (1, year + 1) }
    }
    (self.open, self.midnights) = (open, midnights)
  }

  private func place(_ moment: Date) -> Int {
    let next = midnights.partitioningIndex { $0 > moment.milliseconds }
    return next - 1
  }

  private func end(_ place: Int) -> Date { Date(milliseconds: midnights[place + 1] - 1) }

  /// The end of so many days, of which the one with `start` is none.
  func end(of days: Int, _ unit: LegalPeriod.Unit, from start: Date) -> Date {
    var (place, left) = (place(start), days)
    while left > 0 {
      place += 1
      if unit == .calendar || open[place] { left -= 1 }
    }
    while !open[place] { place += 1 }
    return end(place)
  }

  /// A due date after a suspension. What was late stays as late as it was.
  func end(_ due: Date, _ unit: LegalPeriod.Unit, suspendedFrom start: Date, to stop: Date) -> Date {
    let first = place(start) + 1
    let last = place(stop)
    if due < start { return end(place(due) + max(0, last - first + 1)) }
    let days = first <= last ? (first...last).count { unit == .calendar || open[$0] } : 0
    return days == 0 ? due : end(of: days, unit, from: due)
  }

  func reminder(_ days: Int, before due: Date) -> Date {
    var place = place(due) - days
    while !open[place] { place -= 1 }
    return Date(milliseconds: midnights[place] + 9 * 3_600_000)
  }

  func escalation(_ days: Int, after due: Date) -> Date {
    var place = place(due) + days
    while !open[place] { place += 1 }
    return Date(milliseconds: midnights[place] + 9 * 3_600_000)
  }
}

extension Array {
  /// The first place whose element fulfils a condition, which no element before and every one after it fulfils.
  func partitioningIndex(where condition: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
