import CLibrdkafka

/// librdkafka's list of partitions, on loan to `body`.
func withPartitionList<T>(
  _ offsets: [TopicPartition: Int64], _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> T
) throws(KafkaError) -> T {
  guard let list = rd_kafka_topic_partition_list_new(Int32(clamping: offsets.count)) else {
    throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE)
  }
  defer { rd_kafka_topic_partition_list_destroy(list) }
  for (partition, offset) in offsets {
    rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition)?.pointee.offset = offset
  }
  return body(list)
}

extension TopicPartition {
  init(_ element: rd_kafka_topic_partition_t) {
    self.init(topic: element.topic.map { String(cString: $0) } ?? "", partition: element.partition)
  }

  /// The partitions of a list of the library's; the list stays the library's.
  static func array(_ list: UnsafePointer<rd_kafka_topic_partition_list_t>?) -> [TopicPartition] {
    guard let list, let first = list.pointee.elems else { return [] }
    return UnsafeBufferPointer(start: first, count: Int(list.pointee.cnt)).map(TopicPartition.init)
  }
}
