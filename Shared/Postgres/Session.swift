internal import Threading

/// A connection as an actor on a thread of its own: libpq allows one thread at a time, which is what isolation gives,
/// and its blocking calls never hold a thread of the cooperative pool.
///
/// Isolation alone does not keep transactions apart, since an actor takes other calls between two of one caller. The
/// pool lends a session to one caller at a time, and a transaction's calls carry its number: what comes too late, from
/// a body that let its `Transaction` escape, is refused.
actor Session {
  private enum State {
    case new
    case open(Link)
    case closed
  }

  private let configuration: PostgresConfiguration
  /// Its state on the server matters (locks, settings), so it must not be replaced behind the caller's back.
  private let isDedicated: Bool
  private let thread: ThreadExecutor
  private var state = State.new
  private var begun = 0
  private var currentTransaction: Int?

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Starts the thread; connects at the first use.
  init(_ configuration: PostgresConfiguration, isDedicated: Bool = false) {
    self.configuration = configuration
    self.isDedicated = isDedicated
    thread = ThreadExecutor(name: "postgres")
  }

  // Not in close(): a late call would then wait for ever on a thread that has ended.
  deinit { thread.stop() }

  /// Connects.
  func open() throws(PostgresError) { _ = try link() }

  /// Ends the connection for good; the server gives up its locks.
  func close() {
    state = .closed
    currentTransaction = nil
  }

  /// Begins a transaction.
  /// - Returns: its number.
  func begin() throws(PostgresError) -> Int {
    let link = try link()
    try link.run(script: "BEGIN ISOLATION LEVEL READ COMMITTED")
    begun += 1
    currentTransaction = begun
    return begun
  }

  /// Runs a statement in a transaction.
  func run(_ query: Query, in transaction: Int) throws(PostgresError) -> Table {
    try link(of: transaction).run(query)
  }

  /// Runs text that may hold several statements in a transaction.
  func run(script: String, in transaction: Int) throws(PostgresError) {
    let link = try link(of: transaction)
    try link.run(script: script)
    // A script that commits would take the transaction's promises away from everything after it.
    guard link.isInTransaction else { throw .transactionEnded }
  }

  /// Runs a COPY in a transaction.
  /// - Parameter rows: writes the data; given what sends a piece of it.
  func copy<Result: Sendable>(
    _ statement: StaticString, in transaction: Int,
    _ rows: @Sendable ((UnsafeRawBufferPointer) -> Bool) -> CopyRows.Outcome<Result>
  ) throws(PostgresError) -> Result {
    try link(of: transaction).copy(statement, rows)
  }

  /// Commits a transaction.
  func commit(_ transaction: Int) throws {
    let link = try link(of: transaction)
    // Known before COMMIT is sent: then the transaction is certain to be rolled back.
    guard link.isAlive() else { throw PostgresError.connectionLost("lost before COMMIT") }
    currentTransaction = nil
    let command: String
    do throws(PostgresError) {
      command = try link.run(script: "COMMIT")
    } catch {
      reset(link)
      // Also when the server said why: it may have ended the connection after the commit.
      if link.isBroken { throw PostgresCommitUnknown(cause: error) }
      throw error
    }
    guard command == "COMMIT" else { throw PostgresError.transactionAborted }
  }

  /// Rolls a transaction back; if that fails, the connection goes, and the transaction with it.
  func rollback(_ transaction: Int) {
    guard case .open(let link) = state, currentTransaction == transaction else { return }
    currentTransaction = nil
    reset(link)
  }

  /// Runs a statement in a transaction of its own.
  func run(_ query: Query) throws(PostgresError) -> Table {
    let link = try link()
    // The caller of a dedicated connection may begin transactions by hand; on a pooled one that would leak to the next.
    defer { if !isDedicated { reset(link) } }
    do throws(PostgresError) {
      return try link.run(query)
    } catch {
      throw link.isBroken ? .outcomeUnknown(error) : error
    }
  }

  /// Runs a statement as `run`, and makes something of its rows on this thread.
  func read<R: Sendable>(_ query: Query, _ body: @Sendable ([Row]) throws -> R) throws -> R {
    try body(run(query).rows)
  }

  private func reset(_ link: Link) {
    guard !link.isBroken, link.isInTransaction else { return }
    if (try? link.run(script: "ROLLBACK")) == nil { state = isDedicated ? .closed : .new }
  }

  private func link(of transaction: Int) throws(PostgresError) -> Link {
    guard case .open(let link) = state, currentTransaction == transaction else { throw .transactionEnded }
    guard !link.isBroken else { throw .connectionLost("lost earlier in this transaction") }
    return link
  }

  /// The connection, made or replaced if need be.
  private func link() throws(PostgresError) -> Link {
    switch state {
    case .closed: throw .closed
    case .open(let link):
      if link.isAlive() { return link }
      guard !isDedicated else { throw .closed }
      // Let go of the old one first: the server may be short of connections.
      state = .new
    case .new: break
    }
    let link = try Link(configuration)
    state = .open(link)
    return link
  }
}
