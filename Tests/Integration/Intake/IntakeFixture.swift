import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres

@testable import Intake
@testable import ServiceKit

/// What the tests of intake's routes have in common.
enum IntakeFixture {
  static let now = Date(milliseconds: 1_790_000_000_340)

  static func withDatabase<R: Sendable>(_ body: (Database) async throws -> R) async throws -> R {
    try await withTestDatabase(schema: "intake", migrations: Intake.Migrations.all) { database, _ in
      try await body(database)
    }
  }

  static func caller(_ subject: String, role: String = "citizen") -> Caller {
    Caller(
      claims: AccessTokenClaims(
        iss: "https://iss.example", sub: subject, aud: ["citizen-forum"], exp: 2_000_000_000, iat: 1_790_000_000,
        roles: [role]))
  }

  static func request(
    _ parameters: [String: String] = [:], by subject: String = "citizen", role: String = "citizen",
    query: String? = nil, headers: HTTPHeaders = [:], body: [UInt8] = []
  ) -> Request {
    Request(
      http: HTTPRequest(method: .post, path: "/", query: query, headers: headers, body: body),
      parameters: parameters, caller: caller(subject, role: role))
  }

  static func request(_ proposal: ProposalID, by subject: String = "citizen", query: String? = nil) -> Request {
    request(["id": "\(proposal)"], by: subject, query: query)
  }

  static func decoded<Value: Decodable>(_ response: Response, as _: Value.Type = Value.self) throws -> Value {
    guard case .bytes(let bytes) = response.body else { throw PostgresError(sqlState: "", message: "no bytes") }
    return try JSON.decode(from: bytes)
  }

  /// The status of an answer, or of the problem in its place.
  static func status(_ body: () async throws -> Response) async throws -> Int {
    do { return try await body().status } catch let problem as Problem { return problem.status }
  }
}

extension Database {
  /// A proposal that stands in `state`.
  @discardableResult
  func propose(
    _ title: String = "밤 버스", body: String = "늘려 주십시오.", in state: TaskState = .accepted,
    rejected rejection: Proposal.Rejection? = nil
  ) async throws -> ProposalID {
    let text = ProposalText(title: title, summary: "요약", body: body, category: .transport, reference: nil)
    var proposal = Proposal(
      id: ProposalID(), author: CitizenID(), text: text, channel: .online, state: state,
      stateSince: IntakeFixture.now, filedAt: IntakeFixture.now, submittedAt: IntakeFixture.now, gate: nil)
    proposal.rejection = rejection
    let filed = proposal
    try await transaction { transaction in
      try await transaction.insert(filed)
      try await transaction.update(filed)
    }
    return filed.id
  }
}
