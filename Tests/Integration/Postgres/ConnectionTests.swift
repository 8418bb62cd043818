import Postgres
import Testing

@Suite("The connections to a database")
struct ConnectionTests {
  static let visit = Migration(1, "visits", "CREATE TABLE visit (id bigint PRIMARY KEY)")

  @Test("are replaced when the server ended them while they were idle")
  func replacesIdle() async throws {
    try await withTestDatabase { database, configuration in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 { group.addTask { try await database.execute("SELECT pg_sleep(0.1)") } }
        try await group.waitForAll()
      }
      #expect(try await terminateOthers(configuration) == 8)
      for number in 0..<8 {
        #expect(try await database.one("SELECT \(number) AS number")?["number"] == number)
        try await database.transaction { try await $0.execute("SELECT 1") }
      }
    }
  }

  @Test("that are lost within a transaction, before COMMIT, make it run again")
  func retriesLost() async throws {
    try await withTestDatabase(migrations: [Self.visit]) { database, configuration in
      for duringStatement in [true, false] {
        var attempts = 0
        try await database.transaction { transaction in
          attempts += 1
          try await transaction.execute("INSERT INTO visit SELECT count(*) FROM visit")
          guard attempts == 1 else { return }
          _ = try await terminateOthers(configuration)
          if duringStatement { try await transaction.execute("SELECT pg_sleep(10)") }
        }
        #expect(attempts == 2)
      }
      let count = try await self.count(database)
      #expect(count == 2)
    }
  }

  @Test("that are lost during COMMIT leave its outcome unknown, and nothing is repeated")
  func reportsUnknownCommit() async throws {
    let slow = Migration(
      2, "a COMMIT that takes long",
      """
      CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(10); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON visit DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION dawdle();
      """)
    try await withTestDatabase(migrations: [Self.visit, slow]) { database, configuration in
      let attempts = Attempts()
      let task = Task {
        try await database.transaction { transaction in
          await attempts.begin()
          try await transaction.execute("INSERT INTO visit VALUES (1)")
        }
      }
      try await waitFor(configuration, "query = 'COMMIT' AND state = 'active'")
      _ = try await terminateOthers(configuration)
      let error = await #expect(throws: PostgresCommitUnknown.self) { try await task.value }
      #expect(error?.cause.isConnectionLost == true)
      #expect(await attempts.count == 1)
      let count = try await self.count(database)
      #expect(count == 0)
    }
  }

  @Test("that are lost during a lone statement leave its outcome unknown, and nothing is repeated")
  func reportsUnknownStatement() async throws {
    try await withTestDatabase(migrations: [Self.visit]) { database, configuration in
      let task = Task { try await database.execute("INSERT INTO visit SELECT 1 FROM pg_sleep(10)") }
      try await waitFor(configuration, "query LIKE 'INSERT%' AND wait_event = 'PgSleep'")
      _ = try await terminateOthers(configuration)
      let error = await #expect(throws: PostgresError.self) { try await task.value }
      #expect(error?.isOutcomeUnknown == true && error?.isConnectionLost == true && error?.isRetriable == false)
      let count = try await self.count(database)
      #expect(count == 0)
    }
  }

  @Test("that cannot be made give an error that tells so")
  func reportsUnreachable() async throws {
    var configuration = try TestServer.configuration(database: "postgres")
    configuration.port = 1
    let database = Database(configuration)
    let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
    #expect(error?.sqlState == "08001" && error?.isConnectionLost == true)
  }

  @Test("that are all lent make a caller wait its time, not for ever")
  func reportsExhaustion() async throws {
    try await withTestDatabase { _, configuration in
      let database = Database(configuration, maximumConnections: 1, patience: .milliseconds(100))
      try await database.transaction { _ in
        #expect(database.connectionsInUse == 1)
        let start = ContinuousClock.now
        let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
        #expect(error?.sqlState == "53300")
        #expect(ContinuousClock.now - start < .seconds(3))
      }
      #expect(try await database.query("SELECT 1").count == 1)
      #expect(database.connectionsInUse == 0)
      await database.close()
    }
  }

  @Test("serve two hundred transactions at once with eight")
  func servesMany() async throws {
    try await withTestDatabase(migrations: [Self.visit]) { database, configuration in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<200 {
          group.addTask {
            _ = try await database.transaction { transaction in
              try await transaction.execute("INSERT INTO visit VALUES (\(number))")
            }
          }
        }
        try await group.waitForAll()
      }
      let count = try await self.count(database)
      #expect(count == 200)
      #expect(try await terminateOthers(configuration) <= 8)
    }
  }

  @Test("are refused once the database is closed")
  func closes() async throws {
    try await withTestDatabase { _, configuration in
      let database = Database(configuration)
      try await database.execute("SELECT 1")
      await database.close()
      let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT 1") }
      #expect(error?.sqlState == "08003")
      // The server takes a moment to notice that its ends of the connections are alone.
      try await waitFor(configuration, "TRUE", toBe: false)
    }
  }

  @Test("leave no transaction begun by hand to the next caller")
  func resets() async throws {
    try await withTestDatabase(migrations: [Self.visit]) { _, configuration in
      let database = Database(configuration, maximumConnections: 1)
      try await database.execute("BEGIN")
      try await database.execute("INSERT INTO visit VALUES (1)")
      let count = try await self.count(database)
      #expect(count == 1)
      await database.close()
    }
  }

  @Test("of its own keep a caller's advisory lock until it is done, or the connection is lost")
  func holdsLocks() async throws {
    try await withTestDatabase { database, configuration in
      try await database.withConnection { connection in
        try await connection.execute("SELECT pg_advisory_lock(1)")
        for _ in 0..<20 { try await connection.transaction { try await $0.execute("SELECT 1") } }
        #expect(database.connectionsInUse == 0)
        #expect(try await isFree(database) == false)
        _ = try await terminateOthers(configuration)
        let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
        #expect(error?.isConnectionLost == true)
      }
      #expect(try await isFree(database))
      try await database.withConnection { connection in
        try await connection.execute("SELECT pg_advisory_lock(1)")
        #expect(try await isFree(database) == false)
      }
      // The server gives up the lock when it notices that the connection was closed.
      for _ in 0..<100 where try await !isFree(database) { try await Task.sleep(for: .milliseconds(20)) }
      #expect(try await isFree(database))
    }
  }

  @Test("have the settings of their configuration")
  func setsSettings() async throws {
    try await withTestDatabase { _, configuration in
      var configuration = configuration
      configuration.settings = ["search_path": "intake, public", "statement_timeout": "1234ms"]
      let database = Database(configuration)
      let path: String? = try await database.one("SHOW search_path")?[0]
      let timeout: String? = try await database.one("SHOW statement_timeout")?[0]
      #expect(path == "intake, public")
      #expect(timeout == "1234ms")
      await database.close()
    }
  }

  private func count(_ database: Database) async throws -> Int? {
    try await database.one("SELECT count(*) FROM visit")?[0]
  }

  private func isFree(_ database: Database) async throws -> Bool {
    try await database.transaction { transaction in
      try #require(await transaction.one("SELECT pg_try_advisory_xact_lock(1) AS free"))["free"]
    }
  }

  /// Ends all connections to the test's database, from another one.
  private func terminateOthers(_ configuration: PostgresConfiguration) async throws -> Int {
    let server = Database(try TestServer.configuration(database: "postgres"), maximumConnections: 1)
    let rows = try await server.query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = \(configuration.database)")
    await server.close()
    return rows.count
  }

  /// Waits until a session of the test's database is in a state, or none is.
  private func waitFor(
    _ configuration: PostgresConfiguration, _ condition: Query, toBe expected: Bool = true
  ) async throws {
    let server = Database(try TestServer.configuration(database: "postgres"), maximumConnections: 1)
    for attempt in 0... {
      try #require(attempt < 500, "waited in vain")
      let found = try await server.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = \(configuration.database) AND \(fragment: condition)")
      if found.isEmpty != expected { break }
      try await Task.sleep(for: .milliseconds(10))
    }
    await server.close()
  }
}
