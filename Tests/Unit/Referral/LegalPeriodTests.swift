import Contracts
import FoundationEssentials
import Testing

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
}
