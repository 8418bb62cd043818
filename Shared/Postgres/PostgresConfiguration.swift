/// Where a database is, who connects, and how each session is set up.
public struct PostgresConfiguration: Sendable {
  /// A host name, an address, or the folder of a Unix socket.
  public var host: String
  /// The server's port.
  public var port: UInt16
  /// The database's name.
  public var database: String
  /// The role that connects.
  public var user: String
  /// The role's password; empty when the server asks for none.
  public var password: String
  /// Shown in `pg_stat_activity` and in the server's log.
  public var applicationName: String
  /// Seconds until an attempt to connect is given up; libpq takes 1 as 2.
  public var connectTimeout: Int
  /// Settings of every session, such as `search_path` or `statement_timeout`.
  public var settings: [String: String]

  /// Describes a database; nothing is connected yet.
  public init(
    host: String, port: UInt16 = 5432, database: String, user: String, password: String = "", applicationName: String,
    connectTimeout: Int = 5, settings: [String: String] = [:]
  ) {
    self.host = host
    self.port = port
    self.database = database
    self.user = user
    self.password = password
    self.applicationName = applicationName
    self.connectTimeout = connectTimeout
    self.settings = settings
  }

  /// libpq's connection keywords.
  ///
  /// The keep-alives notice a server that vanished without a word within about ten seconds; otherwise a blocked read
  /// would hold its thread for the kernel's two hours.
  var keywords: [(String, String)] {
    [
      ("host", host), ("port", String(port)), ("dbname", database), ("user", user), ("password", password),
      ("application_name", applicationName), ("connect_timeout", String(connectTimeout)), ("client_encoding", "UTF8"),
      ("options", options), ("gssencmode", "disable"),
      ("keepalives", "1"), ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"),
      ("tcp_user_timeout", "10000"),
    ]
  }

  /// The settings as command-line options of the server's session; blanks and backslashes need a backslash there.
  var options: String {
    func escaped(_ text: String) -> String {
      var result = ""
      for character in text {
        if character == "\\" || character.isWhitespace { result.append("\\") }
        result.append(character)
      }
      return result
    }
    return settings.sorted { $0.key < $1.key }.map { "-c \(escaped($0.key))=\(escaped($0.value))" }
      .joined(separator: " ")
  }
}

extension PostgresConfiguration: CustomStringConvertible {
  /// For logs: without the password.
  public var description: String { "\(user)@\(host):\(port)/\(database)" }
}
