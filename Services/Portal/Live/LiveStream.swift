/// The bytes of one client's stream: a retry time, the state at once, then what changes, and heartbeats.
struct LiveStream: AsyncSequence, Sendable {
  typealias Element = [UInt8]
  typealias Failure = Never

  let updates: Hub.Updates
  /// Milliseconds.
  let retry: Int

  struct AsyncIterator: AsyncIteratorProtocol {
    var updates: Hub.Updates.Iterator
    var opening: [UInt8]?
    var sent: Snapshot?

    mutating func next() async -> [UInt8]? { await next(isolation: #isolation) }

    mutating func next(isolation actor: isolated (any Actor)?) async -> [UInt8]? {
      if let opening {
        self.opening = nil
        return opening
      }
      while let update = await updates.next(isolation: actor) {
        // Two sources feed a stream (the reader at its start, the hub): it never goes back.
        if let sent, update.revision < sent.revision { continue }
        let changes = ServerSentEvents.changes(from: sent, to: update)
        sent = update
        return changes.isEmpty ? ServerSentEvents.heartbeat : changes
      }
      return nil
    }
  }

  func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(updates: updates.makeAsyncIterator(), opening: ServerSentEvents.retry(retry))
  }
}
