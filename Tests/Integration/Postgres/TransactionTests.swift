import Postgres
import Testing

@Suite("A transaction")
struct TransactionTests {
  struct Refused: Error {}

  static let account = Migration(
    1, "accounts",
    "CREATE TABLE account (id int PRIMARY KEY, sum bigint NOT NULL); INSERT INTO account VALUES (1, 0), (2, 0)")

  @Test("keeps everything when its body returns, nothing when it throws")
  func commitsOrRollsBack() async throws {
    try await withTestDatabase(migrations: [Self.account]) { database, _ in
      let sum: Int = try await database.transaction { transaction in
        try await transaction.execute("UPDATE account SET sum = 5 WHERE id = 1")
        return try #require(await transaction.one("SELECT sum FROM account WHERE id = 1"))["sum"]
      }
      #expect(sum == 5)
      await #expect(throws: Refused.self) {
        try await database.transaction { transaction in
          try await transaction.execute("UPDATE account SET sum = 6")
          throw Refused()
        }
      }
      let sums = try await self.sums(database)
      #expect(sums == [5, 0])
    }
  }

  @Test("tells which constraint was violated, and no values")
  func namesConstraints() async throws {
    try await withTestDatabase(migrations: [Self.account]) { database, _ in
      let error = await #expect(throws: PostgresError.self) {
        try await database.transaction { try await $0.execute("INSERT INTO account VALUES (1, 4711)") }
      }
      #expect(error?.isUniqueViolation == true && error?.isRetriable == false)
      #expect(error?.constraint == "account_pkey" && error?.table == "account")
      #expect(error?.description.contains("4711") == false)
    }
  }

  @Test("undoes a savepoint alone, and goes on after an error in it")
  func savepoints() async throws {
    try await withTestDatabase(migrations: [Self.account]) { database, _ in
      try await database.transaction { transaction in
        try await transaction.execute("UPDATE account SET sum = 1 WHERE id = 1")
        await #expect(throws: PostgresError.self) {
          try await transaction.savepoint { inner in
            try await inner.execute("UPDATE account SET sum = 2 WHERE id = 1")
            try await inner.savepoint { try await $0.execute("UPDATE account SET sum = 3 WHERE id = 2") }
            try await inner.execute("INSERT INTO account VALUES (1, 0)")
          }
        }
        try await transaction.savepoint { try await $0.execute("UPDATE account SET sum = sum + 10 WHERE id = 1") }
      }
      let sums = try await self.sums(database)
      #expect(sums == [11, 0])
    }
  }

  @Test("does not pass for committed when a failure in it was swallowed")
  func noticesSwallowedFailures() async throws {
    try await withTestDatabase(migrations: [Self.account]) { database, _ in
      let error = await #expect(throws: PostgresError.self) {
        try await database.transaction { transaction in
          try await transaction.execute("UPDATE account SET sum = 1")
          _ = try? await transaction.execute("SELECT 1 / 0")
        }
      }
      #expect(error?.sqlState == "25P02")
      let sums = try await self.sums(database)
      #expect(sums == [0, 0])
    }
  }

  @Test("that deadlocks with another is run again, and both succeed")
  func retriesDeadlocks() async throws {
    try await withTestDatabase(migrations: [Self.account]) { database, _ in
      let attempts = Attempts()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (first, second) in [(1, 2), (2, 1)] {
          group.addTask {
            try await database.transaction { transaction in
              try await transaction.execute("SET LOCAL deadlock_timeout = '50ms'")
              try await transaction.execute("UPDATE account SET sum = sum + 1 WHERE id = \(first)")
              // At the first attempt both hold one lock before either asks for the other.
              await attempts.begin()
              while await attempts.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
              try await transaction.execute("UPDATE account SET sum = sum + 1 WHERE id = \(second)")
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(await attempts.count > 2)
      let sums = try await self.sums(database)
      #expect(sums == [2, 2])
    }
  }

  @Test("is given up after five repetitions")
  func givesUp() async throws {
    try await withTestDatabase { database, _ in
      var attempts = 0
      let error = await #expect(throws: PostgresError.self) {
        try await database.transaction { transaction in
          attempts += 1
          try await transaction.execute("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")
        }
      }
      #expect(error?.sqlState == "40001")
      #expect(attempts == 6)
    }
  }

  @Test("that outlives its body is refused, and cannot touch the next one on its connection")
  func refusesEscaped() async throws {
    try await withTestDatabase(migrations: [Self.account]) { _, configuration in
      let database = Database(configuration, maximumConnections: 1)
      let escaped = try await database.transaction { $0 }
      try await database.transaction { transaction in
        let error = await #expect(throws: PostgresError.self) {
          try await escaped.execute("UPDATE account SET sum = 9")
        }
        #expect(error?.sqlState == "25P01")
        try await transaction.execute("UPDATE account SET sum = 1")
      }
      let sums = try await self.sums(database)
      #expect(sums == [1, 1])
      await database.close()
    }
  }

  @Test("finishes its statement when its task is cancelled, and leaves the connection usable")
  func survivesCancellation() async throws {
    try await withTestDatabase(migrations: [Self.account]) { _, configuration in
      let database = Database(configuration, maximumConnections: 1)
      let task = Task {
        try await database.transaction { transaction in
          try await transaction.execute("UPDATE account SET sum = 1")
          withUnsafeCurrentTask { $0?.cancel() }
          let slept = try await transaction.execute("SELECT pg_sleep(0.05)")
          #expect(slept == 1)
          try Task.checkCancellation()
        }
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      let sums = try await self.sums(database)
      #expect(sums == [0, 0])
      await database.close()
    }
  }

  @Test("is prepared anew, and run again, when a table changed under its statements")
  func mendsStalePlans() async throws {
    try await withTestDatabase(migrations: [Self.account]) { _, configuration in
      let database = Database(configuration, maximumConnections: 1)
      let all: Query = "SELECT * FROM account WHERE id = \(1)"
      #expect(try await database.one(all)?.columns == ["id", "sum"])
      try await database.execute("ALTER TABLE account ADD COLUMN note text")
      #expect(try await database.one(all)?.columns == ["id", "sum", "note"])
      try await database.execute("ALTER TABLE account DROP COLUMN note")
      #expect(try await database.transaction { try await $0.one(all)?.columns } == ["id", "sum"])
      try await database.execute("DEALLOCATE ALL")
      #expect(try await database.one(all)?.columns == ["id", "sum"])
      for number in 0..<600 {
        try await database.execute("SELECT id AS \(identifier: "column \(number)") FROM account")
      }
      let prepared = try #require(await database.one("SELECT count(*) FROM pg_prepared_statements"))
      #expect(try prepared["count"] <= 256)
      await database.close()
    }
  }

  private func sums(_ database: Database) async throws -> [Int] {
    try await database.query("SELECT sum FROM account ORDER BY id").map { try $0["sum"] }
  }
}

/// Counts how often a body was run, across tasks.
actor Attempts {
  private(set) var count = 0
  func begin() { count += 1 }
}
