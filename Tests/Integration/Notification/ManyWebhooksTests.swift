import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit
import Synchronization
import Testing

@testable import Notification

@Suite(.timeLimit(.minutes(3))) struct ManyWebhooksTests {
  /// Registers as many webhooks as there are numbers, without the limit of their owners.
  private func register(_ fixture: NotificationFixture, _ numbers: Range<Int>, _ url: String, failing: Bool = false)
    async throws
  {
    try await fixture.database.execute(
      """
      INSERT INTO webhook_endpoint (id, owner, url, events, created_at, failing_since, failures)
      SELECT md5(number::text)::uuid, md5(number::text)::uuid, \(url) || number, '{*}', \(fixture.time.now),
        CASE WHEN \(failing) THEN \(fixture.time.now.addingTimeInterval(-60)) END, CASE WHEN \(failing) THEN 3 ELSE 0 END
      FROM generate_series(\(numbers.lowerBound), \(numbers.upperBound - 1)) AS number
      """)
  }

  @Test func ofTenThousandReceiversTheDeadOnesHoldUpNoneOfTheOthers() async throws {
    try await NotificationFixture.with { fixture in
      let gate = Gate()
      let dead = try TestReceiver { _ in
        await gate.wait()
        return HTTPResponse(status: 200)
      }
      let alive = try TestReceiver { _ in HTTPResponse(status: 204) }
      try await register(fixture, 0..<9_900, alive.url)
      // More than there are places; their identifiers are strewn among those of the others.
      try await register(fixture, 9_900..<10_000, dead.url)
      try await fixture.accept(ProposalID())
      #expect(try await fixture.count("SELECT count(*) AS count FROM webhook_delivery") == 10_000)
      var fixture = fixture
      // No dead receiver gives its place back while the test lasts.
      fixture.deliveries.timeout = 600
      let task = Task { [deliveries = fixture.deliveries] in await deliveries.run(atOnce: 16) }
      try await eventually(seconds: 120) {
        try await fixture.count("SELECT count(*) AS count FROM webhook_delivery WHERE state = 'delivered'") >= 9_900
      }
      #expect(Set(alive.requests.map(\.path)).count == 9_900 && alive.requests.count == 9_900)
      #expect(dead.requests.count <= 100, "one request to each at most")
      #expect(
        try await fixture.count(
          "SELECT count(*) AS count FROM webhook_delivery WHERE state = 'delivered' AND attempts = 1") == 9_900)
      task.cancel()
      await task.value
      gate.open()
      await dead.stop()
      await alive.stop()
    }
  }

  @Test func receiversThatAreKnownToFailHavePlacesOfTheirOwn() async throws {
    try await NotificationFixture.with { fixture in
      try await register(fixture, 0..<2_000, "https://dead.example/", failing: true)
      try await register(fixture, 2_000..<2_050, "https://alive.example/")
      for _ in 0..<3 { try await fixture.accept(ProposalID()) }
      let now = fixture.time.now
      let first = try await fixture.database.claimDeliveries(1_000, of: .healthy, besides: .none, at: now)
      #expect(first.count == 150 && first.allSatisfy { $0.url.hasPrefix("https://alive.") })
      let second = try await fixture.database.claimDeliveries(8, of: .failing, besides: .none, at: now)
      #expect(second.count == 8 && Set(second.map(\.webhook)).count == 8, "one at a time for each")
      #expect(second.allSatisfy { $0.url.hasPrefix("https://dead.") })
    }
  }

  @Test func aLongQueueOfOneReceiverHidesNoOther() async throws {
    try await NotificationFixture.with { fixture in
      try await register(fixture, 0..<1, "https://busy.example/")
      for _ in 0..<400 { try await fixture.accept(ProposalID()) }
      try await register(fixture, 1..<20, "https://other.example/")
      fixture.time.advance(1)
      try await fixture.accept(ProposalID())
      let claimed = try await fixture.database.claimDeliveries(32, of: .healthy, besides: .none, at: fixture.time.now)
      #expect(claimed.filter { $0.url.hasPrefix("https://busy.") }.count == DeliveryClass.healthy.lane)
      #expect(Set(claimed.map(\.webhook)).count == 20)
      #expect(claimed.count == 19 + DeliveryClass.healthy.lane)
    }
  }
}

/// Keeps everybody waiting until it is opened.
private final class Gate: Sendable {
  private let isOpen = Mutex(false)

  func open() { isOpen.withLock { $0 = true } }

  func wait() async {
    while !isOpen.withLock({ $0 }) {
      do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
    }
  }
}
