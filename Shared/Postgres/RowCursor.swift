/// The rows of one statement as they were at one moment, handed out a few at a time: however many there are, they take the
/// memory of those few.
///
/// It has a connection of its own, outside the pool, with a read-only transaction (REPEATABLE READ). Both end with `close`,
/// or when nobody holds the cursor any more.
public final class RowCursor: Sendable {
  private let session: Session

  fileprivate init(_ session: Session) { self.session = session }

  /// The next rows, at most `count`; none when there are no more.
  /// - Parameters:
  ///   - time: that the server may take for them.
  ///   - body: makes something of the rows, on the connection's thread, so that they need not be kept.
  public func next<R: Sendable>(
    _ count: Int, within time: Duration, _ body: @Sendable ([Row]) throws -> R
  ) async throws -> R {
    _ = try await session.run("SELECT set_config('statement_timeout', \(time.inMilliseconds), true)")
    return try await session.read(Query(unsafeSQL: "FETCH FORWARD \(count) FROM row_cursor"), body)
  }

  /// Ends the transaction with its connection.
  public func close() async { await session.close() }
}

extension Database {
  /// Opens a cursor over the rows of a SELECT.
  /// - Parameter seconds: that opening may take, and that the rows may be left waiting for whoever reads them; beyond, the
  ///   server ends the connection.
  public func cursor(over query: Query, seconds: Int) async throws -> RowCursor {
    let session = try await openSession()
    do {
      _ = try await session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
      for setting in ["statement_timeout", "idle_in_transaction_session_timeout"] {
        _ = try await session.run(Query(unsafeSQL: "SET LOCAL \(setting) = '\(max(1, seconds))s'"))
      }
      _ = try await session.run("DECLARE row_cursor NO SCROLL CURSOR FOR \(fragment: query)")
    } catch {
      await session.close()
      throw error
    }
    return RowCursor(session)
  }
}

extension Duration {
  /// As settings of the server take it: at least one, since none at all would mean no limit.
  fileprivate var inMilliseconds: String { String(max(1, Int(self / .milliseconds(1)))) }
}
