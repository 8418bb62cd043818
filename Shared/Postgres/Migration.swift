/// A step in the history of a schema.
public struct Migration: Sendable, Equatable {
  /// Its place in the history; unique and ascending, gaps are allowed.
  public let number: Int
  /// What it does, for people.
  public let name: String
  /// One statement or several; must not begin or end transactions.
  public let sql: String

  /// Describes a step; once it has been applied anywhere, its SQL must not change any more.
  public init(_ number: Int, _ name: String, _ sql: String) {
    self.number = number
    self.name = name
    self.sql = sql
  }

  /// FNV-1a, 64 bits: finds mistakes, which is all that is asked; nobody gains by forging it.
  var checksum: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Why the history of a schema was not continued.
public enum MigrationError: Error, Sendable, CustomStringConvertible {
  /// The numbers given are not strictly ascending.
  case notAscending(Int)
  /// An applied migration's SQL is no longer what it was.
  case changed(Int, name: String)
  /// The database holds a migration that the program does not know: the program is older than the database.
  case unknownToProgram(Int, name: String)
  /// A migration comes before one that has already been applied.
  case late(Int, name: String)
  /// The migration's SQL failed, or ended its transaction; nothing of it remains in the first case.
  case failed(Int, name: String, PostgresError)

  /// What is wrong, for logs.
  public var description: String {
    switch self {
    case .notAscending(let number): "migration \(number): numbers must be unique and ascending"
    case .changed(let number, let name): "migration \(number) (\(name)) was applied with other SQL than it has now"
    case .unknownToProgram(let number, let name):
      "migration \(number) (\(name)) was applied, but this program does not know it: the database is newer"
    case .late(let number, let name): "migration \(number) (\(name)) comes before one that has already been applied"
    case .failed(let number, let name, let error): "migration \(number) (\(name)) failed: \(error)"
    }
  }
}

/// Applies the migrations that `schema` lacks, in order, each in one transaction with its record in
/// `<schema>.schema_migration`. The schema is created if it is missing; it is the `search_path` of the migrations.
///
/// An advisory lock makes it harmless to call this from several processes at once: one works, the others wait and find
/// nothing to do.
/// - Returns: the migrations that were applied now.
/// - Throws: `MigrationError`; nothing is applied when the history does not fit.
@discardableResult
public func migrate(_ database: Database, schema: String, migrations: [Migration]) async throws -> [Migration] {
  try requireAscending(migrations)
  return try await database.withConnection { connection in
    // Waiting for another process's migrations, and long migrations, are no mistakes; locks of tables stay bounded.
    try await connection.execute("SET statement_timeout = 0")
    try await connection.execute("SET lock_timeout = 0")
    try await connection.execute("SELECT pg_advisory_lock(hashtextextended(\("migrate " + schema), 0))")
    try await connection.execute("RESET lock_timeout")
    try await createHistory(of: schema, connection)
    let pending = try await pendingMigrations(connection, schema: schema, migrations: migrations)
    for migration in pending { try await apply(migration, to: schema, connection) }
    return pending
  }
}

/// The migrations that `schema` lacks; changes nothing, so that a service may ask it to learn whether it is ready.
/// - Throws: `MigrationError` when the history does not fit.
public func pendingMigrations(
  _ runner: some QueryRunner, schema: String, migrations: [Migration]
) async throws -> [Migration] {
  try requireAscending(migrations)
  guard try await hasHistory(schema, runner) else { return migrations }
  let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.number, $0) })
  var applied: [Int] = []
  for row in try await runner.query(
    "SELECT number, name, checksum FROM \(identifier: schema).schema_migration ORDER BY number")
  {
    let number: Int = try row["number"]
    guard let migration = known[number] else { throw MigrationError.unknownToProgram(number, name: try row["name"]) }
    guard try row["checksum"] == migration.checksum else { throw MigrationError.changed(number, name: migration.name) }
    applied.append(number)
  }
  let pending = migrations.filter { !applied.contains($0.number) }
  if let first = pending.first, let last = applied.last, first.number < last {
    throw MigrationError.late(first.number, name: first.name)
  }
  return pending
}

private func requireAscending(_ migrations: [Migration]) throws(MigrationError) {
  for (earlier, later) in zip(migrations, migrations.dropFirst()) where earlier.number >= later.number {
    throw .notAscending(later.number)
  }
}

private func hasHistory(_ schema: String, _ runner: some QueryRunner) async throws -> Bool {
  try await runner.one("SELECT 1 FROM pg_tables WHERE schemaname = \(schema) AND tablename = 'schema_migration'") != nil
}

/// Asks before creating: IF NOT EXISTS would demand the right to create even where there is nothing to be done.
private func createHistory(of schema: String, _ connection: PostgresConnection) async throws {
  if try await connection.one("SELECT 1 FROM pg_namespace WHERE nspname = \(schema)") == nil {
    try await connection.execute("CREATE SCHEMA \(identifier: schema)")
  }
  guard try await !hasHistory(schema, connection) else { return }
  try await connection.execute(
    """
    CREATE TABLE \(identifier: schema).schema_migration (
      number bigint PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )
    """)
}

private func apply(_ migration: Migration, to schema: String, _ connection: PostgresConnection) async throws {
  do {
    try await connection.transaction { transaction in
      try await transaction.execute("SET LOCAL search_path TO \(identifier: schema)")
      try await transaction.session.run(script: migration.sql, in: transaction.number)
      try await transaction.execute(
        """
        INSERT INTO \(identifier: schema).schema_migration (number, name, checksum)
        VALUES (\(migration.number), \(migration.name), \(migration.checksum))
        """)
    }
  } catch let error as PostgresError {
    throw MigrationError.failed(migration.number, name: migration.name, error)
  }
}
