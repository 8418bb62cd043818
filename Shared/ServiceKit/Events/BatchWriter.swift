import FailPoints
import Kafka
import Postgres

/// A batch for which the server's statement time-out is too short: a smaller one may fit.
struct BatchTooLarge: Error {}

/// Applies batches, each in one transaction with the offsets that it moves.
struct BatchWriter<Handler: BatchHandler>: Sendable {
  let handler: Handler
  let system: LedgerSystem
  /// Topics in which offsets may be missing.
  let compacted: Set<String>

  /// Waits out a database that is away; an unknown commit is settled by reading the offset.
  /// - Throws: `Fenced`, `BatchTooLarge`, or what else kept the batch from being applied.
  func apply(_ batch: Handler.Batch, _ parts: [BatchPart]) async throws {
    while true {
      do {
        try await commit(batch, parts)
        break
      } catch is PostgresCommitUnknown {
        system.log.warning("commit unknown, reading the offset")
        if try await isCommitted(parts) { break }
      } catch let error as PostgresError where error.isStatementTimeout {
        system.log.warning("batch takes too long", ["error": "\(error)"])
        throw BatchTooLarge()
      } catch let error as PostgresError where error.isConnectionLost || error.isRetriable {
        try Task.checkCancellation()
        system.log.warning("database away, batch waits", ["error": "\(error)"])
        system.health.report("database for the consumer", fault: "is away")
        try await Task.sleep(for: .milliseconds(500))
      }
    }
    FailPoint.reach("committed")
    system.health.report("database for the consumer", fault: nil)
    await handler.applied(batch)
  }

  /// Whether the batch is in the database after all.
  /// - Throws: `Fenced` if somebody else has moved its partitions since.
  private func isCommitted(_ parts: [BatchPart]) async throws -> Bool {
    guard let part = parts.first else { return true }
    while true {
      do {
        switch try await system.ledger.nextOffset(of: part.partition) {
        case part.next: return true
        case part.due: return false
        default: throw Fenced()
        }
      } catch let error as PostgresError where error.isConnectionLost {
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }

  private func commit(_ batch: Handler.Batch, _ parts: [BatchPart]) async throws {
    try await system.database.transaction { transaction in
      FailPoint.reach("begun")
      try await transaction.fence(parts)
      FailPoint.reach("fenced")
      let results = try await handler.apply(batch, in: transaction)
      try await transaction.advance(parts, results, unmarked: compacted, now: system.clock.now)
      FailPoint.reach("advanced")
    }
  }
}
