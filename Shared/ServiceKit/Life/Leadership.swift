public import Postgres

/// Makes one of several processes the one that acts, by a session-level advisory lock of PostgreSQL: it is given up with
/// the connection, so a dead leader is followed at once.
public enum Leadership {
  /// Returns when `connection` holds the lock; asks twice a second until then.
  /// - Throws: `CancellationError`, `PostgresError`
  public static func hold(_ name: String, on connection: PostgresConnection) async throws {
    while true {
      let row = try await connection.query("SELECT pg_try_advisory_lock(hashtextextended(\(name), 0)) AS held").first
      if let held: Bool = try row?["held"], held { return }
      try await Task.sleep(for: .milliseconds(500))
    }
  }
}
