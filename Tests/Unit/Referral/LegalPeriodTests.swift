import Contracts
import FoundationEssentials
import Testing

@testable import Forumctl
@testable import Referral

@Suite struct LegalPeriodTests {
  @Test(arguments: [
    // 10:00 on 24 November in Korea: the 24th does not count, 24 December is the thirtieth day.
    ("2026-11-24T01:00:00.000Z", 30, "2026-12-24T14:59:59.999Z"),
    // The same day in Korea begins and ends in the afternoon of UTC.
    ("2026-11-23T15:00:00.001Z", 30, "2026-12-24T14:59:59.999Z"),
    ("2026-11-24T14:59:59.999Z", 30, "2026-12-24T14:59:59.999Z"),
    // From midnight on the day is whole, and counts.
    ("2026-11-24T15:00:00.000Z", 30, "2026-12-24T14:59:59.999Z"),
    ("2026-11-24T15:00:00.001Z", 30, "2026-12-25T14:59:59.999Z"),
    // Across 29 February.
    ("2028-01-31T03:00:00.000Z", 60, "2028-03-31T14:59:59.999Z"),
    ("2026-11-24T01:00:00.000Z", 1, "2026-11-25T14:59:59.999Z"),
  ])
  func aPeriodEndsWithItsLastDayInKoreaAndLeavesOutTheDayItBeginsOn(start: String, days: Int, end: String) throws {
    let start = try #require(JSON.date(start))
    #expect(JSON.timestamp(LegalPeriod(days: days).end(from: start)) == end)
  }

  @Test(arguments: [
    // The last day is a Saturday, a Sunday, a holiday before a weekend.
    ("2026-11-26", 30, "2026-12-28"), ("2026-11-27", 30, "2026-12-28"), ("2026-11-25", 30, "2026-12-28"),
    // The ninth of October 2025 was the last of seven days off: 3, 5 to 9 October, with a Saturday among them.
    ("2025-09-03", 30, "2025-10-10"), ("2025-09-02", 30, "2025-10-02"),
    // Holidays before the last day count: Christmas, New Year.
    ("2026-12-08", 30, "2027-01-07"),
  ])
  func aPeriodThatWouldEndOnADayOffEndsWithTheNextWorkingDay(start: String, days: Int, end: String) throws {
    let noon = try #require(Day(start)).hour(12)
    let period = LegalPeriod(days: days, holidays: Holidays(HolidayList.seed.map(\.day)))
    #expect(Day(of: period.end(from: noon)).description == end)
  }

  @Test(arguments: [
    // Ten working days from a Thursday: two weekends.
    ("2026-11-26", 10, "2026-12-10"),
    // From a Saturday the first day is Monday.
    ("2026-11-28", 10, "2026-12-11"),
    // Seollal of 2027 has a substitute on Tuesday 9 February.
    ("2027-02-05", 1, "2027-02-10"), ("2027-02-01", 5, "2027-02-10"),
  ])
  func workingDaysLeaveOutSaturdaysSundaysAndHolidays(start: String, days: Int, end: String) throws {
    let noon = try #require(Day(start)).hour(12)
    let period = LegalPeriod(days: days, unit: .working, holidays: Holidays(HolidayList.seed.map(\.day)))
    #expect(Day(of: period.end(from: noon)).description == end)
  }

  @Test func aSuspensionMovesWorkingDaysByTheWorkingDaysThatItTook() throws {
    let period = LegalPeriod(days: 10, unit: .working, holidays: Holidays(HolidayList.seed.map(\.day)))
    let day = { (text: String) in try #require(Day(text)).hour(12) }
    let end = period.end(from: try day("2026-11-26"))
    // Friday to Monday: only the Monday counts.
    let once = period.end(end, movedBySuspensionFrom: try day("2026-11-27"), to: try day("2026-11-30"))
    #expect(Day(of: once).description == "2026-12-11")
    // Over a weekend: nothing was lost.
    let none = period.end(end, movedBySuspensionFrom: try day("2026-11-27"), to: try day("2026-11-29"))
    #expect(none == end)
  }

  /// Days off by chance, more than one in three: runs of them are long, and periods cross several.
  private func chance(_ random: inout SplitMix64) -> (Holidays, Day, Int) {
    // From 1 January 2026 on.
    let start = Day(number: 20_454) + Int.random(in: 0..<1_000, using: &random)
    let days = (0..<200).map { start + $0 - 10 }.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
    return (Holidays(days), start, Int.random(in: 1...60, using: &random))
  }

  @Test func periodsKeepTheirPromisesOnRandomDaysAndHolidays() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(seed: seed)
    for _ in 0..<2_000 {
      let (holidays, day, days) = chance(&random)
      let start = Date(milliseconds: day.start.milliseconds + Int64.random(in: 1..<86_400_000, using: &random))
      let calendar = LegalPeriod(days: days, holidays: holidays)
      let working = LegalPeriod(days: days, unit: .working, holidays: holidays)
      let (last, late) = (Day(of: calendar.end(from: start)), Day(of: working.end(from: start)))
      // Both end on working days, at their last millisecond.
      #expect(holidays.isWorkingDay(last) && holidays.isWorkingDay(late), "seed \(seed)")
      #expect(calendar.end(from: start) == last.end && working.end(from: start) == late.end, "seed \(seed)")
      // Calendar days: between the plain end and the end there is no working day.
      #expect(last >= day + days, "seed \(seed)")
      #expect(holidays.workingDays(after: day + days - 1, through: last) == 1, "seed \(seed)")
      // Working days: so many of them, and one fewer would end earlier.
      #expect(holidays.workingDays(after: day, through: late) == days, "seed \(seed)")
      #expect(late >= last, "seed \(seed)")
      // Who begins later does not have to finish earlier.
      let next = start.addingTimeInterval(3_600)
      #expect(calendar.end(from: next) >= calendar.end(from: start), "seed \(seed)")
      #expect(working.end(from: next) >= working.end(from: start), "seed \(seed)")
      // Nobody has fewer working days left after a suspension than before it.
      let stop = start.addingTimeInterval(Double.random(in: 0..<40, using: &random) * 86_400)
      let moved = Day(of: working.end(late.end, movedBySuspensionFrom: start, to: stop))
      #expect(holidays.workingDays(after: Day(of: stop), through: moved) == days, "seed \(seed)")
    }
  }
}
