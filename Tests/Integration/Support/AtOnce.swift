import Postgres

/// Why a race cannot be run.
struct NoRace: Error, CustomStringConvertible { let description: String }

/// Runs `body` so many times at the very same moment, and gives what came of each.
///
/// Tasks that are only started together may run one after the other, and a test of a race then passes by luck. Here a row
/// is locked that all of them have to change, and it is let go only when every one of them waits for it: whoever forgot
/// to lock before looking has looked by then, and does the wrong thing every time.
/// - Parameters:
///   - count: no more than the database has connections.
///   - row: selects the row, `FOR UPDATE`.
func atOnce<R: Sendable>(
  _ count: Int, on row: Query, of database: Database, _ body: @escaping @Sendable (Int) async throws -> R
) async throws -> [R] {
  try await withThrowingTaskGroup(of: R.self) { group in
    try await database.withConnection { connection in
      try await connection.execute("BEGIN")
      guard try await connection.query(row).count == 1 else { throw NoRace(description: "there is no such row") }
      for number in 0..<count { group.addTask { try await body(number) } }
      // On this connection, since they may have all the others.
      try await connection.awaitWaiting(count)
      try await connection.execute("COMMIT")
    }
    return try await group.reduce(into: []) { $0.append($1) }
  }
}

extension QueryRunner {
  /// Waits until so many others wait for a lock in this database.
  func awaitWaiting(_ count: Int) async throws {
    var waiting = 0
    for _ in 0..<1_000 where waiting < count {
      try await Task.sleep(for: .milliseconds(10))
      try await execute("SELECT pg_stat_clear_snapshot()")
      waiting =
        try await one(
          """
          SELECT count(*) AS waiting FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'
          """)?["waiting"] ?? 0
    }
    guard waiting == count else { throw NoRace(description: "\(waiting) of \(count) wait for a lock") }
  }
}
