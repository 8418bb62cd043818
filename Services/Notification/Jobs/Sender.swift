import FoundationEssentials
import ServiceKit
import Synchronization

/// Takes what is due from a queue and sends it, many at once, until the task is cancelled.
///
/// The database is not held while something is sent: rows are claimed, sent and settled. Several processes share the
/// work; what one of them held when it died is sent again after its claim expires, so delivery is at least once.
struct Sender<Item: Sendable>: Sendable {
  /// How many are sent at once in this process.
  let atOnce: Int
  let log: Log
  /// Takes up to so many; `busy` says how many each receiver has under way.
  let claim: @Sendable (_ limit: Int, _ busy: [UUID: Int]) async throws -> [Item]
  let receiver: @Sendable (Item) -> UUID
  /// Sends one and settles it.
  let send: @Sendable (Item) async -> Void

  private static var pause: Duration { .milliseconds(200) }
  /// After a full haul there is most likely more.
  private static var shortPause: Duration { .milliseconds(10) }

  func run() async {
    let underWay = UnderWay()
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        let free = atOnce - underWay.count
        var isFull = free <= 0
        if free > 0 {
          do {
            let items = try await claim(free, underWay.byReceiver)
            isFull = items.count == free
            for item in items {
              let receiver = receiver(item)
              underWay.begin(receiver)
              group.addTask {
                await send(item)
                underWay.end(receiver)
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

/// What is being sent, by receiver.
private final class UnderWay: Sendable {
  private let counts = Mutex<[UUID: Int]>([:])

  var byReceiver: [UUID: Int] { counts.withLock { $0 } }
  var count: Int { counts.withLock { $0.values.reduce(0, +) } }

  func begin(_ receiver: UUID) { counts.withLock { $0[receiver, default: 0] += 1 } }

  func end(_ receiver: UUID) {
    counts.withLock { counts in
      let left = (counts[receiver] ?? 1) - 1
      counts[receiver] = left > 0 ? left : nil
    }
  }
}

/// Runs `body` to its end although the task is cancelled: what was sent must still be written down.
func shielded(_ body: @escaping @Sendable () async throws -> Void) async throws {
  try await Task { try await body() }.value
}
