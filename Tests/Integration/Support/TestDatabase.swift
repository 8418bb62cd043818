import FoundationEssentials
import Postgres

/// The PostgreSQL server of the tests, from the environment; without it they fail rather than be skipped unseen.
enum TestServer {
  struct Missing: Error, CustomStringConvertible {
    let variable: String
    var description: String {
      """
      \(variable) is not set. The integration tests need a PostgreSQL server: FORUM_TEST_DATABASE_HOST, \
      FORUM_TEST_DATABASE_PORT, FORUM_TEST_DATABASE_USER (a superuser), FORUM_TEST_DATABASE_PASSWORD (may be empty).
      """
    }
  }

  static func configuration(database: String) throws -> PostgresConfiguration {
    let environment = ProcessInfo.processInfo.environment
    func value(_ name: String) throws -> String {
      guard let value = environment["FORUM_TEST_DATABASE_" + name], !value.isEmpty else {
        throw Missing(variable: "FORUM_TEST_DATABASE_" + name)
      }
      return value
    }
    let host = try value("HOST")
    guard let port = UInt16(try value("PORT")) else { throw Missing(variable: "FORUM_TEST_DATABASE_PORT (a number)") }
    return PostgresConfiguration(
      host: host, port: port, database: database, user: try value("USER"),
      password: environment["FORUM_TEST_DATABASE_PASSWORD"] ?? "", applicationName: "tests")
  }
}

/// Creates a database of its own for a test, applies `migrations` to `schema`, and drops it afterwards, whatever happens.
///
/// The database and the configuration are a superuser's; their `search_path` is `schema`.
func withTestDatabase<R: Sendable>(
  schema: String = "public", migrations: [Migration] = [],
  _ body: (Database, PostgresConfiguration) async throws -> R
) async throws -> R {
  let name = "test_" + UUID().uuidString.filter { $0 != "-" }.lowercased()
  let server = Database(try TestServer.configuration(database: "postgres"), maximumConnections: 1)
  // template0, because nobody can be connected to it: copying it never has to wait.
  try await server.execute("CREATE DATABASE \(identifier: name) TEMPLATE template0")
  var configuration = try TestServer.configuration(database: name)
  configuration.settings["search_path"] = schema
  let database = Database(configuration)
  let outcome: Result<R, any Error>
  do {
    if !migrations.isEmpty { try await migrate(database, schema: schema, migrations: migrations) }
    outcome = .success(try await body(database, configuration))
  } catch {
    outcome = .failure(error)
  }
  await database.close()
  try await server.execute("DROP DATABASE \(identifier: name) WITH (FORCE)")
  await server.close()
  return try outcome.get()
}
