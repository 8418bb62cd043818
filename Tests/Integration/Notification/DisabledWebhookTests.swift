import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit
import Testing

@testable import Notification

/// What is queued by a transaction that saw a webhook enabled and ends when it is disabled already.
@Suite struct DisabledWebhookTests {
  private static func state(_ state: String) -> Query {
    "SELECT count(*) AS count FROM webhook_delivery WHERE state = \(state)"
  }

  private func change(_ fixture: NotificationFixture, _ webhook: WebhookID, _ state: WebhookView.State?) async throws {
    _ = try await fixture.webhooks.change(
      fixture.request(.put, webhook: webhook),
      Webhooks.Change(url: "https://example.org/", events: ["*"], state: state))
  }

  private func claim(_ fixture: NotificationFixture) async throws -> [ClaimedDelivery] {
    try await fixture.database.claimDeliveries(32, of: .healthy, besides: .none, at: fixture.time.now)
  }

  /// The receiver says that it is gone while an event is being queued for it.
  private func leave(_ fixture: NotificationFixture) async throws {
    _ = try await fixture.register("https://example.org/")
    try await fixture.accept(ProposalID())
    let delivery = try #require(try await claim(fixture).first)
    try await fixture.accept(ProposalID()) {
      try await fixture.database.settle(delivery, .receiverGone, status: 410, error: nil, at: fixture.time.now)
    }
  }

  @Test func whatNobodyClaimsIsNotCountedAsWaiting() async throws {
    try await NotificationFixture.with { fixture in
      try await leave(fixture)
      let none = try await fixture.database.waiting(in: .webhooks)
      #expect(none.count == 0 && none.since == nil)
      fixture.time.advance(60)
      _ = try await fixture.register("https://example.net/", caller: "lee")
      try await fixture.accept(ProposalID())
      let one = try await fixture.database.waiting(in: .webhooks)
      #expect(one.count == 1 && one.since == fixture.time.now)
    }
  }

  @Test func itEndsAndIsForgottenAlthoughNobodyEnablesTheWebhook() async throws {
    try await NotificationFixture.with { fixture in
      try await leave(fixture)
      _ = try await fixture.register("https://example.net/", caller: "lee")
      try await fixture.accept(ProposalID())
      fixture.time.advance(60)
      try await fixture.database.transaction { try await $0.endDeliveriesToDisabled(at: fixture.time.now) }
      #expect(
        try await fixture.count(
          """
          SELECT count(*) AS count FROM webhook_delivery
          WHERE state = 'failed' AND last_error = 'the receiver is gone' AND finished_at = \(fixture.time.now)
          """) == 1)
      #expect(try await fixture.database.waiting(in: .webhooks).count == 1, "that of the other webhook")
      try await fixture.database.forget(before: fixture.time.now.addingTimeInterval(1))
      #expect(try await fixture.count("SELECT count(*) AS count FROM webhook_delivery") == 1)
      #expect(try await fixture.count("SELECT count(*) AS count FROM webhook_event") == 1)
    }
  }

  @Test(arguments: [nil, .disabled, .active] as [WebhookView.State?])
  func itIsNotSentOnceTheWebhookIsEnabled(before state: WebhookView.State?) async throws {
    try await NotificationFixture.with { fixture in
      let webhook = try await fixture.register("https://example.org/")
      try await fixture.accept(ProposalID()) { try await change(fixture, webhook.id, .disabled) }
      try await change(fixture, webhook.id, state)
      try await change(fixture, webhook.id, .active)
      #expect(try await claim(fixture).isEmpty)
      #expect(try await fixture.count(Self.state("failed")) == 1)
      let event = try await fixture.accept(ProposalID())
      try await change(fixture, webhook.id, .active)
      #expect(try await claim(fixture).map(\.event) == [event], "enabled before and after")
    }
  }
}
