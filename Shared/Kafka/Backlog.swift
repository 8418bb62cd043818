import CLibrdkafka

/// Keeps the library's queue of read records short without letting it run dry.
///
/// The library stops fetching when `queued.min.messages` records wait. Since 2.2.0 `fetch.queue.backoff.ms` says when it
/// looks again whether there is room. Before, its thread sleeps for a second then, unless it gets something to do, and a
/// queue that lasts for a second would take 500 bytes a record: so it is given something to do.
struct Backlog {
  /// Records in the queue from which on nothing is fetched.
  static let limit: Int32 = 20_000

  /// What the library must be told, by its version.
  static var properties: [String: String] {
    [isToldByProperty ? "fetch.queue.backoff.ms" : "fetch.error.backoff.ms": "5"]
  }

  private static let isToldByProperty = rd_kafka_version() >= 0x0202_0000

  private var seen = 0
  private var wasFull = false

  /// Called for each record; looks now and then how long the queue is, and has more fetched if it was full and is half
  /// empty.
  mutating func took(_ record: borrowing RecordView, from queue: KafkaHandle, of handle: KafkaHandle) {
    seen &+= 1
    if seen & 1023 != 0 || Self.isToldByProperty { return }
    let length = rd_kafka_queue_length(queue.pointer)
    if length >= Self.limit {
      wasFull = true
    } else if wasFull, length < Self.limit / 2 {
      wasFull = false
      let place = record.topicPartition
      var (low, high): (Int64, Int64) = (0, 0)
      // Any request to the partition's broker would do; the answer is of no interest.
      rd_kafka_query_watermark_offsets(handle.pointer, place.topic, place.partition, &low, &high, 100)
    }
  }
}
