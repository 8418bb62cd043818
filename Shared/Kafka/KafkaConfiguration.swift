import CLibrdkafka
import Synchronization

/// Where the brokers are and how to speak to them; the same for producers, consumers and administration.
public struct KafkaConfiguration: Sendable {
  /// Brokers to begin with, `host:port` separated by commas.
  public var bootstrapServers: String
  /// The name by which the brokers' logs, metrics and quotas know this client.
  public var clientID: String
  /// Further properties of librdkafka, such as `security.protocol` and `sasl.username`.
  ///
  /// They override what the wrappers choose for speed, never what they choose for correctness.
  public var properties: [String: String]

  /// Describes the brokers and the way to them.
  public init(bootstrapServers: String, clientID: String, properties: [String: String] = [:]) {
    self.bootstrapServers = bootstrapServers
    self.clientID = clientID
    self.properties = properties
  }

  /// Makes a client of the library.
  /// - Parameters:
  ///   - tuning: defaults that the properties may override.
  ///   - fixed: what the wrapper's promises rest on.
  ///   - prepare: registers callbacks and events.
  func makeHandle(
    _ type: rd_kafka_type_t, tuning: [String: String] = [:], fixed: [String: String] = [:],
    prepare: (OpaquePointer) -> Void = { _ in }
  ) throws(KafkaError) -> KafkaHandle {
    var settings = tuning.merging(properties) { $1 }
    settings["bootstrap.servers"] = bootstrapServers
    settings["client.id"] = clientID
    settings.merge(fixed) { $1 }

    guard let conf = rd_kafka_conf_new() else { throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE) }
    for (name, value) in settings {
      if let reason = failureText({ rd_kafka_conf_set(conf, name, value, $0, $1) == RD_KAFKA_CONF_OK }) {
        rd_kafka_conf_destroy(conf)
        throw KafkaError(code: .invalidArgument, reason: reason)
      }
    }
    rd_kafka_conf_set_log_cb(conf, KafkaLibrary.logCallback)
    prepare(conf)

    var client: OpaquePointer?
    let reason = failureText { text, size in
      client = rd_kafka_new(type, conf, text, size)
      return client != nil
    }
    guard let client else {
      rd_kafka_conf_destroy(conf)  // rd_kafka_new takes it over only when it succeeds
      throw KafkaError(code: .invalidArgument, reason: reason ?? "rd_kafka_new")
    }
    return KafkaHandle(pointer: client)
  }
}

/// A client of librdkafka. The library documents its functions as thread-safe; who destroys it, and when nobody else
/// uses it, is the owner's affair.
struct KafkaHandle: @unchecked Sendable {
  let pointer: OpaquePointer
}

/// The words of a C function that writes its error into a buffer, or nil if it succeeded.
func failureText(_ call: (_ text: UnsafeMutablePointer<CChar>, _ size: Int) -> Bool) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
    buffer.initialize(repeating: 0)
    guard let text = buffer.baseAddress else { return "no memory" }
    return call(text, buffer.count) ? nil : String(cString: text)
  }
}

/// librdkafka as a whole.
public enum KafkaLibrary {
  /// Receives the library's log lines: syslog's level (0 worst, 7 debug), facility, message.
  public typealias Logger = @Sendable (_ level: Int32, _ facility: String, _ message: String) -> Void

  private static let logger = Mutex<Logger?>(nil)

  /// The version of the library that was loaded, which may be newer than the one compiled against.
  public static var version: String { String(cString: rd_kafka_version_str()) }

  /// Sends the log lines of all clients to `logger`; without one they are dropped.
  ///
  /// It is called on threads of the library and should return soon.
  public static func setLogger(_ logger: @escaping Logger) {
    self.logger.withLock { $0 = logger }
  }

  fileprivate static let logCallback:
    @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Void = {
      _, level, facility, message in
      guard let logger = KafkaLibrary.logger.withLock({ $0 }) else { return }
      logger(level, facility.map { String(cString: $0) } ?? "", message.map { String(cString: $0) } ?? "")
    }
}
