import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit
import Testing

@testable import Notification

@Suite struct WebhookDeliveryTests {
  private static let delivered: Query =
    "SELECT count(*) AS count FROM webhook_delivery WHERE state = 'delivered'"
  private static let failed: Query = "SELECT count(*) AS count FROM webhook_delivery WHERE state = 'failed'"

  @Test func aReceiverCanVerifyWhatItGets() async throws {
    try await NotificationFixture.with { fixture in
      let receiver = try TestReceiver { _ in HTTPResponse(status: 204) }
      let webhook = try await fixture.register(receiver.url)
      let event = try await fixture.accept(ProposalID())
      try await fixture.sending { try await fixture.count(Self.delivered) == 1 }
      let request = try #require(receiver.requests.first)
      let id = try #require(request.headers["webhook-id"])
      #expect(id == WebhookMessage.id(of: event))
      let timestamp = try #require(request.headers["webhook-timestamp"].flatMap { Int($0) })
      #expect(timestamp == Int(fixture.time.now.timeIntervalSince1970))
      let secret = try #require(webhook.secret.flatMap { Base64.decode($0.dropFirst(6)) })
      let signatures = try #require(request.headers["webhook-signature"]).split(separator: " ")
      #expect(signatures.count == 2)
      #expect(signatures[0] == WebhookSecret(bytes: secret).signature(id: id, timestamp: timestamp, body: request.body))
      struct Body: Decodable {
        let type: String
        let data: ProposalAccepted
      }
      #expect(try JSON.decode(Body.self, from: request.body).type == ProposalAccepted.type)
      await receiver.stop()
    }
  }

  @Test func aFailedAttemptIsRepeatedWithTheSameIdAndBody() async throws {
    try await NotificationFixture.with { fixture in
      let receiver = try TestReceiver { HTTPResponse(status: $0 == 1 ? 500 : 200) }
      _ = try await fixture.register(receiver.url)
      try await fixture.accept(ProposalID())
      try await fixture.sending {
        try await fixture.count("SELECT count(*) AS count FROM webhook_delivery WHERE last_status = 500") == 1
      }
      fixture.time.advance(6)
      try await fixture.sending { try await fixture.count(Self.delivered) == 1 }
      let requests = receiver.requests
      #expect(requests.count == 2)
      #expect(Set(requests.map(\.body)).count == 1)
      #expect(Set(requests.map { $0.headers["webhook-id"] }).count == 1)
      #expect(Set(requests.map { $0.headers["webhook-timestamp"] }).count == 2)
      await receiver.stop()
    }
  }

  @Test func aReceiverThatIsGoneGetsNothingMore() async throws {
    try await NotificationFixture.with { fixture in
      let receiver = try TestReceiver { _ in HTTPResponse(status: 410) }
      let webhook = try await fixture.register(receiver.url)
      for _ in 0..<10 { try await fixture.accept(ProposalID()) }
      try await fixture.sending { try await fixture.count(Self.failed) == 10 }
      #expect(receiver.requests.count <= DeliveryClass.healthy.lane)
      try await fixture.accept(ProposalID())
      #expect(try await fixture.count("SELECT count(*) AS count FROM webhook_delivery") == 10)
      let response = try await fixture.webhooks.get(fixture.request(.get, webhook: webhook.id))
      guard case .bytes(let bytes) = response.body else { throw Problem.internalError }
      #expect(try JSON.decode(WebhookView.self, from: bytes).state == .disabled)
      await receiver.stop()
    }
  }

  @Test func aDeadReceiverDoesNotHoldOthersUp() async throws {
    try await NotificationFixture.with { fixture in
      let dead = try TestReceiver { _ in
        try? await Task.sleep(for: .seconds(30))
        return HTTPResponse(status: 200)
      }
      let alive = try TestReceiver { _ in HTTPResponse(status: 200) }
      let first = try await fixture.register(dead.url)
      _ = try await fixture.register(alive.url)
      for _ in 0..<50 { try await fixture.accept(ProposalID()) }
      let started = ContinuousClock.now
      try await fixture.sending(atOnce: 8) { try await fixture.count(Self.delivered) == 50 }
      #expect(ContinuousClock.now - started < .seconds(10))
      #expect(alive.requests.count == 50)
      #expect(dead.requests.count <= DeliveryClass.healthy.lane)
      // Stopping gave the claims back.
      #expect(
        try await fixture.count(
          """
          SELECT count(*) AS count FROM webhook_delivery
          WHERE endpoint = \(first.id) AND attempts = 0 AND claimed_until IS NULL AND state = 'pending'
          """) == 50)
      await dead.stop()
      await alive.stop()
    }
  }

  @Test func anEndpointIsClaimedFourAtATime() async throws {
    try await NotificationFixture.with { fixture in
      let webhook = try await fixture.register("https://example.org/")
      for _ in 0..<10 { try await fixture.accept(ProposalID()) }
      let now = fixture.time.now
      func claim(_ counts: [UUID: Int], hanging: Set<UUID> = []) async throws -> Int {
        let underWay = ReceiversUnderWay(counts: counts, hanging: hanging)
        return try await fixture.database.claimDeliveries(32, of: .healthy, besides: underWay, at: now).count
      }
      #expect(try await claim([webhook.id.uuid: 1], hanging: [webhook.id.uuid]) == 0)
      #expect(try await claim([webhook.id.uuid: 4]) == 0)
      #expect(try await claim([webhook.id.uuid: 3]) == 1)
      #expect(try await claim([UUID(): 4]) == 4)
      #expect(try await claim([:]) == 4)
      #expect(try await claim([:]) == 1)
    }
  }

  @Test func onlyWhatWasAskedForIsQueuedAndOnlyOnce() async throws {
    try await NotificationFixture.with { fixture in
      _ = try await fixture.register("https://example.org/", events: [ProposalAccepted.type])
      _ = try await fixture.register("https://example.net/", events: [VoteClosed.type])
      let proposal = ProposalID()
      try await fixture.submit(proposal, by: CitizenID())
      #expect(try await fixture.count("SELECT count(*) AS count FROM webhook_event") == 0)
      try await fixture.accept(proposal, times: 2)
      #expect(try await fixture.count("SELECT count(*) AS count FROM webhook_delivery") == 1)
    }
  }

  @Test func theDatabaseHoldsNoSecretAndARepetitionShowsTheSameOne() async throws {
    try await NotificationFixture.with { fixture in
      let first = try await fixture.register("https://example.org/", key: "a")
      let again = try await fixture.register("https://example.org/", key: "a")
      #expect(first.id == again.id)
      #expect(first.secret != nil && first.secret == again.secret)
      let stored: [UInt8] = try #require(
        try await fixture.database.one("SELECT body FROM idempotent_response")?["body"])
      #expect(!String(decoding: stored, as: UTF8.self).contains("whsec_"))
    }
  }

  @Test func webhooksBelongToTheirOwnerAndAreLimited() async throws {
    try await NotificationFixture.with { fixture in
      let webhook = try await fixture.register("https://example.org/")
      await #expect(throws: Problem.self) {
        try await fixture.webhooks.get(fixture.request(.get, webhook: webhook.id, caller: "lee"))
      }
      await #expect(throws: Problem.self) {
        try await fixture.webhooks.delete(fixture.request(.delete, webhook: webhook.id, caller: "lee"))
      }
      _ = try await fixture.register("https://example.org/")
      _ = try await fixture.register("https://example.org/")
      await #expect(throws: Problem.self) { try await fixture.register("https://example.org/") }
      _ = try await fixture.register("https://example.org/", caller: "lee")
      try await fixture.accept(ProposalID())
      let deliveries = try await fixture.deliveryLog.list(fixture.request(.get, webhook: webhook.id))
      guard case .bytes(let bytes) = deliveries.body else { throw Problem.internalError }
      #expect(String(decoding: bytes, as: UTF8.self).contains("\"state\":\"pending\""))
      _ = try await fixture.webhooks.delete(fixture.request(.delete, webhook: webhook.id))
      #expect(try await fixture.webhooks.list(fixture.request(.get)).status == 200)
      #expect(try await fixture.count("SELECT count(*) AS count FROM webhook_delivery") == 3)
    }
  }
}
