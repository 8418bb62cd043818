import FoundationEssentials
import ServiceKit
import Synchronization
import Testing

@testable import Notification

@Suite(.timeLimit(.minutes(1))) struct SenderTests {
  /// A queue that remembers what it was asked with.
  private final class Queue: Sendable {
    private let asked = Mutex<[(limit: Int, underWay: ReceiversUnderWay)]>([])
    private let items: Mutex<[UUID]>

    init(_ items: [UUID]) { self.items = Mutex(items) }

    func claim(_ limit: Int, _ underWay: ReceiversUnderWay) -> [UUID] {
      asked.withLock { $0.append((limit, underWay)) }
      return items.withLock { items in
        let taken = Array(items.prefix(limit))
        items.removeFirst(taken.count)
        return taken
      }
    }

    func wasAsked(_ matches: (Int, ReceiversUnderWay) -> Bool) -> Bool {
      asked.withLock { $0.contains { matches($0.limit, $0.underWay) } }
    }
  }

  @Test func aReceiverThatHangsGivesItsPlaceBackAndIsNamed() async throws {
    let (hanging, quick) = (UUID(), UUID())
    let queue = Queue([hanging, hanging, quick])
    let answered = Mutex<[UUID]>([])
    let sender = Sender<UUID>(
      atOnce: 2, atMost: 8, log: Log(service: "test", minimum: .error), claim: { queue.claim($0, $1) },
      receiver: { $0 },
      send: { item in
        if item == hanging { try? await Task.sleep(for: .seconds(600)) }
        answered.withLock { $0.append(item) }
      }, patience: .milliseconds(50))
    let task = Task { await sender.run() }
    // Both places are the hanging one's; the quick one comes because they are given back.
    while answered.withLock({ !$0.contains(quick) }) { try await Task.sleep(for: .milliseconds(5)) }
    while !queue.wasAsked({ $1 == ReceiversUnderWay(counts: [hanging: 2], hanging: [hanging]) && $0 == 2 }) {
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(!queue.wasAsked { $1.hanging.contains(quick) })
    task.cancel()
    await task.value
  }
}
