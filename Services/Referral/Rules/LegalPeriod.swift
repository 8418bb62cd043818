import Contracts
import FoundationEssentials

/// A period in calendar days, counted as the Korean Civil Code counts: the first day does not count unless it is whole
/// (article 157), and the period ends with its last day (article 159). Saturdays and holidays are not looked at yet
/// (article 161).
struct LegalPeriod: Sendable, Equatable {
  let days: Int

  private static let day: Int64 = 86_400_000
  /// Korean time is 9 hours ahead of UTC, without summer time.
  private static let offset: Int64 = 9 * 3_600_000

  /// The last millisecond of the last day in Korea.
  func end(from start: Date) -> Date {
    let local = start.milliseconds + Self.offset
    let firstWholeDay = (local + Self.day - 1) / Self.day
    return Date(milliseconds: (firstWholeDay + Int64(days)) * Self.day - Self.offset - 1)
  }

  /// The end of a period that was suspended meanwhile: later by the days of the suspension, which do not count, as the
  /// Administrative Procedures Act has it for what an authority cannot work through (article 19 (5)). They are counted as
  /// the Civil Code counts, which the General Act on Public Administration refers to (article 6 (1)): the day in Korea on
  /// which it begins is left out, the day on which it ends counts. So no day moves anything twice, however often a case is
  /// suspended on it. A period that had ended before stays ended.
  static func end(_ end: Date, movedBySuspensionFrom start: Date, to stop: Date) -> Date {
    guard start.milliseconds <= end.milliseconds else { return end }
    let days = dayInKorea(stop) - dayInKorea(start)
    return days > 0 ? Date(milliseconds: end.milliseconds + days * day) : end
  }

  /// Days since 1970 began in Korea.
  private static func dayInKorea(_ date: Date) -> Int64 {
    let local = date.milliseconds + offset
    return (local - (local % day + day) % day) / day
  }
}
