import Postgres
import Testing

@Suite("Migrations")
struct MigrationTests {
  static let create = Migration(1, "create", "CREATE TABLE step (id int); INSERT INTO step VALUES (1)")
  static let second = Migration(2, "second", "INSERT INTO step VALUES (2);")
  static let fourth = Migration(4, "fourth", "INSERT INTO step VALUES (4)")

  @Test("are applied once, in order, in their schema, which is created")
  func applies() async throws {
    try await withTestDatabase { database, _ in
      let all = [Self.create, Self.second, Self.fourth]
      let pending = try await pendingMigrations(database, schema: "intake", migrations: all)
      #expect(pending == all)
      #expect(try await migrate(database, schema: "intake", migrations: [Self.create]) == [Self.create])
      #expect(try await migrate(database, schema: "intake", migrations: all) == [Self.second, Self.fourth])
      #expect(try await migrate(database, schema: "intake", migrations: all).isEmpty)
      #expect(try await pendingMigrations(database, schema: "intake", migrations: all).isEmpty)
      let steps = try await self.steps(database)
      #expect(steps == [1, 2, 4])
    }
  }

  @Test("are applied once when several ask at the same time")
  func appliesConcurrently() async throws {
    try await withTestDatabase { database, configuration in
      let all = [Self.create, Migration(2, "slow", "SELECT pg_sleep(0.2); INSERT INTO step VALUES (2)")]
      let applied = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let other = Database(configuration)
            let count = try await migrate(other, schema: "intake", migrations: all).count
            await other.close()
            return count
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(applied.sorted() == [0, 0, 0, 2])
      let steps = try await self.steps(database)
      #expect(steps == [1, 2])
    }
  }

  @Test("are refused when one that was applied has changed")
  func refusesChanged() async throws {
    try await withTestDatabase { database, _ in
      try await migrate(database, schema: "intake", migrations: [Self.create])
      let changed = [Migration(1, "create", Self.create.sql + " "), Self.second]
      await #expect { try await migrate(database, schema: "intake", migrations: changed) } throws: { error in
        if case MigrationError.changed(1, _) = error { true } else { false }
      }
      let steps = try await self.steps(database)
      #expect(steps == [1])
    }
  }

  @Test("are refused when the database is newer, when one comes late, when two have one number")
  func refusesOtherHistories() async throws {
    try await withTestDatabase { database, _ in
      try await migrate(database, schema: "intake", migrations: [Self.create, Self.fourth])
      await #expect { try await migrate(database, schema: "intake", migrations: [Self.create]) } throws: { error in
        if case MigrationError.unknownToProgram(4, _) = error { true } else { false }
      }
      let late = [Self.create, Self.second, Self.fourth]
      await #expect { try await pendingMigrations(database, schema: "intake", migrations: late) } throws: { error in
        if case MigrationError.late(2, _) = error { true } else { false }
      }
      let twice = [Self.create, Self.create]
      await #expect { try await migrate(database, schema: "intake", migrations: twice) } throws: { error in
        if case MigrationError.notAscending(1) = error { true } else { false }
      }
      let steps = try await self.steps(database)
      #expect(steps == [1, 4])
    }
  }

  @Test("leave nothing of one that fails, and keep those before it")
  func rollsBack() async throws {
    try await withTestDatabase { database, _ in
      for sql in ["INSERT INTO step VALUES (2); SELECT 1 / 0", "INSERT INTO nowhere VALUES (1)"] {
        let bad = Migration(2, "bad", sql)
        let migrations = [Self.create, bad]
        await #expect { try await migrate(database, schema: "intake", migrations: migrations) } throws: { error in
          if case MigrationError.failed(2, "bad", _) = error { true } else { false }
        }
        let steps = try await self.steps(database)
        #expect(steps == [1])
      }
      let committing = Migration(2, "committing", "COMMIT")
      let migrations = [Self.create, committing]
      await #expect { try await migrate(database, schema: "intake", migrations: migrations) } throws: { error in
        if case MigrationError.failed(2, _, let cause) = error { cause.sqlState == "25P01" } else { false }
      }
      let pending = try await pendingMigrations(database, schema: "intake", migrations: [Self.create])
      #expect(pending.isEmpty)
    }
  }

  @Test("ask for no rights where there is nothing to be done")
  func needsNoRights() async throws {
    try await withTestDatabase { database, configuration in
      try await migrate(database, schema: "intake", migrations: [Self.create])
      let role = configuration.database + "_reader"
      try await database.execute("CREATE ROLE \(identifier: role) LOGIN")
      try await database.execute("GRANT USAGE ON SCHEMA intake TO \(identifier: role)")
      try await database.execute("GRANT SELECT ON intake.schema_migration TO \(identifier: role)")
      try await database.withConnection { connection in
        try await connection.execute("SET ROLE \(identifier: role)")
        #expect(try await pendingMigrations(connection, schema: "intake", migrations: [Self.create]).isEmpty)
      }
      try await database.execute("DROP OWNED BY \(identifier: role)")
      try await database.execute("DROP ROLE \(identifier: role)")
    }
  }

  private func steps(_ database: Database) async throws -> [Int] {
    try await database.query("SELECT id FROM intake.step ORDER BY id").map { try $0["id"] }
  }
}
