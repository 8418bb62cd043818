import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Hold {
  init(_ row: Row) throws {
    let name: String = try row["holder"]
    guard let known = Holder(name: name) else {
      throw PostgresError(sqlState: "42804", message: "a case is held by somebody whom this program does not know")
    }
    holder = known
    number = try row["number"]
    step = try row["step"]
    since = try row["since"]
    dueAt = try row["due_at"]
    if let from: Date = try row["extended_from"] {
      `extension` = Extension(from: from, reason: try row["extension_reason"], at: try row["extended_at"])
    }
    remindedAt = try row["reminded_at"]
    overdueAt = try row["overdue_at"]
    escalatedAt = try row["escalated_at"]
    until = try row["ended_at"]
  }
}

extension QueryRunner {
  /// The cases with their chains of custody, oldest first.
  func withHolds(_ cases: [Case]) async throws -> [Case] {
    guard !cases.isEmpty else { return cases }
    let rows = try await query(
      """
      SELECT case_id, number, step, holder, since, due_at, extended_from, extension_reason, extended_at, reminded_at,
        overdue_at, escalated_at, ended_at
      FROM case_hold WHERE case_id = ANY(\(cases.map(\.id))) ORDER BY case_id, number
      """)
    var found: [CaseID: [Hold]] = [:]
    for row in rows { found[try row["case_id"], default: []].append(try Hold(row)) }
    return cases.map { plain in
      var whole = plain
      whole.holds = found[plain.id] ?? []
      return whole
    }
  }
}

extension Transaction {
  /// Keeps the chain of custody as it is now. The last hold may have changed, and the one before it ended with it; those
  /// before them are over.
  func keepHolds(of changed: Case) async throws {
    // The one that ends first: two at a time are refused.
    for hold in changed.holds.suffix(2) {
      try await execute(
        """
        INSERT INTO case_hold
          (case_id, number, step, holder, since, due_at, extended_from, extension_reason, extended_at, reminded_at,
            overdue_at, escalated_at, ended_at)
        VALUES (\(changed.id), \(hold.number), \(hold.step), \(hold.holder.name), \(hold.since), \(hold.dueAt),
          \(hold.extension?.from), \(hold.extension?.reason), \(hold.extension?.at), \(hold.remindedAt),
          \(hold.overdueAt), \(hold.escalatedAt), \(hold.until))
        ON CONFLICT (case_id, number) DO UPDATE SET due_at = EXCLUDED.due_at, extended_from = EXCLUDED.extended_from,
          extension_reason = EXCLUDED.extension_reason, extended_at = EXCLUDED.extended_at,
          reminded_at = EXCLUDED.reminded_at, overdue_at = EXCLUDED.overdue_at, escalated_at = EXCLUDED.escalated_at,
          ended_at = EXCLUDED.ended_at, clock_at = NULL
        """)
    }
  }
}
