import Contracts
import FailPoints
import FoundationEssentials
import Kafka
import Postgres
import Synchronization

/// Sends what stands in the outbox to Kafka: each subject's events in order, acknowledged before they are deleted.
///
/// One relay a schema is at work, held by an advisory lock on the very connection that reads and deletes. A crash
/// between acknowledgement and deletion sends again: delivery is at least once, with the same `ce_id`.
struct OutboxRelay: Sendable {
  let schema: String
  let database: Database
  let producer: Producer
  let log: Log
  let sent: Counter
  let pause: Duration

  func run() async {
    while !Task.isCancelled {
      do {
        try await database.withConnection { connection in
          try await Leadership.hold("outbox relay of \(schema)", on: connection)
          while !Task.isCancelled {
            if try await relay(on: connection) == 0 { try await Task.sleep(for: pause) }
          }
        }
      } catch _ where Task.isCancelled { return } catch {
        log.warning("outbox relay interrupted", ["error": "\(error)"])
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }

  /// Sends one batch. Returns the number of records that were sent and deleted.
  private func relay(on connection: PostgresConnection) async throws -> Int {
    // One event a subject: none is on its way while an earlier one may have to be sent again.
    let rows = try await connection.query(
      """
      SELECT id, event_id, topic, subject, sequence, type, payload, created_at, traceparent
      FROM (SELECT DISTINCT ON (topic, subject) * FROM (SELECT * FROM outbox ORDER BY id LIMIT 2000) AS oldest
        ORDER BY topic, subject, id) AS first
      ORDER BY id LIMIT 500
      """)
    guard !rows.isEmpty else { return 0 }
    let results = await producer.send(try rows.map(record(of:)))
    FailPoint.reach("sent")
    var done: [Int64] = []
    for (row, result) in zip(rows, results) {
      switch result {
      case .success: done.append(try row["id"])
      case .failure(let error):
        endIfFatal(error, log)
        log.warning("event not sent, trying again", ["error": "\(error)"])
      }
    }
    if !done.isEmpty { try await connection.execute("DELETE FROM outbox WHERE id = ANY(\(done))") }
    FailPoint.reach("deleted")
    sent.add(done.count)
    if done.count < rows.count { try await Task.sleep(for: .seconds(1)) }
    return done.count
  }

  private func record(of row: Row) throws -> OutgoingRecord {
    CloudEvent.record(
      id: try row["event_id"], source: schema, topic: try row["topic"], type: try row["type"],
      subject: try row["subject"], sequence: try row["sequence"], time: try row["created_at"],
      payload: try row["payload"], trace: try row["traceparent"])
  }
}
