/// What went wrong in the database, on the way to it, or in reading its answer.
///
/// For logs, never for clients: the text names tables and constraints. It holds no parameter values: of the server's
/// report only the primary message is kept, and in class 22 (invalid data) what that message quotes is left out.
public struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The five characters of PostgreSQL's error code, or of the nearest code where the error arose on this side.
  public let sqlState: String
  /// The violated constraint.
  public let constraint: String?
  /// The table that the error is about.
  public let table: String?
  /// The server's primary message.
  public let message: String
  /// A prepared statement no longer fits its tables, or is gone; preparing it again mends that.
  let isStalePlan: Bool

  /// An error with a code; services use it in tests.
  public init(sqlState: String, message: String, constraint: String? = nil, table: String? = nil) {
    self.init(sqlState: sqlState, message: message, constraint: constraint, table: table, sourceFunction: nil)
  }

  /// - Parameter sourceFunction: the server's function that reported the error; unlike the message it is never translated.
  init(sqlState: String, message: String, constraint: String?, table: String?, sourceFunction: String?) {
    self.sqlState = sqlState
    self.constraint = constraint
    self.table = table
    self.message = sqlState.hasPrefix("22") ? Self.withoutQuotations(message) : message
    isStalePlan =
      sqlState == "26000" || (sqlState == "0A000" && sourceFunction == "RevalidateCachedQuery")
  }

  /// A unique constraint, or a primary key, was violated.
  public var isUniqueViolation: Bool { sqlState == "23505" }

  /// A lock was not given within `lock_timeout`.
  public var isLockTimeout: Bool { sqlState == "55P03" }

  /// A statement was cancelled, by `statement_timeout` as a rule.
  public var isStatementTimeout: Bool { sqlState == "57014" }

  /// The connection broke, or could not be made.
  public var isConnectionLost: Bool {
    sqlState.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05"].contains(sqlState)
  }

  /// The pool or the server had no connection left: nothing was done.
  public var isOutOfConnections: Bool { sqlState == "53300" }

  /// The connection broke while a statement outside a transaction was on its way: it may have taken effect or not.
  public var isOutcomeUnknown: Bool { sqlState == "08007" }

  /// Running the whole transaction again may succeed, and cannot do anything twice.
  public var isRetriable: Bool {
    switch sqlState {
    case "40001", "40P01", "55P03": true
    case "08007", "08003": false  // outcome unknown; gone, and nothing will bring it back
    default: isConnectionLost || isStalePlan
    }
  }

  /// A value does not fit its type.
  public var isInvalidData: Bool { sqlState.hasPrefix("22") }

  /// Code, message, and what the error is about.
  public var description: String {
    let details = [table.map { "table \($0)" }, constraint.map { "constraint \($0)" }].compactMap(\.self)
    return "PostgreSQL \(sqlState): \(message)" + (details.isEmpty ? "" : " (\(details.joined(separator: ", ")))")
  }

  /// The server quotes the offending value, which may itself hold quotation marks: cut from the first to the last.
  private static func withoutQuotations(_ message: String) -> String {
    guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""), first < last else {
      return message
    }
    return message[...first] + "…" + message[last...]
  }
}

extension PostgresError {
  static func connectionLost(_ message: String) -> PostgresError { .init(sqlState: "08006", message: message) }

  static func outcomeUnknown(_ cause: PostgresError) -> PostgresError {
    .init(sqlState: "08007", message: "lost during a statement: \(cause.message)")
  }

  static let closed = PostgresError(sqlState: "08003", message: "this connection has been closed or was lost earlier")

  static let poolExhausted = PostgresError(
    sqlState: "53300", message: "pool exhausted: no connection became free in time")

  static let transactionEnded = PostgresError(sqlState: "25P01", message: "this transaction has ended")

  static let transactionAborted = PostgresError(
    sqlState: "25P02", message: "COMMIT became ROLLBACK: a statement of the transaction had failed")

  static func unreadable(_ type: PostgresType, as target: Any.Type) -> PostgresError {
    .init(sqlState: "42804", message: "a value of type \(type) cannot be read as \(target)")
  }

  static func malformed(_ type: PostgresType) -> PostgresError {
    .init(sqlState: "XX001", message: "malformed value of type \(type)")
  }
}

/// The connection was lost while COMMIT was in flight: the transaction took effect completely, or not at all.
///
/// Never retried automatically; read the state again to learn which.
public struct PostgresCommitUnknown: Error, Sendable, CustomStringConvertible {
  /// How the connection was lost.
  public let cause: PostgresError

  /// What happened, for logs.
  public var description: String { "outcome of COMMIT unknown: \(cause)" }
}
