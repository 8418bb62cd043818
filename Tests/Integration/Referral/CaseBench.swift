import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import Synchronization
import Testing

@testable import Referral
@testable import ServiceKit

/// A case under events of its vote, on a day that the test sets.
final class CaseBench: Sendable {
  /// 24 November 2026, ten in the morning in Korea.
  static let start = Date(milliseconds: 1_795_482_000_000)
  static func day(_ days: Double) -> Date { start.addingTimeInterval(days * 86_400) }

  private let today = Mutex(CaseBench.start)
  let database: Database
  let proposal = ProposalID()

  init(_ database: Database) { self.database = database }

  var cases: Cases {
    Cases(
      database: database, clock: WallClock { self.today.withLock { $0 } },
      log: Log(service: "referral", minimum: .error))
  }

  static func run(_ body: (CaseBench) async throws -> Void) async throws {
    try await withTestDatabase(schema: "referral", migrations: Referral.Migrations.all) { database, _ in
      try await body(CaseBench(database))
    }
  }

  func submit(on days: Double) async throws {
    today.withLock { $0 = Self.day(days) }
    let event = ProposalSubmitted(
      proposal: proposal, author: CitizenID(), title: "밤 버스", summary: "더 자주", body: "늘려 주십시오.",
      category: .transport, reference: nil, submittedAt: Self.day(days))
    let envelope = Envelope(
      id: UUID(), type: "", time: Self.day(days), subject: proposal.uuid, sequence: 1,
      event: ProposalEvent.submitted(event))
    try await database.transaction { try await cases.apply(proposal: envelope, in: $0) }
  }

  func cross(on days: Double, told: Double? = nil, yes: Int64 = 11, pause: Duration = .zero) async throws {
    try await apply(
      .barCrossed(
        VoteBarCrossed(
          proposal: proposal, title: "밤 버스", category: .transport, yes: yes, no: 3, yesBar: 10, ruleHash: "ab",
          crossedAt: Self.day(days))), on: told ?? days, pause: pause)
  }

  func lose(crossing: Double, on days: Double, pause: Duration = .zero) async throws {
    try await apply(
      .barLost(
        VoteBarLost(
          proposal: proposal, title: "밤 버스", yes: 9, no: 2, yesBar: 10, ruleHash: "ab", crossedAt: Self.day(crossing),
          lostAt: Self.day(days))), on: days, pause: pause)
  }

  func move(to days: Double) { today.withLock { $0 = Self.day(days) } }

  func schedule(on days: Double) async throws {
    let rule = VoteRule(yesBar: 10, referral: .atOnce, opensAt: Self.day(days), closesAt: Self.day(days + 100))
    try await apply(
      .scheduled(
        VoteScheduled(proposal: proposal, title: "밤 버스", category: .transport, rule: rule, ruleHash: "ab")),
      on: days, pause: .zero)
  }

  func amend(_ other: ProposalID, yes: Int64, on days: Double) async throws {
    try await apply(
      .resultAmended(
        VoteResultAmended(
          proposal: other, yes: yes, no: 1, yesBar: 10, carried: false, ruleHash: "ab", shortfalls: [.bar],
          resultHash: "cd", formerResultHash: "ab", amendedAt: Self.day(days))), on: days, pause: .zero)
  }

  /// Looks at the months that have ended, as the job does.
  func referMonths(_ count: Int, on days: Double) async throws {
    today.withLock { $0 = Self.day(days) }
    var cases = cases
    cases.monthly = MonthlyReferral(count: count)
    try await cases.referMonths()
  }

  func close(carried: Bool, yes: Int64 = 9, no: Int64 = 2, on days: Double) async throws {
    try await apply(
      .closed(
        VoteClosed(
          proposal: proposal, yes: yes, no: no, yesBar: 10, carried: carried, ruleHash: "ab",
          closedAt: Self.day(days))), on: days, pause: .zero)
  }

  private func apply(_ event: VoteEvent, on days: Double, pause: Duration) async throws {
    today.withLock { $0 = Self.day(days) }
    let envelope = Envelope(
      id: UUID(), type: "", time: Self.day(days), subject: proposal.uuid, sequence: 1, event: event)
    try await database.transaction {
      try await cases.apply(vote: envelope, in: $0)
      try await Task.sleep(for: pause)
    }
  }

  /// Topic and type of what was published, in order, without what all have in common.
  func published() async throws -> [String] {
    try await database.query("SELECT topic, type FROM outbox ORDER BY id").map {
      let (topic, type): (String, String) = (try $0["topic"], try $0["type"])
      return topic.replacing("forum.", with: "") + " " + type.replacing("kr.forum.case.", with: "").dropLast(3)
    }
  }

  /// The last published event of a type.
  func last<Payload: Event>(_: Payload.Type) async throws -> Payload {
    let row = try await database.one(
      "SELECT payload FROM outbox WHERE type = \(Payload.type) ORDER BY id DESC LIMIT 1")
    return try JSON.decode(from: try #require(row)["payload"])
  }

  /// The only case, as the database has it.
  func only() async throws -> Case {
    let found = try await database.cases(CaseFilter(), after: nil, 10)
    #expect(found.count == 1)
    return try await database.singleCase(try #require(found.first).id)
  }

  /// Somebody with a role does something on the case, as the API takes it.
  /// - Parameter office: the ministry's slug, of an officer.
  @discardableResult func act(
    _ part: String, by method: HTTPMethod = .post, as role: Role, of office: String? = nil, on days: Double,
    headers: HTTPHeaders = [:], _ body: String
  ) async throws -> Response {
    today.withLock { $0 = Self.day(days) }
    let route =
      "/v1/cases/{id}/"
      + part.split(separator: "/").map { Int($0) == nil ? String($0) : "{milestone}" }.joined(separator: "/")
    let found = try #require(
      ReferralService.routes(of: cases).first { $0.pattern == route && $0.method == method })
    let caller = Caller(
      claims: AccessTokenClaims(
        iss: "test", sub: "\(role)", aud: ["forum"], exp: .max, iat: 0, roles: [role.rawValue], office: office))
    var all = headers
    all.add("content-type", "application/json")
    let http = HTTPRequest(method: method, path: "/v1/cases/x/\(part)", headers: all, body: Array(body.utf8))
    var parameters = ["id": try await only().id.description]
    if let number = part.split(separator: "/").compactMap({ Int($0) }).first {
      parameters["milestone"] = String(number)
    }
    return try await found.handler(Request(http: http, parameters: parameters, caller: caller))
  }

  /// The Support Unit refers a task from an off-line event, as the API takes it.
  func refer(on days: Double, headers: HTTPHeaders = [:], _ body: String) async throws -> Response {
    today.withLock { $0 = Self.day(days) }
    let found = try #require(
      ReferralService.routes(of: cases).first { $0.pattern == "/v1/cases" && $0.method == .post })
    let caller = Caller(
      claims: AccessTokenClaims(
        iss: "test", sub: "unit", aud: ["forum"], exp: .max, iat: 0, roles: [Role.supportUnit.rawValue]))
    var all = headers
    all.add("content-type", "application/json")
    let http = HTTPRequest(method: .post, path: "/v1/cases", headers: all, body: Array(body.utf8))
    return try await found.handler(Request(http: http, parameters: [:], caller: caller))
  }

  /// Leads the case from its reception to a ministry.
  func adopt(on days: Double) async throws {
    try await act("members", as: .committee, on: days, #"{"members":[{"name":"김위원","capacity":"civilian"}]}"#)
    try await act("session", as: .committee, on: days, #"{"name":"제12차","meetsAt":"2030-01-01T00:00:00Z"}"#)
    try await act(
      "deliberation", as: .committee, on: days,
      #"{"heldAt":"2026-11-01T00:00:00Z","attendance":[{"capacity":"civilian","present":8,"absent":1}],"minutes":"심의"}"#
    )
    try await act("decision", as: .committee, on: days, #"{"decision":"adopt","reasons":"필요하다"}"#)
    try await act("agenda", as: .strategyMeeting, on: days, #"{"name":"제5차","meetsAt":"2030-01-01T00:00:00Z"}"#)
    try await act(
      "conclusion", as: .strategyMeeting, on: days,
      #"{"outcome":"adopted","heldAt":"2026-11-01T00:00:00Z","reasons":"의결"}"#)
  }
}
