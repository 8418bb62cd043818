import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit
import Testing

@testable import Notification

/// What an address answers after the webhook has moved to another one.
@Suite struct MovedWebhookTests {
  private func claim(_ fixture: NotificationFixture, _ limit: Int = 32) async throws -> [ClaimedDelivery] {
    try await fixture.database.claimDeliveries(limit, of: .healthy, besides: .none, at: fixture.time.now)
  }

  /// Two events wait for a webhook, and one of them is under way when its owner changes it.
  private func move(_ fixture: NotificationFixture, to url: String) async throws -> ClaimedDelivery {
    let webhook = try await fixture.register("https://example.org/old")
    for _ in 0..<2 { try await fixture.accept(ProposalID()) }
    let delivery = try #require(try await claim(fixture, 1).first)
    _ = try await fixture.webhooks.change(
      fixture.request(.put, webhook: webhook.id), Webhooks.Change(url: url, events: ["*"], state: nil))
    return delivery
  }

  private func isWatched(_ fixture: NotificationFixture) async throws -> Bool {
    try await fixture.count("SELECT failures AS count FROM webhook_endpoint") > 0
  }

  @Test(arguments: [Verdict.receiverGone, .failed, .again(after: 86_400)])
  func aFailureOfTheOldAddressIsTriedAgainAtTheNewOneAndCountsForNothing(verdict: Verdict) async throws {
    try await NotificationFixture.with { fixture in
      let delivery = try await move(fixture, to: "https://example.org/new")
      try await fixture.database.settle(delivery, verdict, status: nil, error: "x", at: fixture.time.now)
      #expect(
        try await fixture.count("SELECT count(*) AS count FROM webhook_endpoint WHERE disabled_at IS NULL") == 1)
      #expect(try await !isWatched(fixture))
      #expect(try await fixture.inbox(of: Citizen("kim")).items.isEmpty)
      let claimed = try await claim(fixture)
      #expect(claimed.count == 2 && claimed.allSatisfy { $0.url == "https://example.org/new" })
      #expect(claimed.first { $0.id == delivery.id }?.attempt == 2)
    }
  }

  @Test func aSuccessOfTheOldAddressSaysNothingOfTheNewOne() async throws {
    try await NotificationFixture.with { fixture in
      let delivery = try await move(fixture, to: "https://example.org/new")
      try await fixture.database.transaction { try await $0.noteFailure(of: delivery.webhook, at: fixture.time.now) }
      try await fixture.database.settle(delivery, .delivered, status: 200, error: nil, at: fixture.time.now)
      #expect(try await isWatched(fixture))
      #expect(
        try await fixture.count("SELECT count(*) AS count FROM webhook_delivery WHERE state = 'delivered'") == 1)
    }
  }

  @Test func aChangeThatKeepsTheAddressKeepsWhatItAnswers() async throws {
    try await NotificationFixture.with { fixture in
      let delivery = try await move(fixture, to: "https://example.org/old")
      try await fixture.database.settle(delivery, .receiverGone, status: 410, error: nil, at: fixture.time.now)
      #expect(try await fixture.count("SELECT count(*) AS count FROM webhook_delivery WHERE state = 'failed'") == 2)
    }
  }

  @Test func anAddressThatIsGoneWhileItsRequestIsUnderWayLosesNothing() async throws {
    try await NotificationFixture.with { fixture in
      let new = try TestReceiver { _ in HTTPResponse(status: 204) }
      let old = try TestReceiver { _ in
        _ = try? await fixture.database.execute("UPDATE webhook_endpoint SET url = \(new.url)")
        return HTTPResponse(status: 410)
      }
      _ = try await fixture.register(old.url)
      let event = try await fixture.accept(ProposalID())
      try await fixture.sending {
        try await fixture.count("SELECT count(*) AS count FROM webhook_delivery WHERE state <> 'pending'") == 1
      }
      #expect(new.requests.map { $0.headers["webhook-id"] } == [WebhookMessage.id(of: event)])
      await old.stop()
      await new.stop()
    }
  }
}
