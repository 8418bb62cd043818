import Testing

@testable import Postgres

@Suite("An error of the database")
struct PostgresErrorTests {
  @Test("can be retried only where nothing can happen twice")
  func retries() {
    for code in ["40001", "40P01", "55P03", "08006", "08001", "57P01", "57P02", "57P03", "26000"] {
      #expect(PostgresError(sqlState: code, message: "").isRetriable, "\(code)")
    }
    for code in ["08007", "08003", "23505", "53300", "25P02", "0A000", "22021"] {
      #expect(!PostgresError(sqlState: code, message: "").isRetriable, "\(code)")
    }
  }

  @Test("says whether the connection was lost and whether the data was at fault")
  func classifies() {
    #expect(PostgresError(sqlState: "08007", message: "").isConnectionLost)
    #expect(PostgresError(sqlState: "57P01", message: "").isConnectionLost)
    #expect(!PostgresError(sqlState: "57014", message: "").isConnectionLost)
    #expect(PostgresError(sqlState: "22P02", message: "").isInvalidData)
    #expect(PostgresError(sqlState: "23505", message: "").isUniqueViolation)
  }

  @Test("keeps no value that the server quotes")
  func hidesValues() {
    let error = PostgresError(sqlState: "22P02", message: "invalid input syntax for type uuid: \"my \"secret\" id\"")
    #expect(error.message == "invalid input syntax for type uuid: \"…\"")
    #expect(PostgresError(sqlState: "42P01", message: "relation \"x\" is missing").message.contains("\"x\""))
  }
}

@Suite("A row")
struct RowTests {
  private let row = Table(
    columns: [("id", .int8), ("note", .text)], cells: [0..<8, nil], bytes: [0, 0, 0, 0, 0, 0, 0, 5], affected: 1
  ).rows[0]

  @Test("is read by name and by position")
  func reads() throws {
    #expect(try row["id"] == 5)
    #expect(try row[0] == Int64(5))
    #expect(row.columns == ["id", "note"])
  }

  @Test("gives NULL as nil, and an error where no nil is allowed")
  func readsNull() throws {
    let note: String? = try row["note"]
    #expect(note == nil)
    let error = #expect(throws: PostgresError.self) { try row["note"] as String }
    #expect(error?.message.contains("column note") == true)
  }

  @Test("names the column that is missing")
  func missesColumns() {
    let error = #expect(throws: PostgresError.self) { try row["title"] as String }
    #expect(error?.sqlState == "42703" && error?.message.contains("title") == true)
    #expect(throws: PostgresError.self) { try row[2] as String }
  }
}

@Suite("The cache of prepared statements")
struct StatementCacheTests {
  private func key(_ sql: String, _ types: [UInt32] = []) -> StatementCache.Key { .init(sql: sql, types: types) }

  @Test("gives up the statement that was not used for longest")
  func evicts() {
    var cache = StatementCache(capacity: 2)
    cache.insert("a", for: key("A"))
    cache.insert("b", for: key("B"))
    #expect(cache.name(for: key("A")) == "a")
    #expect(cache.evictIfFull() == "b")
    #expect(cache.evictIfFull() == nil)
    #expect(cache.name(for: key("A")) == "a")
    #expect(cache.name(for: key("B")) == nil)
  }

  @Test("keeps statements apart that differ in types alone, and never names two alike")
  func names() {
    var cache = StatementCache()
    cache.insert(cache.newName(), for: key("A", [20]))
    #expect(cache.name(for: key("A", [23])) == nil)
    let name = cache.newName()
    cache.removeAll()
    #expect(cache.newName() != name)
  }
}

@Suite("A configuration")
struct PostgresConfigurationTests {
  @Test("passes settings to the session, escaped")
  func options() {
    var configuration = PostgresConfiguration(
      host: "db", database: "forum", user: "intake", password: "secret", applicationName: "intake")
    #expect(configuration.options.isEmpty)
    configuration.settings = ["statement_timeout": "5s", "search_path": "a, b\\c"]
    #expect(configuration.options == #"-c search_path=a,\ b\\c -c statement_timeout=5s"#)
    #expect(configuration.description == "intake@db:5432/forum")
  }
}

@Suite("A migration")
struct MigrationTests {
  @Test("has a checksum of its SQL alone")
  func checksum() {
    #expect(Migration(1, "a", "").checksum == "cbf29ce484222325")
    #expect(Migration(1, "a", "a").checksum == "af63dc4c8601ec8c")
    #expect(Migration(2, "b", "a").checksum == "af63dc4c8601ec8c")
  }
}
