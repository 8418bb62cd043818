import Contracts
import FoundationEssentials
import Testing

@testable import Referral

@Suite struct HolidaysTests {
  private func names(_ day: String) -> [String] {
    HolidayList.seed.filter { $0.day.description == day }.flatMap { [$0.korean, $0.english] }
  }

  @Test func everyYearHasItsHolidays() {
    let years = Dictionary(grouping: HolidayList.seed) { $0.day.description.prefix(4) }
    #expect(years.keys.sorted().map(String.init) == (2017...2030).map(String.init))
    // Fifteen of the regulations, of which one may fall on another, and what comes beside them.
    for (year, days) in years { #expect((14...24).contains(days.count), "\(year)") }
    #expect(HolidayList.seed.map(\.day) == Set(HolidayList.seed.map(\.day)).sorted())
    #expect(!HolidayList.seed.contains { $0.korean.isEmpty || $0.english.isEmpty })
  }

  @Test(arguments: [
    // Decided by the lunar calendar, by law, by election and by the cabinet.
    ("2027-02-07", "설날"), ("2027-02-09", "대체공휴일"), ("2025-06-03", "대통령 선거일"), ("2025-01-27", "임시공휴일"),
    ("2028-10-03", "추석, 개천절"), ("2025-05-05", "부처님 오신 날, 어린이날"), ("2026-05-01", "노동절"), ("2026-07-17", "제헌절"),
  ])
  func whatIsKnownOfHolidaysIsInTheList(day: String, name: String) { #expect(names(day).first == name) }

  @Test(arguments: ["2024-05-01", "2025-07-17", "2026-11-26", "2020-04-14"])
  func daysOnWhichOfficesAreOpenAreNot(day: String) { #expect(names(day).isEmpty) }

  @Test func substituteHolidaysAreNeverOnAWeekend() {
    for entry in HolidayList.seed where entry.korean.contains("대체") || entry.korean.contains("선거") {
      #expect(!entry.day.isWeekend, "\(entry.day)")
    }
  }

  @Test func nineInTheMorningIsMidnightOfUTC() throws {
    #expect(JSON.timestamp(try #require(Day("2026-11-26")).hour(9)) == "2026-11-26T00:00:00.000Z")
  }

  @Test func saturdaysAndSundaysAreDaysOffWithoutAList() throws {
    // Thursday.
    let day = try #require(Day("2026-11-26"))
    #expect((0..<7).map { Holidays.none.isWorkingDay(day + $0) } == [true, true, false, false, true, true, true])
    #expect((0..<7).map { (day - 21_000 + $0).isWeekend } == [false, false, true, true, false, false, false])
    #expect(Holidays.none.workingDay(from: day + 2) == day + 4 && Holidays.none.workingDay(upTo: day + 3) == day + 1)
    #expect(Holidays([day]).workingDay(0, after: day) == day && Holidays([day]).workingDay(from: day) == day + 1)
  }
}
