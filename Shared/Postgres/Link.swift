internal import CLibpq
import FailPoints
import Glibc

/// One connection of libpq. Its calls block; it belongs to the thread of the `Session` that made it.
final class Link {
  private let connection: OpaquePointer
  private var statements = StatementCache()
  /// The plans of this connection no longer fit the tables; all are given up before the next statement is prepared.
  private var hasStalePlans = false
  /// After an error of input or output nobody knows what the server saw: never to be used again.
  private(set) var isBroken = false

  init(_ configuration: PostgresConfiguration) throws(PostgresError) {
    let keywords = configuration.keywords
    let opened = withCStrings(keywords.map(\.0)) { names in
      // The 0 keeps a database's name from being read as a connection string.
      withCStrings(keywords.map(\.1)) { values in PQconnectdbParams(names, values, 0) }
    }
    guard let opened else { throw PostgresError(sqlState: "08001", message: "out of memory") }
    connection = opened
    guard PQstatus(connection) == CONNECTION_OK else {
      // `deinit` closes it: all properties have their values.
      throw PostgresError(sqlState: "08001", message: String(cString: PQerrorMessage(connection)).trimmed)
    }
    PQsetNoticeProcessor(connection, { _, _ in }, nil)
  }

  deinit { PQfinish(connection) }

  var isInTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

  /// Whether the server's end is still there, as far as can be told without asking: one system call.
  ///
  /// On a quiet connection there is nothing to be read, unless the server ended it (or, rarely, sent a notice).
  func isAlive() -> Bool {
    while !isBroken {
      var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
      if poll(&descriptor, 1, 0) == 0 { return true }
      if PQconsumeInput(connection) == 0 || PQstatus(connection) != CONNECTION_OK { isBroken = true }
    }
    return false
  }

  /// Runs text as it is: several statements if need be, no parameters, nothing prepared.
  /// - Returns: what the server did last.
  @discardableResult
  func run(script: String) throws(PostgresError) -> String {
    guard !script.utf8.contains(0) else {
      throw PostgresError(sqlState: "22021", message: "a statement cannot hold U+0000")
    }
    return try checked(PQexec(connection, script)).command
  }

  /// Runs a statement, prepared at its first use on this connection.
  func run(_ query: Query) throws(PostgresError) -> Table {
    if let failure = query.failure { throw failure }
    let key = StatementCache.Key(sql: query.sql, types: query.parameters.map(\.type.oid))
    let wasInTransaction = isInTransaction
    do throws(PostgresError) {
      return try execute(try prepare(key), query)
    } catch {
      hasStalePlans = hasStalePlans || error.isStalePlan
      // In a transaction the failure has spoilt it, so that only the whole of it can be run again.
      guard error.isStalePlan, !wasInTransaction else { throw error }
      return try execute(try prepare(key), query)
    }
  }

  private func prepare(_ key: StatementCache.Key) throws(PostgresError) -> String {
    if hasStalePlans {
      try run(script: "DEALLOCATE ALL")
      statements.removeAll()
      hasStalePlans = false
    }
    if let name = statements.name(for: key) { return name }
    // A transaction that has failed takes no statement at all: then what the cache holds stays as it is.
    if PQtransactionStatus(connection) != PQTRANS_INERROR, let oldest = statements.evictIfFull() {
      try run(script: "DEALLOCATE \(oldest)")
    }
    let name = statements.newName()
    _ = try checked(PQprepare(connection, name, key.sql, Int32(key.types.count), key.types))
    statements.insert(name, for: key)
    return name
  }

  private func execute(_ name: String, _ query: Query) throws(PostgresError) -> Table {
    let count = query.parameters.count
    let result = query.buffer.bytes.withUnsafeBytes { bytes in
      withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { numbers in
          for (index, parameter) in query.parameters.enumerated() {
            let value = parameter.range.map { range in
              // An empty value must have an address all the same: libpq takes none for NULL.
              bytes.baseAddress.map { $0 + range.lowerBound } ?? UnsafeRawPointer(connection)
            }
            values.initializeElement(at: index, to: value?.assumingMemoryBound(to: CChar.self))
            numbers.initializeElement(at: index, to: Int32(parameter.range?.count ?? 0))
            numbers.initializeElement(at: count + index, to: 1)  // binary
          }
          return PQexecPrepared(
            connection, name, Int32(count), values.baseAddress, numbers.baseAddress,
            numbers.baseAddress.map { $0 + count }, 1)
        }
      }
    }
    return try checked(result).table()
  }

  /// Runs `COPY … FROM STDIN`.
  /// - Parameter rows: writes the data; given what sends a piece of it.
  /// - Returns: what `rows` returned, when the server has stored as many rows as were written.
  func copy<Result>(
    _ statement: StaticString, _ rows: ((UnsafeRawBufferPointer) -> Bool) -> CopyRows.Outcome<Result>
  ) throws(PostgresError) -> Result {
    let begun = PQexec(connection, statement.description)
    guard PQresultStatus(begun) == PGRES_COPY_IN else {
      _ = try checked(begun)
      throw PostgresError(sqlState: "42601", message: "not a COPY FROM STDIN")
    }
    PQclear(begun)
    FailPoint.reach("copying")
    let written = rows { piece in
      let data = piece.baseAddress?.assumingMemoryBound(to: CChar.self)
      return PQputCopyData(connection, data, Int32(piece.count)) == 1
    }
    let isSent = written.isSent && PQputCopyEnd(connection, nil) == 1
    // Also after a failure: the server's report says why, and the connection is of use again when all was read.
    let result = PQgetResult(connection)
    while let more = PQgetResult(connection) { PQclear(more) }
    let stored = try checked(result).affected
    guard isSent else {
      isBroken = true
      throw .connectionLost(String(cString: PQerrorMessage(connection)).trimmed)
    }
    guard stored == written.rows else {
      throw PostgresError(sqlState: "XX000", message: "COPY stored \(stored) rows of \(written.rows)")
    }
    return written.result
  }

  /// The one place where results are judged.
  private func checked(_ result: OpaquePointer?) throws(PostgresError) -> Answer {
    if PQstatus(connection) != CONNECTION_OK { isBroken = true }
    guard let result else {
      isBroken = true
      throw .connectionLost(String(cString: PQerrorMessage(connection)).trimmed)
    }
    let answer = Answer(result)
    guard let error = answer.error else { return answer }
    if error.isConnectionLost || PQtransactionStatus(connection) == PQTRANS_ACTIVE {
      isBroken = true  // the latter is a COPY that nobody will feed
    }
    throw error
  }
}

/// A null-terminated array of C strings, for the time of `body`.
private func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R) -> R {
  let copies = strings.map { UnsafePointer(strdup($0)) } + [nil]
  defer { for copy in copies { free(UnsafeMutablePointer(mutating: copy)) } }
  return copies.withUnsafeBufferPointer { pointers in
    guard let base = pointers.baseAddress else { preconditionFailure("an array with an element has an address") }
    return body(base)
  }
}
