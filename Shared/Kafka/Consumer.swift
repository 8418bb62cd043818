import CLibrdkafka
import Glibc
import Synchronization
import Threading

/// Reads topics as a member of a group, or partitions that the caller names.
///
/// Where to begin is the caller's affair: a rebalance arrives as an event, the caller looks its offsets up and answers
/// with `assign` or `unassign`. Until then the group waits, so answer within the maximum poll interval. The actor has a
/// thread of its own, on which `next` waits.
public actor Consumer {
  /// What a wait brings; `Records` is what stands for the records.
  public enum Event<Records: Sendable>: Sendable {
    /// Records in the order of their partitions.
    case records(Records)
    /// These partitions fall to this member (all that it has from now on); answer with `assign`.
    case assigned([TopicPartition])
    /// These partitions go to others; answer with `unassign`. If `lost`, another may have them already.
    case revoked([TopicPartition], lost: Bool)
    /// An error, of a partition where it concerns one. The consumer goes on by itself if the error is retriable.
    case failed(KafkaError, TopicPartition?)
    /// Nothing came in time.
    case idle

    fileprivate func map<Other>(_ transform: (Records) -> Other) -> Event<Other> {
      switch self {
      case .records(let records): .records(transform(records))
      case .assigned(let partitions): .assigned(partitions)
      case .revoked(let partitions, let lost): .revoked(partitions, lost: lost)
      case .failed(let error, let partition): .failed(error, partition)
      case .idle: .idle
      }
    }
  }

  /// Stands for the first offset of a partition in `assign`.
  public static let beginning = Int64(RD_KAFKA_OFFSET_BEGINNING)
  /// Stands for the end of a partition in `assign`.
  public static let end = Int64(RD_KAFKA_OFFSET_END)

  /// How long one wait in the library may last, so that closing and cancelling are noticed.
  private static let slice: Int64 = 100

  private let executor: ThreadExecutor
  private let handle: KafkaHandle
  private let queue: KafkaHandle
  private let closing = Atomic<Bool>(false)
  @exclusivity(unchecked) private var backlog: Backlog
  private var closed = false
  /// What ended a batch early and is owed to the next call.
  private var pending: Result<Event<Never>, KafkaError>?
  /// Whether the group waits for the answer to a rebalance.
  private var rebalancing = false

  /// The actor's own thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Makes a consumer; brokers need not be reachable yet.
  /// - Parameters:
  ///   - sessionTimeout: milliseconds without a heartbeat after which the group gives this member up.
  ///   - maximumPollInterval: milliseconds without a call of `next` after which this member leaves the group.
  ///   - properties: properties of librdkafka for this consumer, such as `queued.min.messages`.
  public init(
    _ configuration: KafkaConfiguration, group: String, sessionTimeout: Int = 6_000, maximumPollInterval: Int = 60_000,
    properties: [String: String] = [:]
  ) throws(KafkaError) {
    var configuration = configuration
    configuration.properties.merge(properties) { $1 }
    let handle = try configuration.makeHandle(
      RD_KAFKA_CONSUMER,
      tuning: [
        "queued.min.messages": String(Backlog.limit),
        "queued.max.messages.kbytes": "16384",
        "fetch.max.bytes": "1048576",
        "fetch.wait.max.ms": "100",
        "heartbeat.interval.ms": String(max(1, sessionTimeout / 3)),
      ].merging(Backlog.properties) { $1 },
      fixed: [
        "group.id": group,
        "session.timeout.ms": String(sessionTimeout),
        "max.poll.interval.ms": String(max(maximumPollInterval, sessionTimeout)),
        "enable.auto.commit": "false",
        "enable.auto.offset.store": "false",
        "enable.partition.eof": "false",
        "auto.offset.reset": "error",
        "partition.assignment.strategy": "range",  // eager: `assign` and `unassign` replace the whole assignment
      ]
    ) { conf in
      rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR)
    }
    rd_kafka_poll_set_consumer(handle.pointer)
    guard let queue = rd_kafka_queue_get_consumer(handle.pointer) else {
      rd_kafka_destroy(handle.pointer)
      throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_GROUP)
    }
    self.handle = handle
    self.queue = KafkaHandle(pointer: queue)
    backlog = Backlog(configuration.properties)
    executor = ThreadExecutor(name: "kafka-consumer")
  }

  deinit {
    executor.stop()
    if closed { return }
    // Forgotten, not closed: the group notices by the session time-out. Destroying may block, so not on this thread.
    let (handle, queue) = (handle, queue)
    startThread(name: "kafka-destroy") {
      rd_kafka_queue_destroy(queue.pointer)
      rd_kafka_destroy_flags(handle.pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }
  }

  /// Joins the group for these topics; partitions arrive as `assigned` events.
  public func subscribe(_ topics: [String]) throws(KafkaError) {
    try checkOpen()
    let partitions = Dictionary(
      topics.map { (TopicPartition(topic: $0, partition: RD_KAFKA_PARTITION_UA), 0 as Int64) }
    ) { $1 }
    try KafkaError.check(withPartitionList(partitions) { rd_kafka_subscribe(handle.pointer, $0) })
  }

  /// Reads these partitions, and no others, from these offsets on. Also the answer to `assigned`.
  ///
  /// An offset that is not in the log comes back as a `failed` event with `offsetOutOfRange`.
  public func assign(_ offsets: [TopicPartition: Int64]) throws(KafkaError) {
    try checkOpen()
    try KafkaError.check(withPartitionList(offsets) { rd_kafka_assign(handle.pointer, $0) })
    rebalancing = false
  }

  /// Reads nothing any more. The answer to `revoked`.
  public func unassign() throws(KafkaError) {
    try checkOpen()
    try KafkaError.check(rd_kafka_assign(handle.pointer, nil))
    rebalancing = false
  }

  /// Waits for what comes next.
  ///
  /// Returns records as soon as there are `maximum` of them or `wait` milliseconds have passed since the first; `idle`
  /// when none has come within `wait` milliseconds. A rebalance or an error ends a batch: the records before it are
  /// returned, and it by the next call. A cancelled task, or a consumer being closed, gets what there is.
  ///
  /// Throws when the consumer is closed or can no longer be used.
  public func next(maximum: Int, wait: Int) async throws(KafkaError) -> Event<[Record]> {
    let list = RecordList()
    return try await collect(into: list, maximum: maximum, wait: wait).map { _ in list.records }
  }

  /// As `next`, but the records are handed to `collector` one by one while they are in the library's memory, on the
  /// consumer's thread: nothing is copied that the collector does not copy.
  /// - Returns: how many records there were, or the event.
  public func collect(into collector: some RecordCollector, maximum: Int, wait: Int) async throws(KafkaError)
    -> Event<Int>
  {
    try checkOpen()
    var count = 0
    var deadline = now() + Int64(wait)
    while pending == nil, count < maximum, let event = poll(until: deadline) {
      defer { rd_kafka_event_destroy(event) }
      if rd_kafka_event_type(event) == RD_KAFKA_EVENT_FETCH {
        if count == 0 { deadline = now() + Int64(wait) }
        pending = hand(event, to: collector, &count)
      } else {
        pending = read(event)
      }
    }
    if count > 0 { return .records(count) }
    defer { pending = nil }
    return try pending?.get().widened() ?? .idle
  }

  /// Hands the event's records over; an error among them is returned and ends the batch.
  private func hand(_ event: OpaquePointer, to collector: some RecordCollector, _ count: inout Int)
    -> Result<Event<Never>, KafkaError>?
  {
    while let message = rd_kafka_event_message_next(event) {
      let record = RecordView(message: message)
      guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
        return .success(.failed(KafkaError(message.pointee.err), record.topicPartition))
      }
      collector.collect(record)
      count += 1
      backlog.took(from: queue, of: handle)
    }
    return nil
  }

  /// Tells Kafka how far this group has come, for tools that show its lag; nothing here reads it back.
  ///
  /// Does not wait, and errors of the broker are ignored.
  public func commit(_ offsets: [TopicPartition: Int64]) throws(KafkaError) {
    try checkOpen()
    if offsets.isEmpty { return }
    try KafkaError.check(withPartitionList(offsets) { rd_kafka_commit(handle.pointer, $0, 1) })
  }

  /// Leaves the group and frees everything; a `next` that waits returns. May be called more than once.
  public nonisolated func close() async {
    closing.store(true, ordering: .relaxed)
    await leave()
  }

  private func checkOpen() throws(KafkaError) {
    if closed || closing.load(ordering: .relaxed) { throw .closed }
  }

  /// The next event of the library's; the caller destroys it. What waits in memory is taken even when the time is over,
  /// and without asking the clock.
  private func poll(until deadline: Int64) -> OpaquePointer? {
    if let event = rd_kafka_queue_poll(queue.pointer, 0) { return event }
    while !closing.load(ordering: .relaxed), !Task.isCancelled {
      let left = deadline - now()
      if left <= 0 { break }
      if let event = rd_kafka_queue_poll(queue.pointer, Int32(min(left, Self.slice))) { return event }
    }
    return nil
  }

  private func read(_ event: OpaquePointer) -> Result<Event<Never>, KafkaError>? {
    let code = rd_kafka_event_error(event)
    switch rd_kafka_event_type(event) {
    case RD_KAFKA_EVENT_REBALANCE:
      rebalancing = true
      let partitions = TopicPartition.array(rd_kafka_event_topic_partition_list(event))
      if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS { return .success(.assigned(partitions)) }
      return .success(.revoked(partitions, lost: rd_kafka_assignment_lost(handle.pointer) != 0))
    case RD_KAFKA_EVENT_ERROR:
      let reason = rd_kafka_event_error_string(event).map { String(cString: $0) }
      if code == RD_KAFKA_RESP_ERR__FATAL {
        let cause = failureText { rd_kafka_fatal_error(handle.pointer, $0, $1) == RD_KAFKA_RESP_ERR_NO_ERROR }
        return .failure(KafkaError(code, reason: cause ?? reason))
      }
      let place = rd_kafka_event_topic_partition(event)
      defer { if let place { rd_kafka_topic_partition_destroy(place) } }
      return .success(.failed(KafkaError(code, reason: reason), place.map { TopicPartition($0.pointee) }))
    default:
      return nil
    }
  }

  /// Closes on the actor's thread. Leaving revokes what is assigned and the library waits for the answer, which nobody
  /// else gives any more.
  private func leave() {
    if closed { return }
    closed = true
    pending = nil
    if rebalancing { rd_kafka_assign(handle.pointer, nil) }
    // A queue of its own: the library forwards the consumer's queue to it, and that one cannot go to itself.
    let farewell = rd_kafka_queue_new(handle.pointer)
    let refused = rd_kafka_consumer_close_queue(handle.pointer, farewell)
    if let refused { rd_kafka_error_destroy(refused) }
    let deadline = refused == nil ? now() + 10_000 : 0
    while rd_kafka_consumer_closed(handle.pointer) == 0, now() < deadline {
      guard let event = rd_kafka_queue_poll(farewell, 10) else { continue }
      if rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE { rd_kafka_assign(handle.pointer, nil) }
      rd_kafka_event_destroy(event)
    }
    rd_kafka_queue_destroy(farewell)
    rd_kafka_queue_destroy(queue.pointer)
    rd_kafka_destroy_flags(handle.pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
  }
}

extension Consumer.Event where Records == Never {
  /// The same event where there might have been records.
  fileprivate func widened<Other>() -> Consumer.Event<Other> {
    switch self {
    case .assigned(let partitions): .assigned(partitions)
    case .revoked(let partitions, let lost): .revoked(partitions, lost: lost)
    case .failed(let error, let partition): .failed(error, partition)
    case .idle: .idle
    }
  }
}

/// Milliseconds of the monotonic clock.
private func now() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
