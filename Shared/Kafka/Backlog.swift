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

  /// Records from one look at the queue to the next.
  static let step = 512

  private let user: String
  private let password: String
  private var seen = 0
  private var level = Level()

  /// - Parameter properties: of the consumer.
  init(_ properties: [String: String]) {
    user = properties["sasl.username"] ?? ""
    password = properties["sasl.password"] ?? ""
  }

  /// Called for each record; looks now and then how long the queue is, and has more fetched if it was full and is not
  /// any more.
  mutating func took(from queue: KafkaHandle, of handle: KafkaHandle) {
    seen &+= 1
    if seen % Self.step != 0 || Self.isToldByProperty { return }
    guard level.falls(to: Int(rd_kafka_queue_length(queue.pointer))) else { return }
    // Telling it what it knows has no effect but one: it wakes all its threads.
    if let refused = rd_kafka_sasl_set_credentials(handle.pointer, user, password) { rd_kafka_error_destroy(refused) }
  }

  /// Notices that a queue was perhaps at its limit and is below it again.
  struct Level {
    private var wasFull = false

    /// - Parameter length: of the queue, at every step.
    mutating func falls(to length: Int) -> Bool {
      // A queue that was at the limit since the last look is shorter now by what was taken meanwhile.
      let isFull = length >= Int(Backlog.limit) - 2 * Backlog.step
      defer { wasFull = isFull }
      return wasFull && !isFull
    }
  }
}
