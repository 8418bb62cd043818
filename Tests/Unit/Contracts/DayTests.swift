import Contracts
import FoundationEssentials
import Testing

@Suite struct DayTests {
  @Test func everyDayOfFourHundredYearsIsReadAsItIsWritten() throws {
    let first = try #require(Day("1900-01-01"))
    var weekday = 1  // It was a Monday.
    for number in 0..<146_097 {
      let day = first.adding(Int64(number))
      #expect(Day(day.description) == day)
      #expect(day.weekday == weekday)
      weekday = (weekday + 1) % 7
    }
    #expect(first.adding(146_097).description == "2300-01-01")
  }

  @Test(arguments: [
    "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "26-1-1", "2026-1-01", "2026-01-01T00:00", "",
    "+026-01-01", "2026-01-٠١",
  ])
  func whatIsNoDayIsRefused(_ text: String) { #expect(Day(text) == nil) }

  @Test func aDayBeginsAndEndsInKorea() throws {
    let day = try #require(Day("2026-11-26"))
    #expect(JSON.timestamp(day.start) == "2026-11-25T15:00:00.000Z")
    #expect(JSON.timestamp(day.end) == "2026-11-26T14:59:59.999Z")
    #expect(Day(of: day.start) == day)
    #expect(Day(of: day.end) == day)
    #expect(Day(of: Date(milliseconds: -1)).description == "1970-01-01")
    #expect(Day(of: Date(milliseconds: -9 * 3_600_000 - 1)).description == "1969-12-31")
  }
}
