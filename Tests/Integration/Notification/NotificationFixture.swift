import Contracts
import Crypto
import FoundationEssentials
import HTTPClient
import HTTPServer
import Postgres
import Synchronization

@testable import Notification
@testable import ServiceKit

/// Notification without Kafka: its parts on a database of their own, and a clock that tests move.
struct NotificationFixture: Sendable {
  static let key = [UInt8](repeating: 9, count: 32)

  let database: Database
  let time = MovableTime()
  let announcements: Announcements
  let webhooks: Webhooks
  let deliveryLog: DeliveryLog
  let follows: Follows
  let inbox: Inbox
  let links = UnsubscribeLinks(key: key, publicURL: "https://forum.example")
  let unsubscriptions: Unsubscriptions
  let digests: DigestRun
  var deliveries: WebhookQueue

  static func with<R: Sendable>(_ body: (NotificationFixture) async throws -> R) async throws -> R {
    try await withTestDatabase(schema: "notification", migrations: Notification.Migrations.all) { database, _ in
      let fixture = try NotificationFixture(database)
      let result = try await body(fixture)
      fixture.deliveries.client.close()
      return result
    }
  }

  private init(_ database: Database) throws {
    self.database = database
    let time = time
    let clock = WallClock { time.now }
    let log = Log(service: "notification", minimum: .error)
    let addresses = try WebhookAddresses(networks: ["127.0.0.0/8"])
    announcements = Announcements(clock: clock, log: log)
    deliveryLog = DeliveryLog(database: database, clock: clock)
    follows = Follows(database: database, clock: clock)
    inbox = Inbox(database: database, clock: clock)
    unsubscriptions = Unsubscriptions(database: database, clock: clock, links: links)
    digests = DigestRun(
      database: database, clock: clock, schedule: DigestSchedule(hour: 8), publicURL: "https://forum.example",
      links: links)
    webhooks = Webhooks(database: database, clock: clock, addresses: addresses, key: Self.key, limit: 3)
    deliveries = WebhookQueue(
      database: database, clock: clock, client: HTTPClient(connections: 512), addresses: addresses, key: Self.key,
      figures: QueueFigures(.webhooks, kind: "webhook", Metrics(), clock: clock), log: log)
  }

  /// Takes an event as the consumer would.
  func submit(_ proposal: ProposalID, by author: CitizenID) async throws {
    let event = ProposalSubmitted(
      proposal: proposal, author: author, title: "밤 버스", summary: "s", body: "b", category: .transport,
      reference: nil, submittedAt: time.now)
    let envelope = Envelope<ProposalEvent>(
      id: UUID(), type: ProposalSubmitted.type, time: time.now, subject: proposal.uuid, sequence: 1,
      event: .submitted(event), data: try JSON.encode(event))
    try await database.transaction { try await announcements.apply(proposal: envelope, in: $0) }
  }

  /// Takes an event as the consumer would.
  /// - Parameter meanwhile: done by others before the transaction ends.
  @discardableResult
  func accept(_ proposal: ProposalID, times: Int = 1, meanwhile: () async throws -> Void = {}) async throws -> UUID {
    let event = ProposalAccepted(proposal: proposal, acceptedAt: time.now)
    let envelope = Envelope<ModerationEvent>(
      id: UUID(), type: ProposalAccepted.type, time: time.now, subject: proposal.uuid, sequence: 1,
      event: .accepted(event), data: try JSON.encode(event))
    for _ in 0..<times {
      try await database.transaction {
        try await announcements.apply(moderation: envelope, in: $0)
        try await meanwhile()
      }
    }
    return envelope.id
  }

  func request(
    _ method: HTTPMethod = .post, webhook: WebhookID? = nil, delivery: UUID? = nil, query: String? = nil,
    caller: String = "kim", key: String? = nil
  ) -> Request {
    var headers: HTTPHeaders = ["content-type": "application/json"]
    if let key { headers.add("idempotency-key", key) }
    let claims = AccessTokenClaims(
      iss: "https://iss.example", sub: caller, aud: ["citizen-forum"], exp: 2_000_000_000, iat: 1_790_000_000,
      roles: ["ministry"])
    return Request(
      http: HTTPRequest(method: method, path: "/v1/webhooks", query: query, headers: headers),
      parameters: (webhook.map { ["webhook": $0.description] } ?? [:])
        .merging(delivery.map { ["delivery": WebhookMessage.id(of: $0)] } ?? [:]) { one, _ in one },
      caller: Caller(claims: claims))
  }

  func register(_ url: String, events: [String] = ["*"], caller: String = "kim", key: String? = nil) async throws
    -> WebhookView
  {
    let response = try await webhooks.create(
      request(caller: caller, key: key), Webhooks.Registration(url: url, events: events))
    guard case .bytes(let bytes) = response.body else { throw Problem.internalError }
    return try JSON.decode(WebhookView.self, from: bytes)
  }

  /// Runs the sender until `condition` holds.
  func sending(atOnce: Int = 32, until condition: () async throws -> Bool) async throws {
    let task = Task { await deliveries.run(atOnce: atOnce) }
    do { try await eventually { try await condition() } } catch {
      task.cancel()
      await task.value
      throw error
    }
    task.cancel()
    await task.value
  }

  func count(_ query: Query) async throws -> Int { try await database.one(query)?["count"] ?? 0 }
}

/// A time of day that stands still until it is moved.
final class MovableTime: Sendable {
  private let time = Mutex(Date(milliseconds: 1_795_512_600_000))

  var now: Date { time.withLock { $0 } }
  func advance(_ seconds: Double) { time.withLock { $0 = $0.addingTimeInterval(seconds) } }
}

/// A receiver of webhooks that remembers what it got.
final class TestReceiver: Sendable {
  private let received = Mutex<[HTTPRequest]>([])
  private let server = Mutex<HTTPServer?>(nil)

  var requests: [HTTPRequest] { received.withLock { $0 } }
  var url: String { "http://127.0.0.1:\(server.withLock { $0?.port ?? 0 })/hook" }

  init(_ answer: @escaping @Sendable (_ number: Int) async -> HTTPResponse) throws {
    let server = HTTPServer(HTTPServerConfiguration()) { [self] request in
      let number = received.withLock { requests in
        requests.append(request)
        return requests.count
      }
      return await answer(number)
    }
    try server.start()
    self.server.withLock { $0 = server }
  }

  func stop() async { await server.withLock { $0 }?.drain(seconds: 0) }
}
