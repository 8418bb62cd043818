import Contracts
import Postgres

extension LegalClock {
  fileprivate static let columns: Query =
    "step, days, unit, reminder_days, escalation_days, escalates_to, extension_days"

  fileprivate init(_ row: Row, _ holidays: Holidays) throws {
    let names: [String] = try row["escalates_to"]
    guard let step = LegalStep(rawValue: try row["step"]) else {
      throw PostgresError(sqlState: "42804", message: "a legal period is of a step that this program does not know")
    }
    self.init(
      step: step, days: (try row["days"] as Int32?).map(Int.init), unit: try row["unit"],
      reminderDays: try row["reminder_days"], escalationDays: try row["escalation_days"],
      escalatesTo: names.compactMap(Holder.init(name:)), extensionDays: try row["extension_days"], holidays: holidays)
  }
}

extension LegalPeriod.Unit: PostgresDecodable {}

extension QueryRunner {
  /// Every public holiday that the table has.
  func holidays() async throws -> Holidays {
    let rows = try await query("SELECT day - DATE '1970-01-01' AS number FROM public_holiday")
    return Holidays(try rows.map { Day(number: Int64(try $0["number"] as Int32)) })
  }

  /// What the rules say about the time of each step.
  func clocks() async throws -> [LegalStep: LegalClock] {
    let holidays = try await holidays()
    let rows = try await query("SELECT \(fragment: LegalClock.columns) FROM legal_period")
    let clocks = try rows.map { try LegalClock($0, holidays) }
    return Dictionary(clocks.map { ($0.step, $0) }) { first, _ in first }
  }

  /// - Throws: `PostgresError` if the step has no row: the migrations seed all of them.
  func clock(of step: LegalStep) async throws -> LegalClock {
    guard
      let row = try await query(
        "SELECT \(fragment: LegalClock.columns) FROM legal_period WHERE step = \(step.rawValue)"
      ).first
    else { throw PostgresError(sqlState: "P0002", message: "the legal period of a step is missing") }
    return try LegalClock(row, await holidays())
  }

  /// - Throws: `PostgresError` if the step has no row, or no days.
  func period(of step: LegalStep) async throws -> LegalPeriod {
    let clock = try await clock(of: step)
    guard let days = clock.days else {
      throw PostgresError(sqlState: "P0002", message: "no rule says how long a step may take")
    }
    return clock.period(of: days)
  }
}
