import Postgres
import Testing

@Suite("COPY")
struct CopyTests {
  static let table = Migration(
    1, "pairs", "CREATE TABLE pair (number bigint PRIMARY KEY, isTrue boolean NOT NULL, id uuid NOT NULL)")
  static let statement: StaticString = "COPY pair (number, isTrue, id) FROM STDIN (FORMAT binary)"

  /// Copies rows with these numbers.
  private func copy(
    _ numbers: Range<Int64>, in transaction: Transaction, _ statement: StaticString = Self.statement
  ) async throws {
    try await transaction.copy(statement, columns: 3, fieldBytes: 8 + 1 + 16) { rows in
      for number in numbers {
        rows.beginRow()
        rows.append(number)
        rows.append(number > 1)
        rows.append(UInt128(number))
      }
    }
  }

  private func numbers(_ database: Database) async throws -> [Int64] {
    try await database.query("SELECT number FROM pair ORDER BY number").map { try $0["number"] }
  }

  @Test("stores rows as they were given, also more than fit into one piece")
  func storesRows() async throws {
    try await withTestDatabase(migrations: [Self.table]) { database, _ in
      try await database.transaction { try await copy(0..<50_000, in: $0) }
      let row = try #require(
        try await database.one(
          """
          SELECT count(*) AS rows, count(*) FILTER (WHERE isTrue) AS yes, max(id::text) AS last,
            sum(number)::bigint AS sum
          FROM pair
          """))
      #expect(try row["rows"] == 50_000)
      #expect(try row["yes"] == 49_998)
      #expect(try row["last"] == "00000000-0000-0000-0000-00000000c34f")
      #expect(try row["sum"] == 1_249_975_000)
      try await database.transaction { try await copy(0..<0, in: $0) }
    }
  }

  @Test("that fails on a key is undone to its savepoint, and the connection goes on")
  func failsOnAKey() async throws {
    try await withTestDatabase(migrations: [Self.table]) { database, _ in
      try await database.transaction { transaction in
        try await transaction.execute("INSERT INTO pair VALUES (7, true, gen_random_uuid())")
        let error = await #expect(throws: PostgresError.self) {
          try await transaction.savepoint { try await copy(5..<9, in: $0) }
        }
        #expect(error?.isUniqueViolation == true)
        try await copy(10..<12, in: transaction)
      }
      #expect(try await numbers(database) == [7, 10, 11])
    }
  }

  @Test("of another statement is refused, and what is no row fails")
  func refusesOthers() async throws {
    try await withTestDatabase(migrations: [Self.table]) { database, _ in
      await #expect(throws: PostgresError.self) {
        try await database.transaction { try await copy(0..<1, in: $0, "SELECT 1") }
      }
      await #expect(throws: PostgresError.self) {
        try await database.transaction {
          try await copy(0..<1, in: $0, "COPY pair (number) FROM STDIN (FORMAT binary)")
        }
      }
      try await database.transaction { try await copy(0..<1, in: $0) }
      #expect(try await numbers(database) == [0])
    }
  }
}
