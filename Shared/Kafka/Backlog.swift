import CLibrdkafka

/// Keeps the library's queue of read records short without letting it run dry.
///
/// The library stops fetching when `queued.min.messages` records wait. Since 2.2.0 `fetch.queue.backoff.ms` says when it
/// looks again whether there is room. Before, its threads sleep for a second then, unless something wakes them, and a
/// queue that lasts for a second would take 500 bytes a record: so they are woken.
struct Backlog {
  /// Records in the queue from which on nothing is fetched.
  static let limit: Int32 = 16_000

  /// What the library must be told, by its version.
  static var properties: [String: String] {
    [isToldByProperty ? "fetch.queue.backoff.ms" : "fetch.error.backoff.ms": "5"]
  }

  private static let isToldByProperty = rd_kafka_version() >= 0x0202_0000

  private let user: String
  private let password: String
  private var seen = 0
  private var wasFull = false

  /// - Parameter properties: of the consumer.
  init(_ properties: [String: String]) {
    user = properties["sasl.username"] ?? ""
    password = properties["sasl.password"] ?? ""
  }

  /// Called for each record; looks now and then how long the queue is, and has more fetched if it was full and is not
  /// any more.
  mutating func took(from queue: KafkaHandle, of handle: KafkaHandle) {
    seen &+= 1
    if seen & 511 != 0 || Self.isToldByProperty { return }
    let length = rd_kafka_queue_length(queue.pointer)
    if length >= Self.limit {
      wasFull = true
    } else if wasFull {
      wasFull = false
      // Telling it what it knows has no effect but one: it wakes all its threads.
      if let refused = rd_kafka_sasl_set_credentials(handle.pointer, user, password) { rd_kafka_error_destroy(refused) }
    }
  }
}
