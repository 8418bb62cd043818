/// The rows of one statement as they were at one moment, handed out a few at a time: however many there are, they take the
/// memory of those few.
///
/// It has a connection of its own, outside the pool, with a read-only transaction (REPEATABLE READ). Both end with `close`,
/// or when nobody holds the cursor any more.
public final class RowCursor: Sendable {
  private let session: Session

  fileprivate init(_ session: Session) { self.session = session }

  /// The next rows, at most `count`; none when there are no more.
  /// - Parameter body: makes something of the rows, on the connection's thread, so that they need not be kept.
  public func next<R: Sendable>(_ count: Int, _ body: @Sendable ([Row]) throws -> R) async throws -> R {
    try await session.read(Query(unsafeSQL: "FETCH FORWARD \(count) FROM row_cursor"), body)
  }

  /// Ends the transaction with its connection.
  public func close() async { await session.close() }
}

extension Database {
  /// Opens a cursor over the rows of a SELECT.
  /// - Parameter idleSeconds: how long the rows may be left waiting for whoever reads them; beyond, the server ends the
  ///   connection.
  public func cursor(over query: Query, idleSeconds: Int) async throws -> RowCursor {
    let session = try await openSession()
    do {
      _ = try await session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
      _ = try await session.run(
        Query(unsafeSQL: "SET LOCAL idle_in_transaction_session_timeout = '\(max(1, idleSeconds))s'"))
      _ = try await session.run("DECLARE row_cursor NO SCROLL CURSOR FOR \(fragment: query)")
    } catch {
      await session.close()
      throw error
    }
    return RowCursor(session)
  }
}
