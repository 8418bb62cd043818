import Glibc
public import Kafka

/// Ends the process when a Kafka client has failed for good: nothing it sends will be taken any more, and only a new
/// client, with a new process around it, can go on. Whoever supervises the process starts it again.
public func endIfFatal(_ error: KafkaError, _ log: Log) {
  guard error.isFatal else { return }
  log.error("the Kafka client cannot go on", ["error": "\(error)"])
  exit(1)
}

extension Producer {
  /// Sends records together; ends the process where the client has failed for good.
  /// - Throws: the first error, when all others are settled, too.
  public func sendAll(_ records: [OutgoingRecord], _ log: Log) async throws(KafkaError) {
    for result in await send(records) {
      if case .failure(let error) = result { endIfFatal(error, log) }
      _ = try result.get()
    }
  }
}
