import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import Synchronization

@testable import Intake
@testable import ServiceKit

/// Intake without Kafka: its proposals on a database of their own, and a clock that tests move.
struct IntakeBench: Sendable {
  let database: Database
  let time: Time
  let proposals: Proposals

  /// A time of day that stands still until it is moved.
  final class Time: Sendable {
    private let date = Mutex(Date(milliseconds: 1_790_000_000_340))
    var now: Date { date.withLock { $0 } }
    func advance(days: Double) { date.withLock { $0 = $0.addingTimeInterval(86_400 * days) } }
  }

  static func with<R: Sendable>(
    supporters: Int = 3, _ body: (IntakeBench) async throws -> R
  ) async throws -> R {
    try await withTestDatabase(schema: "intake", migrations: Intake.Migrations.all) { database, _ in
      let time = Time()
      return try await body(
        IntakeBench(
          database: database, time: time,
          proposals: Proposals(
            database: database, clock: WallClock { time.now }, gate: GateRule(needed: supporters, days: 30),
            revisionDays: 30)))
    }
  }

  static let draft = Submission.Draft(
    title: "밤 버스", summary: "더 자주", body: "늘려 주십시오.", category: "transport", reference: nil)

  func request(
    _ proposal: ProposalID? = nil, invitation: String? = nil, by subject: String? = "writer", role: String = "citizen",
    key: String? = nil
  ) -> Request {
    var headers: HTTPHeaders = ["content-type": "application/json"]
    if let key { headers.add("idempotency-key", key) }
    var parameters: [String: String] = [:]
    if let proposal { parameters["id"] = proposal.description }
    if let invitation { parameters["invitation"] = invitation }
    return Request(
      http: HTTPRequest(method: .post, path: "/v1/x/\(proposal?.description ?? "")", headers: headers),
      parameters: parameters, caller: subject.map { Caller(claims: Self.claims($0, role)) })
  }

  private static func claims(_ subject: String, _ role: String) -> AccessTokenClaims {
    AccessTokenClaims(
      iss: "https://iss.example", sub: subject, aud: ["citizen-forum"], exp: 2_000_000_000, iat: 1_790_000_000,
      roles: [role])
  }

  struct Shown: Decodable {
    let id: ProposalID
    let title: String
    let state: TaskState
    let revision: Int
    let fingerprint: String
    let lapseReason: LapseReason?
  }

  struct Gate: Decodable {
    let state: TaskState
    let supporters: Int
    let needed: Int
    let invitation: String?
  }

  static func decoded<Value: Decodable>(_ response: Response, as _: Value.Type = Value.self) throws -> Value {
    guard case .bytes(let bytes) = response.body else { throw PostgresError(sqlState: "", message: "no bytes") }
    return try JSON.decode(from: bytes)
  }

  func file(by subject: String = "writer") async throws -> Shown {
    try Self.decoded(try await proposals.submit(request(by: subject), Self.draft))
  }

  func invitation(to proposal: ProposalID) async throws -> String {
    let gate: Gate = try Self.decoded(try await proposals.supporters(request(proposal)))
    return gate.invitation ?? ""
  }

  /// A proposal with all the supporters that it takes.
  func submit() async throws -> ProposalID {
    let filed = try await file()
    guard filed.state == .gathering else { return filed.id }
    let invitation = try await invitation(to: filed.id)
    for number in 0..<proposals.gate.needed {
      _ = try await proposals.support(request(invitation: invitation, by: "supporter-\(number)"))
    }
    return filed.id
  }

  /// Takes an event of moderation as the consumer would.
  func hear(_ event: ModerationEvent) async throws {
    let envelope = Envelope(
      id: UUID(), type: "", time: time.now, subject: event.proposal.uuid, sequence: 1, event: event)
    try await database.transaction { try await proposals.apply(moderation: envelope, in: $0) }
  }

  func read(_ proposal: ProposalID, by subject: String? = "writer", role: String = "citizen") async throws -> Shown {
    try Self.decoded(try await proposals.read(request(proposal, by: subject, role: role)))
  }

  /// The types of what was published, in order.
  func published() async throws -> [String] {
    try await database.query("SELECT type FROM outbox ORDER BY id").map { try $0["type"] }
  }
}
