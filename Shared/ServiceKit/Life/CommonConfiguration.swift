import Crypto
import FoundationEssentials
import HTTPClient
public import Kafka
public import Postgres

/// Settings to reach PostgreSQL; shared by the services and `forumctl`.
public struct DatabaseConfiguration: ServiceConfiguration {
  let host: String
  let port: Int
  /// The database.
  public let name: String
  let user: String
  let password: String

  /// Reads the settings that start with `FORUM_DATABASE_`.
  /// - Throws: `SettingsError`
  public init(_ settings: inout Settings) throws(SettingsError) {
    host = try settings.string("FORUM_DATABASE_HOST", default: "127.0.0.1", "PostgreSQL: host")
    port = try settings.int("FORUM_DATABASE_PORT", default: 5432, in: 1...65535, "PostgreSQL: port")
    name = try settings.string("FORUM_DATABASE_NAME", default: "forum", "PostgreSQL: database")
    user = try settings.string("FORUM_DATABASE_USER", "PostgreSQL: role")
    password = try settings.secret(file: "FORUM_DATABASE_PASSWORD_FILE", default: "", "PostgreSQL: password")
  }

  /// - Parameter schema: put on the search path.
  public func connection(application: String, schema: String?) -> PostgresConfiguration {
    var session = ["timezone": "UTC"]
    if let schema { session["search_path"] = schema }
    return PostgresConfiguration(
      host: host, port: UInt16(port), database: name, user: user, password: password, applicationName: application,
      settings: session)
  }
}

/// Settings to reach Kafka; shared by the services and `forumctl`.
public struct BrokerConfiguration: ServiceConfiguration {
  let bootstrapServers: String
  let properties: [String: String]

  /// Reads the settings that start with `FORUM_KAFKA_`.
  /// - Throws: `SettingsError`
  public init(_ settings: inout Settings) throws(SettingsError) {
    bootstrapServers = try settings.string("FORUM_KAFKA_BOOTSTRAP", "Kafka: host:port, separated by commas")
    let protocolName = try settings.string(
      "FORUM_KAFKA_SECURITY_PROTOCOL", default: "plaintext", "Kafka: plaintext, ssl, sasl_plaintext or sasl_ssl")
    let mechanism = try settings.string("FORUM_KAFKA_SASL_MECHANISM", default: "PLAIN", "Kafka: SASL mechanism")
    let user = try settings.string("FORUM_KAFKA_SASL_USERNAME", default: "", "Kafka: SASL user name")
    let password = try settings.secret(file: "FORUM_KAFKA_SASL_PASSWORD_FILE", default: "", "Kafka: SASL password")
    let authority = try settings.string("FORUM_KAFKA_CA_FILE", default: "", "Kafka: certificates of the authority")
    var properties = ["security.protocol": protocolName]
    if protocolName.hasPrefix("sasl") {
      properties["sasl.mechanism"] = mechanism
      properties["sasl.username"] = user
      properties["sasl.password"] = password
    }
    if !authority.isEmpty { properties["ssl.ca.location"] = authority }
    self.properties = properties
  }

  /// How a client connects that calls itself `name` in Kafka's logs and quotas.
  public func client(_ name: String) -> KafkaConfiguration {
    KafkaConfiguration(bootstrapServers: bootstrapServers, clientID: name, properties: properties)
  }
}

/// Settings that every service has.
struct CommonConfiguration: ServiceConfiguration {
  let address: String
  let port: Int
  let httpThreads: Int
  let database: DatabaseConfiguration
  let connections: Int
  let broker: BrokerConfiguration
  let kafkaSession: Int
  let tokenKeys: String
  let tokenIssuer: String
  let tokenAudience: String
  let tokenLifetime: Int
  let tokenVerifications: Int
  let logLevel: LogLevel
  let drainSeconds: Int

  init(_ settings: inout Settings) throws(SettingsError) {
    address = try settings.string("FORUM_HTTP_ADDRESS", default: "127.0.0.1", "HTTP: address to listen on")
    port = try settings.int("FORUM_HTTP_PORT", default: 8080, in: 0...65535, "HTTP: port to listen on")
    httpThreads = try settings.int("FORUM_HTTP_THREADS", default: 1, in: 1...64, "HTTP: event loops")
    database = try DatabaseConfiguration(&settings)
    connections = try settings.int(
      "FORUM_DATABASE_CONNECTIONS", default: 8, in: 2...200, "PostgreSQL: connections at most")
    broker = try BrokerConfiguration(&settings)
    kafkaSession = try settings.int(
      "FORUM_KAFKA_SESSION_MS", default: 6_000, in: 1_000...300_000,
      "Kafka: milliseconds without a sign of life after which a consumer's partitions go to others")
    tokenKeys = try settings.string("FORUM_TOKEN_KEYS", "Access tokens: file or address of the key set (RFC 7517)")
    tokenIssuer = try settings.string("FORUM_TOKEN_ISSUER", "Access tokens: issuer (iss)")
    tokenAudience = try settings.string(
      "FORUM_TOKEN_AUDIENCE", default: "citizen-forum", "Access tokens: audience (aud)")
    tokenLifetime = try settings.int(
      "FORUM_TOKEN_LIFETIME", default: 600, in: 60...31_536_000, "Access tokens: longest life accepted, in seconds")
    tokenVerifications = try settings.int(
      "FORUM_TOKEN_VERIFICATIONS", default: 1_024, in: 1...1_000_000,
      "Access tokens: unknown ones under verification at most; who brings a further one is answered 503")
    drainSeconds = try settings.int(
      "FORUM_DRAIN_SECONDS", default: 20, in: 1...300, "Stopping: seconds that requests in flight are given")
    let level = try settings.string("FORUM_LOG_LEVEL", default: "info", "Log: debug, info, warning or error")
    guard let known = LogLevel(level) else { throw SettingsError("FORUM_LOG_LEVEL is \(level)") }
    logLevel = known
  }

  /// The key set from its file or address.
  func loadKeys() async throws -> JSONWebKeySet {
    guard tokenKeys.hasPrefix("http://") || tokenKeys.hasPrefix("https://") else {
      guard let data = try? Data(contentsOf: URL(filePath: tokenKeys)) else {
        throw SettingsError("FORUM_TOKEN_KEYS: the file \(tokenKeys) cannot be read")
      }
      return try JSONWebKeySet(json: Array(data))
    }
    let client = HTTPClient(connections: 1)
    defer { client.close() }
    let response = try await client.send(ClientRequest(method: "GET", url: tokenKeys, headers: [], body: []))
    guard response.status == 200 else {
      throw SettingsError("FORUM_TOKEN_KEYS: \(tokenKeys) answers \(response.status)")
    }
    return try JSONWebKeySet(json: response.body)
  }
}
