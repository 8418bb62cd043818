import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres

@testable import Notification
@testable import ServiceKit

/// A citizen of a test.
struct Citizen: Sendable {
  let name: String
  let claims: AccessTokenClaims
  var id: CitizenID { Caller(claims: claims).citizen }

  init(_ name: String) {
    self.name = name
    claims = AccessTokenClaims(
      iss: "https://iss.example", sub: name, aud: ["citizen-forum"], exp: 2_000_000_000, iat: 1_790_000_000,
      roles: ["citizen"])
  }
}

/// Entries of an inbox as the API shows them.
struct InboxAnswer: Decodable {
  struct Entry: Decodable {
    let id: InboxEntryID
    let type: String
    let audience: Audience
    let title: String?
    let headline: String
    let readAt: Date?
  }
  let items: [Entry]
  let next: String?
  let unread: Int
}

extension NotificationFixture {
  func request(
    _ method: HTTPMethod, _ path: String, query: String? = nil, by citizen: Citizen? = nil,
    _ parameters: [String: String] = [:]
  ) -> Request {
    Request(
      http: HTTPRequest(method: method, path: path, query: query, headers: [:]), parameters: parameters,
      caller: citizen.map { Caller(claims: $0.claims) })
  }

  func follow(_ target: FollowTarget, _ frequency: Frequency, by citizen: Citizen) async throws {
    let parameters = ["kind": target.kind.rawValue, "subject": target.subject]
    _ = try await follows.put(
      request(.put, "/v1/follows", by: citizen, parameters), Follows.Wish(frequency: frequency))
  }

  func unfollow(_ target: FollowTarget, by citizen: Citizen) async throws {
    let parameters = ["kind": target.kind.rawValue, "subject": target.subject]
    _ = try await follows.delete(request(.delete, "/v1/follows", by: citizen, parameters))
  }

  func leaveAddress(_ citizen: Citizen, _ language: Language = .korean) async throws {
    try await database.save(
      Contact(email: "\(citizen.name)@example.org", language: language), of: citizen.id, at: time.now)
  }

  func inbox(of citizen: Citizen, _ query: String? = nil) async throws -> InboxAnswer {
    let response = try await inbox.list(request(.get, "/v1/inbox", query: query, by: citizen))
    guard case .bytes(let bytes) = response.body else { throw Problem.internalError }
    return try JSON.decode(InboxAnswer.self, from: bytes)
  }

  /// Who has mail that waits, by address.
  func mails() async throws -> [String: Int] {
    let rows = try await database.query(
      """
      SELECT email, count(*) AS count FROM outgoing_mail JOIN contact USING (citizen) WHERE state = 'pending'
      GROUP BY email
      """)
    return try rows.reduce(into: [:]) { $0[try $1["email"]] = try $1["count"] }
  }

  func open(_ token: String, _ method: HTTPMethod) async throws -> Response {
    let request = request(method, "/v1/unsubscriptions/\(token)", ["token": token])
    return try await method == .post ? unsubscriptions.stop(request) : unsubscriptions.show(request)
  }

  /// The Committee gets the case, then a ministry.
  func receive(_ proposal: ProposalID) async throws {
    let event = CaseReceived(
      caseID: CaseID(), proposal: proposal, title: "밤 버스", category: .transport, yes: 2, no: 1, yesBar: 1,
      ruleHash: "", receivedAt: time.now, dueAt: time.now)
    try await take(.received(event), CaseReceived.type, JSON.encode(event), proposal)
  }

  func assign(_ proposal: ProposalID, to ministry: String) async throws {
    let event = CaseAssigned(
      caseID: CaseID(), proposal: proposal, ministry: ministry, title: "밤 버스", summary: "s", body: "b",
      category: .transport, yes: 2, no: 1, yesBar: 1, ruleHash: "", assignedAt: time.now, dueAt: time.now)
    try await take(.assigned(event), CaseAssigned.type, JSON.encode(event), proposal)
  }

  private func take(_ event: ReferralEvent, _ type: String, _ data: [UInt8], _ subject: ProposalID) async throws {
    let envelope = Envelope<ReferralEvent>(
      id: UUID(), type: type, time: time.now, subject: subject.uuid, sequence: 1, event: event, data: data)
    try await database.transaction { try await announcements.apply(referral: envelope, in: $0) }
  }
}
