import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit
import Testing

@testable import Notification

/// Which receivers count as failing, and which get nothing.
@Suite struct ReceiverHealthTests {
  private func failures(_ fixture: NotificationFixture, _ count: Int, since seconds: Double?) async throws {
    try await fixture.database.execute(
      """
      UPDATE webhook_endpoint
      SET failures = \(count), failing_since = \(seconds.map { fixture.time.now.addingTimeInterval(-$0) })
      """)
  }

  private func claim(_ fixture: NotificationFixture, _ group: DeliveryClass) async throws -> [ClaimedDelivery] {
    try await fixture.database.claimDeliveries(32, of: group, besides: .none, at: fixture.time.now)
  }

  @Test(arguments: [(0, nil), (1, 3_600), (2, 3_600), (3, 29), (3, 30), (9, 86_400)] as [(Int, Double?)])
  func theDatabaseFollowsTheRule(count: Int, seconds: Double?) async throws {
    try await NotificationFixture.with { fixture in
      _ = try await fixture.register("https://example.org/")
      try await fixture.accept(ProposalID())
      try await failures(fixture, count, since: seconds)
      let since = seconds.map { fixture.time.now.addingTimeInterval(-$0) }
      let isFailing = FailingReceiver.isFailing(failures: count, since: since, at: fixture.time.now)
      #expect(try await claim(fixture, isFailing ? .healthy : .failing).isEmpty)
      #expect(try await claim(fixture, isFailing ? .failing : .healthy).count == 1)
    }
  }

  @Test func oneFailedAttemptLeavesAReceiverAmongTheHealthy() async throws {
    try await NotificationFixture.with { fixture in
      let webhook = try await fixture.register("https://example.org/")
      for expected in 1...3 {
        try await fixture.database.transaction { try await $0.noteFailure(of: webhook.id, at: fixture.time.now) }
        #expect(try await fixture.count("SELECT failures AS count FROM webhook_endpoint") == expected)
      }
      try await fixture.accept(ProposalID())
      #expect(try await claim(fixture, .failing).isEmpty, "all within a moment")
      #expect(try await claim(fixture, .healthy).count == 1)
    }
  }

  @Test func nothingIsSentWhileTheWebhookIsDisabled() async throws {
    try await NotificationFixture.with { fixture in
      _ = try await fixture.register("https://example.org/")
      try await fixture.accept(ProposalID())
      // It was queued by a transaction that saw the webhook enabled.
      try await fixture.database.execute(
        "UPDATE webhook_endpoint SET disabled_at = \(fixture.time.now), disabled_reason = 'owner'")
      for (count, seconds) in [(0, nil), (9, 86_400)] as [(Int, Double?)] {
        try await failures(fixture, count, since: seconds)
        #expect(try await claim(fixture, .healthy).isEmpty)
        #expect(try await claim(fixture, .failing).isEmpty)
      }
    }
  }

  @Test func aSuccessCountsAlsoWhenItWasClaimedWhileTheReceiverWasWell() async throws {
    try await NotificationFixture.with { fixture in
      let webhook = try await fixture.register("https://example.org/")
      try await fixture.accept(ProposalID())
      let delivery = try #require(try await claim(fixture, .healthy).first)
      try await fixture.database.transaction { try await $0.noteFailure(of: webhook.id, at: fixture.time.now) }
      try await fixture.database.settle(delivery, .delivered, status: 200, error: nil, at: fixture.time.now)
      #expect(
        try await fixture.count(
          "SELECT count(*) AS count FROM webhook_endpoint WHERE failing_since IS NULL AND failures = 0") == 1)
    }
  }

  @Test func aNewAddressBeginsAnew() async throws {
    try await NotificationFixture.with { fixture in
      let webhook = try await fixture.register("https://example.org/")
      func change(_ url: String) async throws -> Int {
        _ = try await fixture.webhooks.change(
          fixture.request(.put, webhook: webhook.id), Webhooks.Change(url: url, events: ["*"], state: nil))
        return try await fixture.count(
          "SELECT count(*) AS count FROM webhook_endpoint WHERE failing_since IS NOT NULL AND failures = 9")
      }
      try await failures(fixture, 9, since: 86_400)
      #expect(try await change("https://example.org/") == 1)
      #expect(try await change("https://example.org/new") == 0)
      #expect(try await fixture.count("SELECT failures AS count FROM webhook_endpoint") == 0)
    }
  }
}
