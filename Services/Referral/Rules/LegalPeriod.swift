import Contracts
import FoundationEssentials

/// A step of a case that somebody owes within a period.
enum LegalStep: String, Sendable, CaseIterable { case committee, ministry }

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
}
