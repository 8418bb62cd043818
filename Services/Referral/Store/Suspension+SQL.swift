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
  }
}

extension Query {
  /// Whether a suspension of the row's case lasts.
  static let isSuspended: Query =
    "EXISTS (SELECT FROM case_suspension WHERE case_id = referral_case.id AND resumed_at IS NULL)"
}

extension QueryRunner {
  /// The cases with their suspensions, oldest first.
  func withSuspensions(_ cases: [Case]) async throws -> [Case] {
    guard !cases.isEmpty else { return cases }
    let rows = try await query(
      """
      SELECT case_id, reason, crossed_at, lost_at, yes, no, suspended_at, resumed_at FROM case_suspension
      WHERE case_id = ANY(\(cases.map(\.id))) ORDER BY case_id, number
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
        (case_id, number, reason, crossed_at, lost_at, yes, no, suspended_at, resumed_at)
      VALUES (\(changed.id), \(Int32(changed.suspensions.count)), \(last.reason), \(last.crossedAt), \(last.lostAt),
        \(last.yes), \(last.no), \(last.suspendedAt), \(last.resumedAt))
      ON CONFLICT (case_id, number) DO UPDATE SET resumed_at = EXCLUDED.resumed_at
      """)
  }
}
