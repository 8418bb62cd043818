import FoundationEssentials
import ServiceKit
import Synchronization

/// Takes what is due from a queue and sends it, many at once, until the task is cancelled.
///
/// The database is not held while something is sent: rows are claimed, sent and settled. Several processes share the
/// work; what one of them held when it died is sent again after its claim expires, so delivery is at least once.
struct Sender<Item: Sendable>: Sendable {
  /// How many are sent at once in this process. Those that take longer than `patience` do not count any more: a receiver
  /// that does not answer costs an open connection, but not the place of one that does.
  let atOnce: Int
  /// How many are under way in this process, the slow ones included.
  let atMost: Int
  let log: Log
  /// Takes up to so many.
  let claim: @Sendable (_ limit: Int, _ underWay: ReceiversUnderWay) async throws -> [Item]
  let receiver: @Sendable (Item) -> UUID
  /// Sends one and settles it.
  let send: @Sendable (Item) async -> Void
  var patience = Duration.seconds(2)

  private static var pause: Duration { .milliseconds(200) }
  /// After a full haul there is most likely more.
  private static var shortPause: Duration { .milliseconds(10) }

  func run() async {
    let underWay = UnderWay()
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        let free = min(atOnce - underWay.count(within: patience), atMost - underWay.count)
        var isFull = free <= 0
        if free > 0 {
          do {
            let items = try await claim(free, underWay.byReceiver(patience))
            isFull = items.count == free
            for item in items {
              let receiver = receiver(item)
              let number = underWay.begin(receiver)
              group.addTask {
                await send(item)
                underWay.end(number)
              }
            }
          } catch _ where Task.isCancelled { return } catch {
            log.warning("queue not read", ["error": "\(error)"])
            try? await Task.sleep(for: .seconds(1))
          }
        }
        try? await Task.sleep(for: isFull ? Self.shortPause : Self.pause)
      }
    }
  }
}

/// What the receivers have under way in this process.
struct ReceiversUnderWay: Sendable, Equatable {
  /// How many each has.
  var counts: [UUID: Int] = [:]
  /// Those that have not answered something for longer than a sender's patience: whatever else they got would hang too.
  var hanging: Set<UUID> = []

  static let none = ReceiversUnderWay()
}

/// What is being sent, and since when.
private final class UnderWay: Sendable {
  private struct State {
    var items: [Int: (receiver: UUID, since: ContinuousClock.Instant)] = [:]
    var last = 0
  }
  private let state = Mutex(State())

  func byReceiver(_ patience: Duration) -> ReceiversUnderWay {
    let limit = ContinuousClock.now - patience
    return state.withLock { state in
      state.items.values.reduce(into: .none) { receivers, item in
        receivers.counts[item.receiver, default: 0] += 1
        if item.since <= limit { receivers.hanging.insert(item.receiver) }
      }
    }
  }
  var count: Int { state.withLock { $0.items.count } }

  /// How many began less than `time` ago.
  func count(within time: Duration) -> Int {
    let limit = ContinuousClock.now - time
    return state.withLock { state in state.items.values.count { $0.since > limit } }
  }

  /// - Returns: what `end` is to be told.
  func begin(_ receiver: UUID) -> Int {
    state.withLock { state in
      state.last += 1
      state.items[state.last] = (receiver, .now)
      return state.last
    }
  }

  func end(_ number: Int) { state.withLock { $0.items[number] = nil } }
}

/// Runs `body` to its end although the task is cancelled: what was sent must still be written down.
func shielded(_ body: @escaping @Sendable () async throws -> Void) async throws {
  try await Task { try await body() }.value
}
