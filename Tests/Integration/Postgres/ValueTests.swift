import FoundationEssentials
import Postgres
import Testing

@Suite("Values sent to PostgreSQL")
struct ValueTests {
  enum Mood: String, CaseIterable, PostgresEncodable, PostgresDecodable { case glad, sad }

  @Test("come back as they were, the extreme ones too")
  func roundTrips() async throws {
    try await withTestDatabase { database, _ in
      try await check(database, [true, false])
      try await check(database, [Int.min, -1, 0, Int.max])
      try await check(database, [Int64.min, Int64.max])
      try await check(database, [Int32.min, 0, Int32.max])
      try await check(database, [Int16.min, 0, Int16.max])
      try await check(
        database, [-0.0, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1])
      try await check(database, ["", "ü 日本 🏳️‍🌈 e\u{301}", "\u{1}\u{7F}\u{10FFFF}", "'\"\\$1;--\n"])
      try await check(database, [String(repeating: "long ", count: 1_000_000)])
      try await check(database, [UUID(), UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))])
      try await check(database, [[], [UInt8](0...255), [UInt8](repeating: 0, count: 3_000_000)])
      try await check(database, Mood.allCases)
      try await check(database, [PostgresJSON(text: #"{"a": [1, null, "ü"]}"#)])
      let seconds: [TimeInterval] = [-4000 * 31_556_952.0, -1, 0, 1_700_000_000.125, 200_000 * 31_556_952]
      try await check(database, seconds.map { Date(timeIntervalSince1970: $0) })
      try await check(database, [Date.distantPast, .distantFuture])
      let nan: Double = try await value(database, "SELECT \(Double.nan) AS value")
      #expect(nan.isNaN)
    }
  }

  @Test("come back as NULL, as empty arrays, and as arrays with NULLs in them")
  func roundTripsNothing() async throws {
    try await withTestDatabase { database, _ in
      try await check(database, [nil, 1] as [Int?])
      try await check(database, [nil, ""] as [String?])
      try await check(database, [nil, []] as [[UInt8]?])
      try await check(database, [nil, UUID()] as [UUID?])
      try await check(database, [nil, []] as [[Int64]?])
      try await check(database, [[], [1, -1]] as [[Int16]])
      try await check(database, [[], [Int32.max]])
      try await check(database, [[], [nil, Int64.min]] as [[Int64?]])
      try await check(database, [[], [true, false]])
      try await check(database, [[], ["", "a,b", "{}", "NULL"], [nil]] as [[String?]])
      try await check(database, [[[]], [[1, 0], []]] as [[[UInt8]]])
    }
  }

  @Test("are understood by the server: each equals its literal in SQL")
  func agreesWithServer() async throws {
    let date = Date(timeIntervalSince1970: 1_234_567_890.123456)
    let uuid = UUID(uuid: (1, 35, 69, 103, 137, 171, 205, 239, 1, 35, 69, 103, 137, 171, 205, 239))
    try await withTestDatabase { database, _ in
      let row = try #require(
        await database.one(
          """
          SELECT \(date) = '2009-02-13T23:31:30.123456Z'::timestamptz AS date,
            \(uuid) = '01234567-89ab-cdef-0123-456789abcdef'::uuid AS uuid,
            \(PostgresJSON(text: "{\"a\":1}")) = '{"a": 1}'::jsonb AS json,
            \([UInt8]([222, 173])) = '\\xdead'::bytea AS bytes,
            \(["a", nil]) = ARRAY['a', NULL] AS texts,
            '2009-02-13T23:31:30.123456Z'::timestamptz AS moment, '{"a": 1}'::jsonb AS document, '[1]'::json AS list
          """))
      for column in ["date", "uuid", "json", "bytes", "texts"] { #expect(try row[column] as Bool, "\(column)") }
      #expect(try abs((row["moment"] as Date).timeIntervalSince(date)) < 0.000001)
      #expect(try row["document"] == #"{"a": 1}"#)
      #expect(try row["list"] == "[1]")
    }
  }

  @Test("can be arrays of a hundred thousand elements, set-wise through unnest")
  func largeArrays() async throws {
    try await withTestDatabase { database, _ in
      try await database.execute("CREATE TABLE item (id bigint PRIMARY KEY, key uuid, name text)")
      let ids = (0..<100_000).map { Int64($0) * 3 }
      let names = ids.map { "item \($0)" }
      let inserted = try await database.execute(
        "INSERT INTO item SELECT * FROM unnest(\(ids), \(ids.map { _ in UUID() }), \(names))")
      #expect(inserted == 100_000)
      let rows = try await database.query("SELECT id, name FROM item ORDER BY id")
      #expect(try rows.map { try $0["id"] } == ids)
      #expect(try rows.map { try $0["name"] } == names)
      let together: [Int64] = try await value(database, "SELECT array_agg(id ORDER BY id) AS value FROM item")
      #expect(together == ids)
    }
  }

  @Test(
    "stay data, whatever they contain",
    arguments: [
      "'; DROP TABLE note; --", "\\'; DROP TABLE note; --", "$1", "$$; DROP TABLE note; $$", "\"", "\u{2019}; --", "%s",
    ])
  func staysData(text: String) async throws {
    try await withTestDatabase { database, _ in
      try await database.execute("CREATE TABLE note (body text, \(identifier: "a\"b; --") text)")
      try await database.execute("INSERT INTO note VALUES (\(text), \(text))")
      let found: String = try await value(database, "SELECT body AS value FROM note WHERE body = \(text)")
      #expect(found == text)
    }
  }

  @Test("with U+0000 are refused here, and the connection goes on")
  func refusesNUL() async throws {
    try await withTestDatabase { database, _ in
      let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT \("a\0b")") }
      #expect(error?.sqlState == "22021" && error?.isInvalidData == true)
      let fine: String = try await value(database, "SELECT 'fine' AS value")
      #expect(fine == "fine")
    }
  }

  private func check<Value: PostgresEncodable & PostgresDecodable & Equatable>(
    _ database: Database, _ values: [Value], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    for expected in values {
      let found: Value = try await value(database, "SELECT \(expected) AS value")
      #expect(found == expected, sourceLocation: sourceLocation)
    }
  }

  private func value<Value: PostgresDecodable>(_ database: Database, _ query: Query) async throws -> Value {
    try #require(await database.one(query))["value"]
  }
}
