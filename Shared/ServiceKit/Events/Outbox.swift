public import Contracts
public import FoundationEssentials
public import Postgres

extension Transaction {
  /// Publishes an event: it is written to the outbox in this transaction, and the relay sends it after the commit.
  ///
  /// The row of `event_sequence` is locked until the commit, so that the events of one subject get their numbers, and
  /// enter the outbox, in the order in which their transactions commit.
  /// - Parameter topic: another topic than the family's own, for copies such as a ministry's.
  public func publish<Payload: Event>(_ event: Payload, on topic: Topic? = nil, at time: Date) async throws {
    let topic = topic ?? Payload.Family.topic
    let payload = try JSON.encode(event)
    try await execute(
      """
      WITH number AS (
        INSERT INTO event_sequence (topic, subject, last) VALUES (\(topic.name), \(event.subject), 1)
        ON CONFLICT (topic, subject) DO UPDATE SET last = event_sequence.last + 1
        RETURNING last)
      INSERT INTO outbox (event_id, topic, subject, sequence, type, payload, created_at, traceparent)
      SELECT \(UUID()), \(topic.name), \(event.subject), last, \(Payload.type), \(payload), \(time), \(Trace.current)
      FROM number
      """)
  }
}

/// The W3C trace context that came with the request, handed on to the events that follow from it.
enum Trace {
  /// Value of the `traceparent` header; nil when the request came without.
  @TaskLocal static var current: String?
}
