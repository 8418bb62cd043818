import CLibrdkafka

/// What went wrong in librdkafka or at the broker.
public struct KafkaError: Error, Sendable, CustomStringConvertible {
  /// The kind of error, to branch on.
  public let code: Code
  /// The library's or the broker's words, for the log.
  public let reason: String
  /// Whether the client can no longer be used and must be made anew.
  public let isFatal: Bool
  /// For a failed delivery: the record may nevertheless be in the log.
  public let possiblyPersisted: Bool

  /// Whether the same call may succeed later without anybody's help.
  public var isRetriable: Bool { !isFatal && Code.retriable.contains(code) }

  /// Number and words, as in `-192 Local: Message timed out`.
  public var description: String { "\(code.rawValue) \(reason)" }

  /// An error made by the caller, in tests above all.
  public init(code: Code, reason: String, isFatal: Bool = false, possiblyPersisted: Bool = false) {
    self.code = code
    self.reason = reason
    self.isFatal = isFatal
    self.possiblyPersisted = possiblyPersisted
  }

  init(_ code: rd_kafka_resp_err_t, reason: String? = nil, possiblyPersisted: Bool = false) {
    self.init(
      code: Code(code), reason: reason ?? String(cString: rd_kafka_err2str(code)),
      isFatal: code == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR__FENCED,
      possiblyPersisted: possiblyPersisted)
  }

  /// Takes over an error object of the library and destroys it.
  init(consuming error: OpaquePointer) {
    self.init(
      code: Code(rd_kafka_error_code(error)), reason: String(cString: rd_kafka_error_string(error)),
      isFatal: rd_kafka_error_is_fatal(error) != 0)
    rd_kafka_error_destroy(error)
  }

  /// Throws unless `code` is success.
  static func check(_ code: rd_kafka_resp_err_t) throws(KafkaError) {
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code) }
  }

  static let closed = KafkaError(code: .closed, reason: "the client is closed")
}

extension KafkaError {
  /// The kinds of error: Kafka's protocol numbers, and negative ones for what librdkafka finds by itself.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: Int32

    /// Any number; those that callers branch on have names below.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// librdkafka has words of its own for two conditions of the protocol, depending on who noticed first; callers
    /// should not need to know.
    init(_ code: rd_kafka_resp_err_t) {
      switch code {
      case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: self = .unknownTopicOrPartition
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET: self = .offsetOutOfRange
      default: self.init(rawValue: code.rawValue)
      }
    }

    /// As many records are in flight as the producer allows.
    public static let queueFull = Code(rawValue: -184)
    /// The broker has not acknowledged the record within the delivery time-out.
    public static let messageTimedOut = Code(rawValue: -192)
    /// A call or request took longer than it may.
    public static let timedOut = Code(rawValue: -185)
    /// The connection to a broker failed.
    public static let brokerTransportFailure = Code(rawValue: -195)
    /// No broker can be reached.
    public static let allBrokersDown = Code(rawValue: -187)
    /// An argument or configuration property is not valid.
    public static let invalidArgument = Code(rawValue: -186)
    /// The client is closed.
    public static let closed = Code(rawValue: -197)
    /// The record was discarded from the producer's queue by closing it.
    public static let purgedFromQueue = Code(rawValue: -152)
    /// The record was on its way to the broker when the producer was closed.
    public static let purgedInFlight = Code(rawValue: -151)
    /// The consumer has not asked for records within the maximum poll interval and was expelled from its group.
    public static let maximumPollIntervalExceeded = Code(rawValue: -147)
    /// The log was truncated under the consumer (noticed by newer librdkafka only).
    public static let logTruncation = Code(rawValue: -139)
    /// Authentication failed.
    public static let authenticationFailed = Code(rawValue: -169)
    /// What the broker answered is not what the protocol says.
    public static let malformedAnswer = Code(rawValue: -199)
    /// The client is unusable; see the reason.
    public static let fatal = Code(rawValue: -150)
    /// The offset is not, or no longer, in the log.
    public static let offsetOutOfRange = Code(rawValue: 1)
    /// There is no such topic or partition.
    public static let unknownTopicOrPartition = Code(rawValue: 3)
    /// The record is larger than client or broker allows.
    public static let messageSizeTooLarge = Code(rawValue: 10)
    /// The topic name is not valid.
    public static let invalidTopic = Code(rawValue: 17)
    /// Fewer in-sync replicas than the topic demands.
    public static let notEnoughReplicas = Code(rawValue: 19)
    /// The principal may not use the topic.
    public static let topicAuthorizationFailed = Code(rawValue: 29)
    /// The principal may not use the group.
    public static let groupAuthorizationFailed = Code(rawValue: 30)
    /// The principal may not do this to the cluster.
    public static let clusterAuthorizationFailed = Code(rawValue: 31)
    /// The broker has no authorizer, so there are no permissions.
    public static let securityDisabled = Code(rawValue: 54)
    /// The topic exists already.
    public static let topicAlreadyExists = Code(rawValue: 36)
    /// The number of partitions is not valid.
    public static let invalidPartitions = Code(rawValue: 37)
    /// The replication factor is not valid.
    public static let invalidReplicationFactor = Code(rawValue: 38)
    /// A configuration value of a topic is not valid.
    public static let invalidConfiguration = Code(rawValue: 40)

    /// Local: time-outs, transport, name resolution, full queue. Protocol: the codes that Kafka's list marks retriable.
    fileprivate static let retriable: Set<Code> = Set(
      ([-184, -192, -185, -195, -193, -187, 2, 3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 20, 27, 41, 51, 56, 72, 74, 75]
        as [Int32]).map(Code.init(rawValue:)))
  }
}
