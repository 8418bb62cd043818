import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Suspension {
  init(_ row: Row) throws {
    reason = try row["reason"]
    crossedAt = try row["crossed_at"]
    lostAt = try row["lost_at"]
    yes = try row["yes"]
    no = try row["no"]
    suspendedAt = try row["suspended_at"]
    resumedAt = try row["resumed_at"]
    if let at: Date = try row["lapsed_at"] {
      lapse = Lapse(cause: try row["lapse_cause"], explanation: try row["lapse_explanation"], at: at)
    }
  }
}

extension QueryRunner {
  /// The cases with their suspensions, oldest first.
  func withSuspensions(_ cases: [Case]) async throws -> [Case] {
    guard !cases.isEmpty else { return cases }
    let rows = try await query(
      """
      SELECT case_id, reason, crossed_at, lost_at, yes, no, suspended_at, resumed_at, lapsed_at, lapse_cause,
        lapse_explanation
      FROM case_suspension WHERE case_id = ANY(\(cases.map(\.id))) ORDER BY case_id, number
      """)
    var found: [CaseID: [Suspension]] = [:]
    for row in rows { found[try row["case_id"], default: []].append(try Suspension(row)) }
    return cases.map { plain in
      var whole = plain
      whole.suspensions = found[plain.id] ?? []
      return whole
    }
  }
}

extension Transaction {
  /// Keeps the last suspension as it is now; those before it are over.
  func keepSuspension(of changed: Case) async throws {
    guard let last = changed.suspensions.last else { return }
    try await execute(
      """
      INSERT INTO case_suspension
        (case_id, number, reason, crossed_at, lost_at, yes, no, suspended_at, resumed_at, lapsed_at, lapse_cause,
          lapse_explanation)
      VALUES (\(changed.id), \(Int32(changed.suspensions.count)), \(last.reason), \(last.crossedAt), \(last.lostAt),
        \(last.yes), \(last.no), \(last.suspendedAt), \(last.resumedAt), \(last.lapse?.at),
        \(last.lapse?.cause), \(last.lapse?.explanation))
      ON CONFLICT (case_id, number) DO UPDATE SET resumed_at = EXCLUDED.resumed_at, lapsed_at = EXCLUDED.lapsed_at,
        lapse_cause = EXCLUDED.lapse_cause, lapse_explanation = EXCLUDED.lapse_explanation
      """)
  }
}
