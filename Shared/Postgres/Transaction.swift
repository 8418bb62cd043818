/// What statements can be given to: a `Database`, a `Transaction` in it, or a `PostgresConnection`.
///
/// Extend it with a service's own queries where they make sense alone as well as in a transaction.
public protocol QueryRunner: Sendable {
  /// Runs one statement.
  /// - Returns: its rows.
  func query(_ query: Query) async throws -> [Row]
  /// Runs one statement.
  /// - Returns: how many rows it changed (or returned).
  @discardableResult func execute(_ query: Query) async throws -> Int
}

extension QueryRunner {
  /// Runs a statement that returns at most one row; more are an error.
  public func one(_ query: Query) async throws -> Row? {
    let rows = try await self.query(query)
    guard rows.count <= 1 else {
      throw PostgresError(sqlState: "21000", message: "\(rows.count) rows where at most one was expected")
    }
    return rows.first
  }
}

/// A transaction that is under way; ends with the body that it was given to.
///
/// After a statement failed, PostgreSQL refuses all others until the end, unless the failure was within a savepoint.
public struct Transaction: QueryRunner {
  let session: Session
  let number: Int

  /// Runs one statement.
  /// - Returns: its rows.
  public func query(_ query: Query) async throws -> [Row] { try await session.run(query, in: number).rows }

  /// Runs one statement.
  /// - Returns: how many rows it changed (or returned).
  @discardableResult
  public func execute(_ query: Query) async throws -> Int { try await session.run(query, in: number).affected }

  /// Runs `body` so that an error undoes what `body` did, not the whole transaction.
  ///
  /// May be nested, but two must not run at the same time in one transaction.
  @discardableResult
  public func savepoint<R: Sendable>(_ body: (Transaction) async throws -> R) async throws -> R {
    // One name is enough: PostgreSQL means the innermost.
    try await session.run(script: "SAVEPOINT inner_part", in: number)
    let result: R
    do {
      result = try await body(self)
    } catch {
      // If this fails too, the transaction fails at its next statement; the first error says why.
      try? await session.run(script: "ROLLBACK TO inner_part; RELEASE inner_part", in: number)
      throw error
    }
    try await session.run(script: "RELEASE inner_part", in: number)
    return result
  }
}

/// A connection that one caller has to itself; closed at the end of the body that it was given to.
public struct PostgresConnection: QueryRunner {
  let session: Session

  /// Runs one statement in a transaction of its own; see `Database.execute` for a lost connection.
  public func query(_ query: Query) async throws -> [Row] { try await session.run(query).rows }

  /// Runs one statement in a transaction of its own; see `Database.execute` for a lost connection.
  @discardableResult
  public func execute(_ query: Query) async throws -> Int { try await session.run(query).affected }

  /// Runs `body` in a transaction on this connection, as `Database.transaction` does; one at a time.
  @discardableResult
  public func transaction<R: Sendable>(_ body: (Transaction) async throws -> R) async throws -> R {
    try await retrying { try await session.transaction(body) }
  }
}

extension Session {
  nonisolated func transaction<R: Sendable>(_ body: (Transaction) async throws -> R) async throws -> R {
    let number = try await begin()
    let result: R
    do {
      result = try await body(Transaction(session: self, number: number))
    } catch {
      await rollback(number)
      throw error
    }
    do {
      try await commit(number)
    } catch {
      await rollback(number)
      throw error
    }
    return result
  }
}
