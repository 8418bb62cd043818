import FailPoints
import Kafka
import Synchronization

/// Batches on their way into the database, one after the other. While one is written the next one is prepared, and the
/// others wait as they were read.
final class WriteQueue<Handler: BatchHandler>: Sendable {
  private struct Item: Sendable {
    let batch: Handler.Batch
    let parts: [BatchPart]
  }

  private struct State {
    var count = 0
    /// Where partitions stand that have moved since somebody asked.
    var moved: [TopicPartition: Int64] = [:]
    var failure: (any Error)?
  }

  let handler: Handler
  private let state = Mutex(State())
  private let input: AsyncStream<Item>.Continuation
  private let work = Mutex<Task<Void, Never>?>(nil)

  init(_ writer: BatchWriter<Handler>) {
    handler = writer.handler
    let (items, input) = AsyncStream.makeStream(of: Item.self)
    self.input = input
    let task = Task { [self] in
      do { try await run(items, writer) } catch { state.withLock { $0.failure = error } }
    }
    work.withLock { $0 = task }
  }

  private func run(_ items: AsyncStream<Item>, _ writer: BatchWriter<Handler>) async throws {
    let (prepared, output) = AsyncStream.makeStream(of: Item.self)
    // One batch is prepared ahead and no more: prepared ones are large.
    let (turns, turn) = AsyncStream.makeStream(of: Void.self)
    turn.yield()
    try await withThrowingTaskGroup { group in
      group.addTask {
        var next = turns.makeAsyncIterator()
        for await item in items {
          guard await next.next() != nil else { return }
          try await writer.handler.prepare(item.batch)
          FailPoint.reach("prepared")
          output.yield(item)
        }
      }
      group.addTask { [self] in
        for await item in prepared {
          turn.yield()
          try await writer.apply(item.batch, item.parts)
          state.withLock { state in
            state.count -= 1
            for part in item.parts { state.moved[part.partition] = part.next }
          }
        }
      }
      try await group.next()
      group.cancelAll()
    }
  }

  /// Batches that are not in the database yet.
  var count: Int { state.withLock { $0.count } }

  /// Puts a batch behind the others.
  func add(_ batch: Handler.Batch, _ parts: [BatchPart]) {
    state.withLock { $0.count += 1 }
    input.yield(Item(batch: batch, parts: parts))
  }

  /// Where partitions stand that have moved since the last call.
  /// - Throws: `Fenced`, `BatchTooLarge`, or what else kept a batch from being applied; then none is any more.
  func takeMoved() throws -> [TopicPartition: Int64] {
    try state.withLock { state in
      if let failure = state.failure { throw failure }
      defer { state.moved = [:] }
      return state.moved
    }
  }

  /// Waits until there are at most `limit` batches.
  /// - Throws: as `takeMoved`.
  func wait(for limit: Int) async throws {
    while true {
      let (count, failure) = state.withLock { ($0.count, $0.failure) }
      if let failure { throw failure }
      if count <= limit { return }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Drops what waits, and waits for the end of the attempt under way. How that ends is nobody's business any more: a
  /// failure that comes of being given up must not end the consumer, and offsets of partitions that are gone are not told.
  func giveUp() async {
    let task = work.withLock { $0 }
    task?.cancel()
    await task?.value
    state.withLock { $0 = State() }
  }
}
