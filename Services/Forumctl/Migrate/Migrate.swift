import FoundationEssentials
import Postgres
import ServiceKit

let migrateCommand = Command(
  form: CommandLineForm(
    command: "migrate",
    overview: "Makes the services' roles, schemas and rights, or brings them up to date.",
    discussion: """
      FORUM_DATABASE_* name the database and its owner (LOGIN, CREATEROLE), FORUM_SECRETS_DIRECTORY the folder with
      <role>.password for each role.
      """)
) { _ in
  var settings = CommandEnvironment.current.settings
  let configuration = try DatabaseConfiguration(&settings)
  let secrets = try settings.string("FORUM_SECRETS_DIRECTORY", "folder with <role>.password for each role")
  let passwords = try Dictionary(
    uniqueKeysWithValues: Schema.roles.map { role in (role, try password(of: role, in: secrets)) })
  let database = Database(configuration.connection(application: "forumctl", schema: nil))
  let migrator = Migrator(database: database, name: configuration.name) { print($0) }
  do {
    try await migrator.run(schemas: Schema.all, passwords: passwords)
  } catch {
    await database.close()
    throw error
  }
  await database.close()
  return 0
}

private func password(of role: String, in folder: String) throws -> String {
  let text = String(decoding: try contents(of: "\(folder)/\(role).password"), as: UTF8.self)
  let password = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
  guard !password.isEmpty, password.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
    throw Failure("\(folder)/\(role).password must hold one line of ASCII without spaces")
  }
  return password
}

/// Brings roles, schemas and rights to where this program wants them; may be run again, and by two at once.
struct Migrator: Sendable {
  let database: Database
  /// The database's name.
  let name: String
  let report: @Sendable (String) -> Void

  /// - Parameter passwords: the roles to make, with their passwords.
  func run(schemas: [Schema], passwords: [String: String]) async throws {
    try await database.withConnection { connection in
      try await connection.execute("SET statement_timeout = 0")
      try await connection.execute("SELECT pg_advisory_lock(hashtextextended('forumctl migrate', 0))")
      try await closeDoors(connection)
      for (role, password) in passwords.sorted(by: { $0.key < $1.key }) {
        try await insisting { try await make(role, password, connection) }
      }
      for schema in schemas {
        let applied = try await migrate(database, schema: schema.name, migrations: schema.migrations)
        for migration in applied { report("\(schema.name): applied \(migration.number) \(migration.name)") }
        if applied.isEmpty { report("\(schema.name): up to date") }
        try await insisting { try await grant(schema, connection) }
      }
    }
  }

  private func closeDoors(_ connection: PostgresConnection) async throws {
    try await insisting {
      try await connection.execute("REVOKE ALL ON DATABASE \(identifier: name) FROM PUBLIC")
      try await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    }
  }

  private func make(_ role: String, _ password: String, _ connection: PostgresConnection) async throws {
    let isThere = try await connection.one("SELECT 1 FROM pg_roles WHERE rolname = \(role)") != nil
    let quoted = try Quoting.identifier(role)
    let verifier = try Quoting.literal(ScramVerifier(password: password).text)
    var statements = ["\(isThere ? "ALTER" : "CREATE") ROLE \(quoted) LOGIN PASSWORD \(verifier)"]
    for (setting, value) in Self.roleSettings {
      statements.append("ALTER ROLE \(quoted) SET \(setting) = \(try Quoting.literal(value))")
    }
    statements.append("GRANT CONNECT ON DATABASE \(try Quoting.identifier(name)) TO \(quoted)")
    let script = statements
    try await connection.transaction { transaction in
      for statement in script { try await transaction.execute(Query(unsafeSQL: statement)) }
    }
    if !isThere { report("role \(role) created") }
  }

  /// A service whose transaction hangs must not hold the others up.
  static let roleSettings: KeyValuePairs = [
    "statement_timeout": "30s", "idle_in_transaction_session_timeout": "5s", "lock_timeout": "5s",
  ]

  private func grant(_ schema: Schema, _ connection: PostgresConnection) async throws {
    let statements = try Self.grants(of: schema)
    try await connection.transaction { transaction in
      try await transaction.execute("SET LOCAL search_path TO \(identifier: schema.name)")
      for statement in statements { try await transaction.execute(Query(unsafeSQL: statement)) }
    }
  }

  /// The rights in a schema: nothing for the public, and what they need for the schema's own roles.
  static func grants(of schema: Schema) throws -> [String] {
    let name = try Quoting.identifier(schema.name)
    let roles = try schema.roles.map(Quoting.identifier).joined(separator: ", ")
    var statements = ["REVOKE ALL ON SCHEMA \(name) FROM PUBLIC"]
    for kind in ["TABLES", "SEQUENCES", "ROUTINES"] {
      statements.append("REVOKE ALL ON ALL \(kind) IN SCHEMA \(name) FROM PUBLIC")
    }
    statements += ["USAGE ON SCHEMA \(name)", "EXECUTE ON ALL ROUTINES IN SCHEMA \(name)"].map {
      "GRANT \($0) TO \(roles)"
    }
    if let own = schema.grants {
      // One statement of several: a block needs no second way to run scripts.
      guard !own.contains("$grants$") else { throw Failure("\(schema.name): grants may not hold $grants$") }
      var body = own[...]
      while body.last?.isWhitespace == true || body.last == ";" { body = body.dropLast() }
      statements.append("DO $grants$ BEGIN \(body)\n; END $grants$")
    } else {
      statements.append("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \(name) TO \(roles)")
      statements.append("GRANT USAGE ON ALL SEQUENCES IN SCHEMA \(name) TO \(roles)")
    }
    // A service reads the history to learn whether it is ready; the history is forumctl's to write.
    statements.append("REVOKE ALL ON \(name).schema_migration FROM \(roles)")
    statements.append("GRANT SELECT ON \(name).schema_migration TO \(roles)")
    return statements
  }

  /// Roles belong to the whole cluster, locks to one database: another database's migration may touch the same row.
  private func insisting(_ body: () async throws -> Void) async throws {
    for _ in 1..<10 {
      do { return try await body() } catch let error as PostgresError where Self.isCollision(error) {
        try await Task.sleep(for: .milliseconds(Int.random(in: 20...200)))
      }
    }
    try await body()
  }

  private static func isCollision(_ error: PostgresError) -> Bool {
    ["23505", "42710"].contains(error.sqlState)
      || (error.sqlState == "XX000" && error.message.contains("concurrently"))
  }
}
