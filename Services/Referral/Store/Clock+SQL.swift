import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension LegalClock {
  fileprivate static let columns: Query =
    "step, days, unit, reminder_days, escalation_days, escalates_to, extension_days"

  fileprivate init(_ row: Row, _ holidays: Holidays) throws {
    let names: [String] = try row["escalates_to"]
    self.init(
      step: try row["step"], days: try row["days"], unit: try row["unit"],
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

  /// What the rules say about the time of each step, as they are now.
  func terms() async throws -> Terms {
    let holidays = try await holidays()
    let rows = try await query("SELECT \(fragment: LegalClock.columns) FROM legal_period")
    let clocks = try rows.map { try LegalClock($0, holidays) }
    return Terms(clocks: Dictionary(clocks.map { ($0.step, $0) }) { $1 })
  }
}

extension Database {
  /// Cases of which a clock has something to tell, or was not looked at since it was set; the longest waiting first.
  func casesWithClocksDue(at now: Date, _ limit: Int) async throws -> [CaseID] {
    try await query(
      """
      SELECT case_hold.case_id FROM case_hold JOIN referral_case ON referral_case.id = case_hold.case_id
      WHERE ended_at IS NULL AND (clock_at IS NULL OR clock_at <= \(now))
        AND state <> \(CaseState.suspended.rawValue)
      ORDER BY clock_at NULLS FIRST, case_hold.case_id LIMIT \(limit)
      """
    ).map { try $0["case_id"] }
  }

  /// How many cases each holder is late with; a milestone that is late does not make the step late.
  func overdueCounts(at now: Date) async throws -> [String: Int] {
    let rows = try await query(
      """
      SELECT holder, count(*) AS cases FROM case_hold JOIN referral_case ON referral_case.id = case_hold.case_id
      WHERE ended_at IS NULL AND due_at < \(now) AND state <> \(CaseState.suspended.rawValue) GROUP BY holder
      """)
    return Dictionary(try rows.map { (try $0["holder"] as String, try $0["cases"] as Int) }) { $1 }
  }
}

extension Transaction {
  /// The case, unless somebody else works on it at this moment.
  func lockedCase(unlessBusy id: CaseID) async throws -> Case? {
    guard try await one("SELECT id FROM referral_case WHERE id = \(id) FOR NO KEY UPDATE SKIP LOCKED") != nil else {
      return nil
    }
    return try await lockedCase(id)
  }

  /// Keeps what the clocks of the last hold and of the milestones have told, and when they have to be looked at again. The
  /// case keeps its version: nobody's work on it has become another's.
  func keepClocks(of known: Case, next: Date?) async throws {
    guard let hold = known.holds.last else { return }
    try await execute(
      """
      UPDATE case_hold SET reminded_at = \(hold.remindedAt), overdue_at = \(hold.overdueAt),
        escalated_at = \(hold.escalatedAt), clock_at = coalesce(\(next), 'infinity')
      WHERE case_id = \(known.id) AND number = \(hold.number)
      """)
    if known.deadlines.isEmpty { return }
    try await execute(
      "UPDATE referral_case SET deadlines = \(PostgresJSON(encoding: known.deadlines)) WHERE id = \(known.id)")
  }
}
