import Postgres

extension Problem {
  /// What the client is told of an error that ended a request; what lies behind it goes to the log alone.
  ///
  /// A `Problem` stays as it is. 503 with Retry-After while the database is away, overloaded or out of connections, and when it is not
  /// known whether the request took effect; 400 for values that the database cannot store; else 500.
  /// - Parameter place: for the log, where the error came up: the route's pattern or the path.
  public init(_ error: any Error, at place: String, _ log: Log) {
    switch error {
    case let problem as Problem: self = problem
    case let error as PostgresError where error.isConnectionLost || error.isRetriable:
      log.warning("database away", ["route": "\(place)", "error": "\(error)"])
      self = .unavailable("The database is away for the moment.")
    case let error as PostgresError where error.isOutOfConnections:
      log.warning("out of database connections", ["route": "\(place)", "error": "\(error)"])
      self = .unavailable("The database has too much to do for the moment.")
    case let error as PostgresError where error.isStatementTimeout:
      log.warning("statement took too long", ["route": "\(place)", "error": "\(error)"])
      self = .unavailable("The database has too much to do for the moment.")
    case is PostgresCommitUnknown:
      log.warning("commit unknown", ["route": "\(place)"])
      self = .unavailable("It is not known whether the request took effect. Repeat it with the same Idempotency-Key.")
    case let error as PostgresError where error.isInvalidData:
      log.info("data refused by the database", ["route": "\(place)", "error": "\(error)"])
      self = .badRequest("The request holds characters or numbers that cannot be stored.")
    default:
      log.error("request failed", ["route": "\(place)", "error": "\(error)"])
      self = .internalError
    }
  }
}
