import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit
import Testing

@testable import Notification

/// What the owner of a webhook can do with it, and what happens to one whose receiver fails.
@Suite struct WebhookLifeTests {
  private static func state(_ state: String) -> Query {
    "SELECT count(*) AS count FROM webhook_delivery WHERE state = \(state)"
  }

  private struct Deliveries: Decodable {
    struct Item: Decodable {
      let id: String
      let type: String
      let state: String
      let attempts: Int
    }
    let items: [Item]
    let next: String?
  }

  private func decode<Value: Decodable>(_ response: Response, _: Value.Type = Value.self) throws -> Value {
    guard case .bytes(let bytes) = response.body else { throw Problem.internalError }
    return try JSON.decode(Value.self, from: bytes)
  }

  private func log(_ fixture: NotificationFixture, _ webhook: WebhookID, _ query: String? = nil) async throws
    -> Deliveries
  {
    try decode(try await fixture.deliveryLog.list(fixture.request(.get, webhook: webhook, query: query)))
  }

  @Test func duringARotationBothSecretsSignAndAfterwardsTheNewOneAlone() async throws {
    try await NotificationFixture.with { fixture in
      let receiver = try TestReceiver { _ in HTTPResponse(status: 204) }
      let before = try await fixture.register(receiver.url)
      let request = fixture.request(webhook: before.id, key: "r")
      let after: WebhookView = try decode(try await fixture.webhooks.rotate(request))
      let again: WebhookView = try decode(try await fixture.webhooks.rotate(request))
      #expect(after.secretNumber == 2 && again.secretNumber == 2 && again.secret == after.secret)
      #expect(after.secret != before.secret && after.publicKey != before.publicKey)
      #expect(after.formerPublicKey == before.publicKey && after.formerSecretUntil != nil)
      try await fixture.accept(ProposalID())
      try await fixture.sending { try await fixture.count(Self.state("delivered")) == 1 }
      fixture.time.advance(86_401)
      try await fixture.accept(ProposalID())
      try await fixture.sending { try await fixture.count(Self.state("delivered")) == 2 }
      for (request, secrets) in zip(receiver.requests, [[after.secret, before.secret], [after.secret]]) {
        let id = try #require(request.headers["webhook-id"])
        let timestamp = try #require(request.headers["webhook-timestamp"].flatMap { Int($0) })
        let expected = try secrets.map { text in
          let bytes = try #require(text.flatMap { Base64.decode($0.dropFirst(6)) })
          return WebhookSecret(bytes: bytes).signature(id: id, timestamp: timestamp, body: request.body)
        }
        let signatures = try #require(request.headers["webhook-signature"]).split(separator: " ").map(String.init)
        #expect(signatures.filter { $0.hasPrefix("v1,") } == expected)
        #expect(signatures.count == 2 * expected.count, "and as many asymmetric ones")
      }
      let stored: [UInt8] = try #require(
        try await fixture.database.one("SELECT body FROM idempotent_response")?["body"])
      #expect(!String(decoding: stored, as: UTF8.self).contains("whsec_"))
      await receiver.stop()
    }
  }

  @Test func whatHasFailedIsReplayedUnderItsIdAndTheScheduleBeginsAnew() async throws {
    try await NotificationFixture.with { fixture in
      let receiver = try TestReceiver { HTTPResponse(status: $0 <= 10 ? 500 : 200) }
      let webhook = try await fixture.register(receiver.url)
      let event = try await fixture.accept(ProposalID())
      for attempt in 1...10 {
        try await fixture.sending {
          try await fixture.count(
            "SELECT count(*) AS count FROM webhook_delivery WHERE attempts = \(attempt) AND claimed_until IS NULL") == 1
        }
        // The webhook is not disabled before: the last pause is cut short.
        fixture.time.advance(attempt == 9 ? 96_000 : 40_000)
        try await fixture.database.execute(
          "UPDATE webhook_delivery SET next_attempt_at = \(fixture.time.now) WHERE state = 'pending'")
      }
      #expect(try await fixture.count(Self.state("failed")) == 1)
      let list = try await log(fixture, webhook.id, "state=failed")
      #expect(list.items.map(\.id) == [WebhookMessage.id(of: event)])
      // Enabled again if that took too long.
      _ = try await fixture.webhooks.change(
        fixture.request(.put, webhook: webhook.id),
        Webhooks.Change(url: receiver.url, events: ["*"], state: .active))
      let response = try await fixture.deliveryLog.replay(fixture.request(webhook: webhook.id, delivery: event))
      #expect(response.status == 202)
      try await fixture.sending { try await fixture.count(Self.state("delivered")) == 1 }
      #expect(receiver.requests.count == 11)
      #expect(Set(receiver.requests.map { $0.headers["webhook-id"] }) == [WebhookMessage.id(of: event)])
      #expect(Set(receiver.requests.map(\.body)).count == 1)
      // One that was delivered is sent once more when its owner asks.
      _ = try await fixture.deliveryLog.replay(fixture.request(webhook: webhook.id, delivery: event))
      try await fixture.sending { receiver.requests.count == 12 }
      await receiver.stop()
    }
  }

  @Test func allThatFailedSinceATimeIsReplayedAndNothingElse() async throws {
    try await NotificationFixture.with { fixture in
      let webhook = try await fixture.register("https://example.org/")
      let other = try await fixture.register("https://example.net/")
      for _ in 0..<3 {
        try await fixture.accept(ProposalID())
        fixture.time.advance(60)
      }
      try await fixture.database.execute(
        "UPDATE webhook_delivery SET state = 'failed', attempts = 10, finished_at = \(fixture.time.now)")
      let since = fixture.time.now.addingTimeInterval(-125)
      struct Answer: Decodable { let replayed: Int }
      let answer: Answer = try decode(
        try await fixture.deliveryLog.replayFailed(
          fixture.request(webhook: webhook.id), DeliveryLog.Since(since: since)))
      #expect(answer.replayed == 2)
      #expect(try await fixture.count(Self.state("pending")) == 2)
      #expect(try await log(fixture, other.id).items.allSatisfy { $0.state == "failed" })
      let claimed = try await fixture.database.claimDeliveries(9, of: .healthy, besides: .none, at: fixture.time.now)
      #expect(claimed.map(\.attempt) == [11, 11] && claimed.map(\.attemptOfSchedule) == [1, 1])
    }
  }

  @Test func aReceiverThatFailsForDaysIsDisabledAndItsOwnerTold() async throws {
    try await NotificationFixture.with { fixture in
      let receiver = try TestReceiver { _ in HTTPResponse(status: 503) }
      let webhook = try await fixture.register(receiver.url)
      let owner = Citizen("kim")
      try await fixture.leaveAddress(owner, .english)
      func failOnce() async throws {
        try await fixture.accept(ProposalID())
        let count = receiver.requests.count
        try await fixture.sending { receiver.requests.count > count }
        // The attempt is settled: nothing is claimed.
        try await eventually {
          try await fixture.count("SELECT count(*) AS count FROM webhook_delivery WHERE claimed_until IS NOT NULL") == 0
        }
      }
      try await failOnce()
      #expect(try await fixture.inbox(of: owner).items.isEmpty)
      for _ in 0..<2 {
        fixture.time.advance(90_000)
        try await failOnce()
      }
      #expect(try await fixture.inbox(of: owner).items.map(\.type) == [WebhookLetters.failingType], "told once")
      fixture.time.advance(4 * 86_400)
      try await failOnce()
      #expect(
        try await fixture.inbox(of: owner).items.map(\.type) == [
          WebhookLetters.disabledType, WebhookLetters.failingType,
        ])
      #expect(try await fixture.mails() == ["kim@example.org": 2])
      let view: WebhookView = try decode(try await fixture.webhooks.get(fixture.request(.get, webhook: webhook.id)))
      #expect(view.state == .disabled && view.disabledReason == .failing)
      #expect(try await fixture.count(Self.state("pending")) == 0)
      await #expect(throws: Problem.self) { try await fixture.deliveryLog.ping(fixture.request(webhook: webhook.id)) }
      await receiver.stop()
    }
  }

  @Test func aSuccessEndsTheWatch() async throws {
    try await NotificationFixture.with { fixture in
      let receiver = try TestReceiver { HTTPResponse(status: $0 == 1 ? 500 : 200) }
      let webhook = try await fixture.register(receiver.url)
      try await fixture.accept(ProposalID())
      try await fixture.sending {
        try await fixture.count("SELECT count(*) AS count FROM webhook_endpoint WHERE failing_since IS NOT NULL") == 1
      }
      fixture.time.advance(6)
      try await fixture.sending { try await fixture.count(Self.state("delivered")) == 1 }
      let view: WebhookView = try decode(try await fixture.webhooks.get(fixture.request(.get, webhook: webhook.id)))
      #expect(view.failingSince == nil && view.state == .active)
      await receiver.stop()
    }
  }

  @Test func theOwnerChangesDisablesAndEnablesIt() async throws {
    try await NotificationFixture.with { fixture in
      let webhook = try await fixture.register("https://example.org/")
      func change(_ state: WebhookView.State?, _ events: [String] = [ProposalAccepted.type], caller: String = "kim")
        async throws -> WebhookView
      {
        try decode(
          try await fixture.webhooks.change(
            fixture.request(.put, webhook: webhook.id, caller: caller),
            Webhooks.Change(url: "https://example.org/new", events: events, state: state)))
      }
      await #expect(throws: Problem.self) { try await change(nil, caller: "lee") }
      await #expect(throws: Problem.self) { try await change(nil, ["no.such"]) }
      let changed = try await change(nil)
      #expect(changed.url == "https://example.org/new" && changed.events == [ProposalAccepted.type])
      try await fixture.accept(ProposalID())
      let disabled = try await change(.disabled)
      #expect(disabled.state == .disabled && disabled.disabledReason == .owner)
      #expect(try await fixture.count(Self.state("failed")) == 1)
      try await fixture.accept(ProposalID())
      #expect(try await fixture.count("SELECT count(*) AS count FROM webhook_delivery") == 1)
      await #expect(throws: Problem.self) {
        try await fixture.deliveryLog.replayFailed(
          fixture.request(webhook: webhook.id), DeliveryLog.Since(since: fixture.time.now))
      }
      #expect(try await change(.active).state == .active)
      try await fixture.accept(ProposalID())
      #expect(try await fixture.count(Self.state("pending")) == 1)
    }
  }

  @Test func aPingComesWhateverTheWebhookAsksForAndOneAtATime() async throws {
    try await NotificationFixture.with { fixture in
      let receiver = try TestReceiver { _ in HTTPResponse(status: 200) }
      let webhook = try await fixture.register(receiver.url, events: [VoteClosed.type])
      let other = try await fixture.register(receiver.url)
      let response = try await fixture.deliveryLog.ping(fixture.request(webhook: webhook.id))
      #expect(response.status == 202)
      await #expect(throws: Problem.self) { try await fixture.deliveryLog.ping(fixture.request(webhook: webhook.id)) }
      try await fixture.sending { try await fixture.count(Self.state("delivered")) == 1 }
      _ = try await fixture.deliveryLog.ping(fixture.request(webhook: webhook.id))
      struct Body: Decodable {
        let type: String
        let data: [String: WebhookID]
      }
      let body = try JSON.decode(Body.self, from: try #require(receiver.requests.first).body)
      #expect(body.type == WebhookMessage.pingType && body.data == ["webhook": webhook.id])
      #expect(try await log(fixture, other.id).items.isEmpty)
      await receiver.stop()
    }
  }

  @Test func theLogIsReadInPages() async throws {
    try await NotificationFixture.with { fixture in
      let webhook = try await fixture.register("https://example.org/")
      var events: [String] = []
      for _ in 0..<5 { events.append(WebhookMessage.id(of: try await fixture.accept(ProposalID()))) }
      let first = try await log(fixture, webhook.id, "limit=2")
      #expect(first.items.map(\.id) == [events[4], events[3]])
      let second = try await log(fixture, webhook.id, "limit=100&after=\(try #require(first.next))&state=pending")
      #expect(second.items.map(\.id) == [events[2], events[1], events[0]] && second.next == nil)
      await #expect(throws: Problem.self) { try await log(fixture, webhook.id, "after=x") }
    }
  }
}
