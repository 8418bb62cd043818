/// A database: a pool of connections, which are made when needed and replaced when broken.
public final class Database: Sendable {
  private let configuration: PostgresConfiguration
  private let pool: Pool

  /// Describes the pool; nothing is connected before the first use.
  /// - Parameters:
  ///   - maximumConnections: each has a thread of its own.
  ///   - patience: how long a caller waits for a free connection.
  public init(
    _ configuration: PostgresConfiguration, maximumConnections: Int = 8, patience: Duration = .seconds(5)
  ) {
    self.configuration = configuration
    pool = Pool(maximum: maximumConnections, patience: patience) { Session(configuration) }
  }

  /// How many connections are lent at this moment.
  public var connectionsInUse: Int { pool.inUse }

  /// Runs `body` in a transaction (READ COMMITTED): committed when it returns, rolled back when it throws.
  ///
  /// When the error is retriable (deadlock, serialization, lock time-out, connection lost before COMMIT), all of it is
  /// run again, at most five times, after a pause that grows. So `body` must be safe to run again: no effects outside
  /// the transaction, and nothing kept from an attempt that failed. The `Transaction` must not outlive `body`.
  /// - Throws: `PostgresCommitUnknown` when the connection was lost during COMMIT; `PostgresError`; what `body` throws.
  @discardableResult
  public func transaction<R: Sendable>(_ body: (Transaction) async throws -> R) async throws -> R {
    try await retrying {
      try await pool.withSession { session in try await session.transaction(body) }
    }
  }

  /// Hands out a connection of its own, outside the pool; it is closed afterwards.
  ///
  /// For what belongs to a session, such as an advisory lock held for long. It is never replaced: once it is lost, every
  /// call fails with an error that `isConnectionLost`.
  @discardableResult
  public func withConnection<R: Sendable>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
    let session = try await openSession()
    do {
      let result = try await body(PostgresConnection(session: session))
      await session.close()
      return result
    } catch {
      await session.close()
      throw error
    }
  }

  /// A connected session outside the pool.
  func openSession() async throws -> Session {
    try await retrying {
      let session = Session(configuration, isDedicated: true)
      try await session.open()
      return session
    }
  }

  /// Refuses all calls from now on; connections that are lent are closed when they come back.
  public func close() async { await pool.close() }
}

extension Database: QueryRunner {
  /// Runs one statement in a transaction of its own, as `execute`.
  public func query(_ query: Query) async throws -> [Row] { try await run(query).rows }

  /// Runs one statement in a transaction of its own.
  ///
  /// Retried as `transaction` is. When the connection is lost while the statement is on its way, the error
  /// `isOutcomeUnknown`: that is never retried.
  @discardableResult
  public func execute(_ query: Query) async throws -> Int { try await run(query).affected }

  private func run(_ query: Query) async throws -> Table {
    try await retrying {
      try await pool.withSession { session in try await session.run(query) }
    }
  }
}

/// Repeats `attempt` on retriable errors: five times at most, after about 20, 40, 80, 160 and 320 ms.
///
/// The pauses are drawn at random so that two transactions that collided do not collide again.
func retrying<R>(_ attempt: () async throws -> R) async throws -> R {
  for pause in [20, 40, 80, 160, 320] {
    do {
      return try await attempt()
    } catch let error as PostgresError where error.isRetriable {
      try await Task.sleep(for: .milliseconds(pause) * Double.random(in: 0.5...1.5))
    }
  }
  return try await attempt()
}
