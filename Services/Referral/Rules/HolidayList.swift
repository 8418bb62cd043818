import Contracts

/// The public holidays of 2017 to 2030 as the database is seeded: those of the Act on Public Holidays and the Regulations
/// on Holidays of Government Offices, with the substitute holidays, the days of elections and the temporary holidays that
/// are known. Operators add those that are proclaimed later.
///
/// Sundays are holidays by the regulations, and Saturdays as good as holidays by the Civil Code; they are not listed.
/// Labour Day and Constitution Day are holidays of public offices from 2026 on.
enum HolidayList {
  /// A day and its names; two holidays on one day are one entry.
  struct Entry: Sendable, Equatable {
    let day: Day
    let korean: String
    let english: String
  }

  /// By day.
  static let seed: [Entry] = {
    let single = named.flatMap { named in
      named.days.split(whereSeparator: \.isWhitespace).compactMap { Day(String($0)) }.map {
        Entry(day: $0, korean: named.korean, english: named.english)
      }
    }
    return Dictionary(grouping: single, by: \.day).map { day, entries in
      Entry(
        day: day, korean: entries.map(\.korean).joined(separator: ", "),
        english: entries.map(\.english).joined(separator: ", "))
    }.sorted { $0.day < $1.day }
  }()

  private struct Named: Sendable {
    let korean: String
    let english: String
    let days: String

    init(_ korean: String, _ english: String, _ days: String) {
      (self.korean, self.english, self.days) = (korean, english, days)
    }
  }

  private static let named: [Named] = [
    Named(
      "새해 첫날", "New Year's Day",
      """
      2017-01-01 2018-01-01 2019-01-01 2020-01-01 2021-01-01 2022-01-01 2023-01-01
      2024-01-01 2025-01-01 2026-01-01 2027-01-01 2028-01-01 2029-01-01 2030-01-01
      """),
    Named(
      "설날 전날", "Day before Seollal",
      """
      2017-01-27 2018-02-15 2019-02-04 2020-01-24 2021-02-11 2022-01-31 2023-01-21
      2024-02-09 2025-01-28 2026-02-16 2027-02-06 2028-01-26 2029-02-12 2030-02-02
      """),
    Named(
      "설날", "Seollal",
      """
      2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22
      2024-02-10 2025-01-29 2026-02-17 2027-02-07 2028-01-27 2029-02-13 2030-02-03
      """),
    Named(
      "설날 다음 날", "Day after Seollal",
      """
      2017-01-29 2018-02-17 2019-02-06 2020-01-26 2021-02-13 2022-02-02 2023-01-23
      2024-02-11 2025-01-30 2026-02-18 2027-02-08 2028-01-28 2029-02-14 2030-02-04
      """),
    Named(
      "3·1절", "Independence Movement Day",
      """
      2017-03-01 2018-03-01 2019-03-01 2020-03-01 2021-03-01 2022-03-01 2023-03-01
      2024-03-01 2025-03-01 2026-03-01 2027-03-01 2028-03-01 2029-03-01 2030-03-01
      """),
    Named(
      "부처님 오신 날", "Buddha's Birthday",
      """
      2017-05-03 2018-05-22 2019-05-12 2020-04-30 2021-05-19 2022-05-08 2023-05-27
      2024-05-15 2025-05-05 2026-05-24 2027-05-13 2028-05-02 2029-05-20 2030-05-09
      """),
    Named(
      "어린이날", "Children's Day",
      """
      2017-05-05 2018-05-05 2019-05-05 2020-05-05 2021-05-05 2022-05-05 2023-05-05
      2024-05-05 2025-05-05 2026-05-05 2027-05-05 2028-05-05 2029-05-05 2030-05-05
      """),
    Named(
      "노동절", "Labour Day",
      """
      2026-05-01 2027-05-01 2028-05-01 2029-05-01 2030-05-01
      """),
    Named(
      "현충일", "Memorial Day",
      """
      2017-06-06 2018-06-06 2019-06-06 2020-06-06 2021-06-06 2022-06-06 2023-06-06
      2024-06-06 2025-06-06 2026-06-06 2027-06-06 2028-06-06 2029-06-06 2030-06-06
      """),
    Named(
      "제헌절", "Constitution Day",
      """
      2026-07-17 2027-07-17 2028-07-17 2029-07-17 2030-07-17
      """),
    Named(
      "광복절", "Liberation Day",
      """
      2017-08-15 2018-08-15 2019-08-15 2020-08-15 2021-08-15 2022-08-15 2023-08-15
      2024-08-15 2025-08-15 2026-08-15 2027-08-15 2028-08-15 2029-08-15 2030-08-15
      """),
    Named(
      "추석 전날", "Day before Chuseok",
      """
      2017-10-03 2018-09-23 2019-09-12 2020-09-30 2021-09-20 2022-09-09 2023-09-28
      2024-09-16 2025-10-05 2026-09-24 2027-09-14 2028-10-02 2029-09-21 2030-09-11
      """),
    Named(
      "추석", "Chuseok",
      """
      2017-10-04 2018-09-24 2019-09-13 2020-10-01 2021-09-21 2022-09-10 2023-09-29
      2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03 2029-09-22 2030-09-12
      """),
    Named(
      "추석 다음 날", "Day after Chuseok",
      """
      2017-10-05 2018-09-25 2019-09-14 2020-10-02 2021-09-22 2022-09-11 2023-09-30
      2024-09-18 2025-10-07 2026-09-26 2027-09-16 2028-10-04 2029-09-23 2030-09-13
      """),
    Named(
      "개천절", "National Foundation Day",
      """
      2017-10-03 2018-10-03 2019-10-03 2020-10-03 2021-10-03 2022-10-03 2023-10-03
      2024-10-03 2025-10-03 2026-10-03 2027-10-03 2028-10-03 2029-10-03 2030-10-03
      """),
    Named(
      "한글날", "Hangeul Day",
      """
      2017-10-09 2018-10-09 2019-10-09 2020-10-09 2021-10-09 2022-10-09 2023-10-09
      2024-10-09 2025-10-09 2026-10-09 2027-10-09 2028-10-09 2029-10-09 2030-10-09
      """),
    Named(
      "기독탄신일", "Christmas Day",
      """
      2017-12-25 2018-12-25 2019-12-25 2020-12-25 2021-12-25 2022-12-25 2023-12-25
      2024-12-25 2025-12-25 2026-12-25 2027-12-25 2028-12-25 2029-12-25 2030-12-25
      """),
    Named(
      "대통령 선거일", "Presidential election",
      """
      2017-05-09 2022-03-09 2025-06-03 2030-03-27
      """),
    Named(
      "국회의원 선거일", "General election",
      """
      2020-04-15 2024-04-10 2028-04-12
      """),
    Named(
      "지방선거일", "Local elections",
      """
      2018-06-13 2022-06-01 2026-06-03 2030-06-12
      """),
    Named(
      "대체공휴일", "Substitute holiday",
      """
      2017-01-30 2017-10-06 2018-05-07 2018-09-26 2019-05-06 2020-01-27 2021-08-16
      2021-10-04 2021-10-11 2022-09-12 2022-10-10 2023-01-24 2023-05-29 2024-02-12
      2024-05-06 2025-03-03 2025-05-06 2025-10-08 2026-03-02 2026-05-25 2026-08-17
      2026-10-05 2027-02-09 2027-05-03 2027-07-19 2027-08-16 2027-10-04 2027-10-11
      2027-12-27 2028-10-05 2029-05-07 2029-05-21 2029-09-24 2030-02-05 2030-05-06
      """),
    Named(
      "임시공휴일", "Temporary holiday",
      """
      2017-10-02 2020-08-17 2023-10-02 2024-10-01 2025-01-27
      """),
  ]
}
