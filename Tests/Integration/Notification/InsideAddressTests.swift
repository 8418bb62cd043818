import Contracts
import FoundationEssentials
import HTTPClient
import HTTPServer
import Postgres
import ServiceKit
import Testing

@testable import Notification

/// Webhooks that would lead to addresses inside, past what is checked at their registration.
@Suite struct InsideAddressTests {
  private func queue(_ fixture: NotificationFixture, networks: [String]) throws -> WebhookQueue {
    var queue = fixture.deliveries
    queue.addresses = try WebhookAddresses(networks: networks)
    return queue
  }

  private func attempt(_ queue: WebhookQueue, _ fixture: NotificationFixture) async throws -> (
    error: String?, status: Int?
  ) {
    let task = Task { await queue.run(atOnce: 4) }
    try await eventually {
      try await fixture.count(
        "SELECT count(*) AS count FROM webhook_delivery WHERE attempts = 1 AND claimed_until IS NULL") == 1
    }
    task.cancel()
    await task.value
    let row = try #require(try await fixture.database.one("SELECT last_error, last_status FROM webhook_delivery"))
    return (try row["last_error"], try row["last_status"])
  }

  private func register(_ url: String, _ fixture: NotificationFixture) async throws {
    try await fixture.database.transaction {
      try await $0.insert(
        Webhook(id: WebhookID(), owner: CitizenID(), url: url, events: ["*"], createdAt: fixture.time.now))
    }
    try await fixture.accept(ProposalID())
  }

  /// Names say nothing at the registration, and may lead elsewhere at the next look (rebinding). This one has several
  /// addresses, all of them inside. The others were right when they were registered, and the settings have changed.
  @Test(arguments: ["localhost", "127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0", "[::ffff:127.0.0.1]"])
  func whereAnAddressLeadsIsCheckedWhenTheConnectionIsMade(host: String) async throws {
    try await NotificationFixture.with { fixture in
      let receiver = try TestReceiver { _ in HTTPResponse(status: 200) }
      let port = try #require(receiver.url.split(separator: ":").last?.split(separator: "/").first)
      let addresses = try WebhookAddresses(networks: [])
      #expect((addresses.fault(of: "https://\(host):\(port)/") == nil) == (host == "localhost"))
      try await register("https://\(host):\(port)/", fixture)
      let outcome = try await attempt(queue(fixture, networks: []), fixture)
      #expect(outcome.error == "the address is not allowed" && outcome.status == nil)
      #expect(receiver.requests.isEmpty)
      await receiver.stop()
    }
  }

  @Test func withoutTLSANameLeadsToTheNamedNetworksAlone() async throws {
    try await NotificationFixture.with { fixture in
      let receiver = try TestReceiver { _ in HTTPResponse(status: 200) }
      let port = try #require(receiver.url.split(separator: ":").last?.split(separator: "/").first)
      try await register("http://localhost:\(port)/", fixture)
      let outcome = try await attempt(queue(fixture, networks: ["10.1.0.0/16"]), fixture)
      #expect(outcome.error == "the address is not allowed")
      #expect(receiver.requests.isEmpty)
      await receiver.stop()
    }
  }

  /// It is public: only the missing TLS speaks against it.
  @Test func withoutTLSNothingIsSentOnceNoNetworkIsNamedAnyMore() async throws {
    try await NotificationFixture.with { fixture in
      try await register("http://8.8.8.8:8080/", fixture)
      let outcome = try await attempt(queue(fixture, networks: []), fixture)
      #expect(outcome.error == "the address is not allowed" && outcome.status == nil)
    }
  }

  @Test(arguments: [301, 302, 303, 307, 308]) func aRedirectionIsAFailureAndNotFollowed(status: Int) async throws {
    try await NotificationFixture.with { fixture in
      let inside = try TestReceiver { _ in HTTPResponse(status: 200) }
      let target = inside.url
      let receiver = try TestReceiver { _ in HTTPResponse(status: status, headers: ["location": target]) }
      try await register(receiver.url, fixture)
      let outcome = try await attempt(fixture.deliveries, fixture)
      #expect(outcome.status == status)
      #expect(receiver.requests.count == 1 && inside.requests.isEmpty)
      await receiver.stop()
      await inside.stop()
    }
  }
}
