import Contracts
import FoundationEssentials
import Testing

@testable import Portal

@Suite struct PortalLiveTests {
  private let task = SampleTask()

  private func snapshot(_ revision: Int64, yes: Int64) -> Snapshot {
    Snapshot(task.facts([task.step(.open, 1), task.count(revision, yes: yes)]), revision: revision)
  }

  private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

  @Test func aStreamBeginsWithTheStateAndGoesOnWithChanges() async throws {
    let hub = Hub(limit: 10)
    let first = try #require(hub.subscribe(to: task.id))
    #expect(!first.isCurrent)
    var pieces = LiveStream(updates: first.updates, retry: 2_500).makeAsyncIterator()
    #expect(text(await pieces.next()) == "retry: 2500\n\n")
    hub.publish(snapshot(1, yes: 10))
    let opening = text(await pieces.next())
    #expect(
      opening.hasPrefix(
        "event: state\nid: 1\ndata: {\"state\":\"open\",\"vote\":\"open\"}\n\nevent: tally\nid: 1\ndata: {"))
    #expect(opening.hasSuffix("\"no\":1,\"version\":1,\"yes\":10}\n\n"))
    hub.publish(snapshot(2, yes: 11))
    let change = text(await pieces.next())
    #expect(change.hasPrefix("event: tally\nid: 2\n") && !change.contains("event: state"))
  }

  @Test func theEndOfTheVoteIsToldAlsoOfATaskThatStaysReferred() {
    let steps = [task.step(.schedule, 1), task.step(.open, 10), task.step(.crossBar, 30)]
    let old = Snapshot(task.facts(steps), revision: 1)
    let new = Snapshot(task.facts(steps + [task.step(.close, 90)]), revision: 2)
    let change = text(ServerSentEvents.changes(from: old, to: new))
    #expect(change.hasPrefix("event: state\nid: 0\ndata: {\"state\":\"referred\",\"vote\":\"closed\"}"))
    #expect(ServerSentEvents.changes(from: new, to: new).isEmpty)
  }

  @Test func aLaterSubscriberGetsTheLatestAtOnce() async throws {
    let hub = Hub(limit: 10)
    let first = try #require(hub.subscribe(to: task.id))
    hub.publish(snapshot(3, yes: 10))
    let second = try #require(hub.subscribe(to: task.id))
    #expect(second.isCurrent)
    var updates = second.updates.makeAsyncIterator()
    #expect(await updates.next() == snapshot(3, yes: 10))
    withExtendedLifetime(first) {}
  }

  @Test func aStreamNeverGoesBackAndASlowOneSkipsToTheNewest() async throws {
    let hub = Hub(limit: 10)
    let (updates, _) = try #require(hub.subscribe(to: task.id))
    for revision in [1, 2, 5, 3, 4] as [Int64] { hub.publish(snapshot(revision, yes: revision)) }
    var iterator = updates.makeAsyncIterator()
    #expect(await iterator.next()?.revision == 5)
  }

  @Test func whatWasSentAlreadyBecomesAHeartbeat() async throws {
    let hub = Hub(limit: 10)
    let (updates, _) = try #require(hub.subscribe(to: task.id))
    var pieces = LiveStream(updates: updates, retry: 1).makeAsyncIterator()
    _ = await pieces.next()
    hub.publish(snapshot(1, yes: 10))
    _ = await pieces.next()
    for turn in 0..<15 { hub.beat(turn: turn, of: 15) }
    #expect(text(await pieces.next()) == ": heartbeat\n\n")
  }

  @Test func tooManyStreamsAreRefusedAndOneThatLeavesMakesRoom() async throws {
    let hub = Hub(limit: 1)
    var first = hub.subscribe(to: task.id)
    #expect(first != nil)
    #expect(hub.subscribe(to: task.id) == nil)
    #expect(hub.count == 1)
    first = nil
    #expect(hub.count == 0)
    #expect(hub.subscribe(to: task.id) != nil)
  }

  @Test func aCancelledReaderEndsItsStream() async throws {
    let hub = Hub(limit: 1)
    let (updates, _) = try #require(hub.subscribe(to: task.id))
    let reader = Task {
      for await _ in LiveStream(updates: updates, retry: 1) {}
    }
    reader.cancel()
    await reader.value
    #expect(hub.count == 0)
  }
}
