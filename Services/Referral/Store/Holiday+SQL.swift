import Contracts
import FoundationEssentials
import Postgres

extension HolidayList.Entry {
  fileprivate init(_ row: Row) throws {
    self.init(
      day: Day(number: Int64(try row["number"] as Int32)), korean: try row["korean"],
      english: try row["english"])
  }
}

extension Database {
  /// The public holidays of a year, by day.
  func holidays(in year: Int) async throws -> [HolidayList.Entry] {
    try await query(
      """
      SELECT day - DATE '1970-01-01' AS number, korean, english FROM public_holiday
      WHERE day >= make_date(\(Int32(year)), 1, 1) AND day <= make_date(\(Int32(year)), 12, 31) ORDER BY day
      """
    ).map { try HolidayList.Entry($0) }
  }

  func save(_ holiday: HolidayList.Entry, by staff: CitizenID, at now: Date) async throws {
    try await execute(
      """
      INSERT INTO public_holiday (day, korean, english, changed_by, changed_at)
      VALUES (DATE '1970-01-01' + \(Int32(holiday.day.number)), \(holiday.korean), \(holiday.english), \(staff), \(now))
      ON CONFLICT (day) DO UPDATE SET korean = EXCLUDED.korean, english = EXCLUDED.english,
        changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at
      """)
  }

  /// - Returns: whether there was one.
  func removeHoliday(on day: Day) async throws -> Bool {
    try await execute("DELETE FROM public_holiday WHERE day = DATE '1970-01-01' + \(Int32(day.number))") == 1
  }
}
