/// One partition of one topic.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The topic's name.
  public var topic: String
  /// The partition's number, from 0.
  public var partition: Int32

  /// Names a partition.
  public init(topic: String, partition: Int32) {
    self.topic = topic
    self.partition = partition
  }

  /// Topic and number, as in `forum.ballots/3`.
  public var description: String { "\(topic)/\(partition)" }

  /// By topic, then by number.
  public static func < (a: TopicPartition, b: TopicPartition) -> Bool {
    (a.topic, a.partition) < (b.topic, b.partition)
  }
}

/// A header of a record; names may occur more than once.
public struct KafkaHeader: Hashable, Sendable {
  /// The name.
  public var name: String
  /// The value; null and empty are different.
  public var value: [UInt8]?

  /// A header with raw bytes.
  public init(name: String, value: [UInt8]?) {
    self.name = name
    self.value = value
  }

  /// A header with text.
  public init(_ name: String, _ text: String) {
    self.init(name: name, value: Array(text.utf8))
  }
}

/// A record read from a topic.
public struct Record: Sendable {
  /// The topic it was read from.
  public var topic: String
  /// The partition it was read from.
  public var partition: Int32
  /// Its place in the partition.
  public var offset: Int64
  /// Milliseconds since 1970, set by the producer or the broker as the topic says; -1 if unknown.
  public var timestamp: Int64
  /// The key; null and empty are different.
  public var key: [UInt8]?
  /// The value; null (a tombstone in a compacted topic) and empty are different.
  public var value: [UInt8]?
  /// The headers in the order in which they were written.
  public var headers: [KafkaHeader]

  /// A record as a consumer would deliver it, for tests.
  public init(
    topic: String, partition: Int32, offset: Int64, timestamp: Int64 = -1, key: [UInt8]? = nil, value: [UInt8]? = nil,
    headers: [KafkaHeader] = []
  ) {
    self.topic = topic
    self.partition = partition
    self.offset = offset
    self.timestamp = timestamp
    self.key = key
    self.value = value
    self.headers = headers
  }
}

/// A record to be written.
public struct OutgoingRecord: Sendable {
  /// The topic to write to.
  public var topic: String
  /// The partition; nil lets the key decide (murmur2, as Kafka's own clients do), or chance without a key.
  public var partition: Int32?
  /// The key; null and empty are different.
  public var key: [UInt8]?
  /// The value; null (a tombstone in a compacted topic) and empty are different.
  public var value: [UInt8]?
  /// The headers.
  public var headers: [KafkaHeader]

  /// Describes a record to be written.
  public init(
    topic: String, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?, headers: [KafkaHeader] = []
  ) {
    self.topic = topic
    self.partition = partition
    self.key = key
    self.value = value
    self.headers = headers
  }
}
