import CLibrdkafka

/// Takes records one by one, on the thread of the consumer that reads them.
public protocol RecordCollector: AnyObject, Sendable {
  /// Called for each record, in the order of its partition, and never by two threads at a time.
  /// - Parameter record: valid during the call only.
  func collect(_ record: borrowing RecordView)
}

/// A record that still lies in the library's memory: reading it costs nothing, keeping it takes a copy.
public struct RecordView: ~Copyable {
  /// Where a record comes from, in a form that is cheap to compare; valid while the consumer is open.
  public struct Source: Equatable {
    let topic: OpaquePointer?
    /// The partition's number.
    public let partition: Int32
  }

  private let message: UnsafePointer<rd_kafka_message_t>

  init(message: UnsafePointer<rd_kafka_message_t>) { self.message = message }

  /// Equal for records of one partition.
  public var source: Source { Source(topic: message.pointee.rkt, partition: message.pointee.partition) }

  /// The partition by its topic's name; copies the name.
  public var topicPartition: TopicPartition {
    let name = message.pointee.rkt.flatMap { rd_kafka_topic_name($0) }
    return TopicPartition(topic: name.map { String(cString: $0) } ?? "", partition: message.pointee.partition)
  }

  /// Its place in the partition.
  public var offset: Int64 { message.pointee.offset }

  /// Milliseconds since 1970, set by the producer or the broker as the topic says; -1 if unknown.
  public var timestamp: Int64 {
    var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    return rd_kafka_message_timestamp(message, &type)
  }

  /// The key; null and empty are different. Valid as long as the record.
  public var key: UnsafeRawBufferPointer? {
    message.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.key_len) }
  }

  /// The value; null and empty are different. Valid as long as the record.
  public var value: UnsafeRawBufferPointer? {
    message.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.len) }
  }

  /// A copy to keep.
  /// - Parameter topic: the name of its topic, which the caller has at hand.
  public func copy(topic: String) -> Record {
    Record(
      topic: topic, partition: message.pointee.partition, offset: offset, timestamp: timestamp,
      key: key.map { [UInt8]($0) }, value: value.map { [UInt8]($0) }, headers: headers)
  }

  private var headers: [KafkaHeader] {
    var list: OpaquePointer?
    guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
    var headers: [KafkaHeader] = []
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var size = 0
    while rd_kafka_header_get_all(list, headers.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
      let bytes = value.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: size)) }
      headers.append(KafkaHeader(name: name.map { String(cString: $0) } ?? "", value: bytes))
    }
    return headers
  }
}

/// Records as an array.
final class RecordList: RecordCollector, @unchecked Sendable {  // filled by one thread, read after it has ended
  private(set) var records: [Record] = []
  /// Most neighbours are of one partition, and a topic's name costs an allocation.
  private var latest: (source: RecordView.Source, topic: String)?

  func collect(_ record: borrowing RecordView) {
    if latest?.source != record.source { latest = (record.source, record.topicPartition.topic) }
    records.append(record.copy(topic: latest?.topic ?? ""))
  }
}
