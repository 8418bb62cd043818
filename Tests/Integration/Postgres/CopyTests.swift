import Postgres
import Testing

@Suite("COPY")
struct CopyTests {
  static let table = Migration(
    1, "pairs", "CREATE TABLE pair (number bigint PRIMARY KEY, isTrue boolean NOT NULL, id uuid NOT NULL)")
  static let statement: StaticString = "COPY pair (number, isTrue, id) FROM STDIN (FORMAT binary)"

  private func rows(_ numbers: some Collection<Int64>) -> CopyRows {
    CopyRows(columns: 3, rows: numbers.count, bytesInRow: 8 + 1 + 16) { writer in
      for number in numbers {
        writer.beginRow()
        writer.append(number)
        writer.append(number > 1)
        writer.append(UInt128(number))
      }
    }
  }

  private func numbers(_ database: Database) async throws -> [Int64] {
    try await database.query("SELECT number FROM pair ORDER BY number").map { try $0["number"] }
  }

  @Test("stores rows as they were given, also more than fit into one piece")
  func storesRows() async throws {
    try await withTestDatabase(migrations: [Self.table]) { database, _ in
      let stored = try await database.transaction { try await $0.copy(rows(0..<50_000), Self.statement) }
      #expect(stored == 50_000)
      let row = try #require(
        try await database.one(
          """
          SELECT count(*) FILTER (WHERE isTrue) AS yes, max(id::text) AS last, sum(number)::bigint AS sum FROM pair
          """))
      #expect(try row["yes"] == 49_998)
      #expect(try row["last"] == "00000000-0000-0000-0000-00000000c34f")
      #expect(try row["sum"] == 1_249_975_000)
      #expect(try await database.transaction { try await $0.copy(rows(0..<0), Self.statement) } == 0)
    }
  }

  @Test("that fails on a key is undone to its savepoint, and the connection goes on")
  func failsOnAKey() async throws {
    try await withTestDatabase(migrations: [Self.table]) { database, _ in
      try await database.transaction { transaction in
        try await transaction.execute("INSERT INTO pair VALUES (7, true, gen_random_uuid())")
        let error = await #expect(throws: PostgresError.self) {
          try await transaction.savepoint { try await $0.copy(rows(5..<9), Self.statement) }
        }
        #expect(error?.isUniqueViolation == true)
        try await transaction.copy(rows(10..<12), Self.statement)
      }
      #expect(try await numbers(database) == [7, 10, 11])
    }
  }

  @Test("of another statement is refused, and what is no row fails")
  func refusesOthers() async throws {
    try await withTestDatabase(migrations: [Self.table]) { database, _ in
      await #expect(throws: PostgresError.self) {
        try await database.transaction { try await $0.copy(rows(0..<1), "SELECT 1") }
      }
      await #expect(throws: PostgresError.self) {
        try await database.transaction {
          try await $0.copy(rows(0..<1), "COPY pair (number) FROM STDIN (FORMAT binary)")
        }
      }
      try await database.transaction { try await $0.copy(rows(0..<1), Self.statement) }
      #expect(try await numbers(database) == [0])
    }
  }
}
