import Contracts
import FoundationEssentials

/// A number of days that somebody has for a step, counted as the Civil Code counts (articles 155 to 161), which the
/// General Act on Public Administration refers to (article 6 (1)): the day on which it begins is left out unless it is
/// whole (article 157), it ends with its last day (article 159), and where that is a Saturday or a public holiday, with
/// the next working day (article 161).
struct LegalPeriod: Sendable, Equatable {
  /// What is counted.
  enum Unit: String, Codable, Sendable, CaseIterable {
    /// Every day.
    case calendar
    /// Neither Saturdays nor holidays, as with the civil petitions of article 19 (2) of the Civil Petitions Treatment Act.
    /// That act also counts the first day; a case is no civil petition, so the Civil Code's rule for it stays.
    case working
  }

  let days: Int
  var unit = Unit.calendar
  var holidays = Holidays.none

  /// The last millisecond of the last day in Korea.
  func end(from start: Date) -> Date {
    let day = Day(of: start)
    // From midnight on the first day is whole.
    return self.end(after: day.start.milliseconds == start.milliseconds ? day - 1 : day, by: days).end
  }

  /// The end, later by so many days of the period's unit.
  func end(_ end: Date, movedBy days: Int) -> Date {
    days > 0 ? self.end(after: Day(of: end), by: days).end : end
  }

  /// The end of a period that was suspended meanwhile: later by the days of the suspension, which do not count, as the
  /// Administrative Procedures Act has it for what an authority cannot work through (article 19 (5)). They are counted as
  /// the Civil Code counts: the day in Korea on which it begins is left out, the day on which it ends counts. So no day
  /// moves anything twice, however often a case is suspended on it. A period that had ended before stays ended, for as many
  /// days as it was then: neither what is late grows later meanwhile, nor does a holiday help it.
  func end(_ end: Date, movedBySuspensionFrom start: Date, to stop: Date) -> Date {
    let (first, last) = (Day(of: start), Day(of: stop))
    guard start.milliseconds <= end.milliseconds else {
      return end.addingTimeInterval(Double(max(0, last.number - first.number)) * 86_400)
    }
    switch unit {
    case .calendar: return self.end(end, movedBy: Int(last.number - first.number))
    case .working: return self.end(end, movedBy: holidays.workingDays(after: first, through: last))
    }
  }

  private func end(after day: Day, by days: Int) -> Day {
    switch unit {
    case .calendar: holidays.workingDay(from: day + days)
    case .working: holidays.workingDay(days, after: day)
    }
  }
}
