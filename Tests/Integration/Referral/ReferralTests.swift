import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Referral
@testable import ServiceKit

@Suite struct ReferralTests {
  private static let now = Date(milliseconds: 1_790_000_000_340)

  private static func withCases<R: Sendable>(_ body: (Cases, Database) async throws -> R) async throws -> R {
    try await withTestDatabase(schema: "referral", migrations: Referral.Migrations.all) { database, _ in
      let cases = Cases(
        database: database, clock: WallClock { now }, log: Log(service: "referral", minimum: .error))
      return try await body(cases, database)
    }
  }

  private static func submit(_ id: ProposalID, _ cases: Cases, pause: Duration = .zero) async throws {
    let event = ProposalSubmitted(
      proposal: id, author: CitizenID(), title: "밤 버스", summary: "더 자주", body: "늘려 주십시오.", category: .transport,
      reference: nil, submittedAt: now)
    let envelope = Envelope(
      id: UUID(), type: "", time: now, subject: id.uuid, sequence: 1, event: ProposalEvent.submitted(event))
    try await cases.database.transaction {
      try await cases.apply(proposal: envelope, in: $0)
      try await Task.sleep(for: pause)
    }
  }

  private static func cross(_ id: ProposalID, _ cases: Cases, pause: Duration = .zero) async throws {
    let event = VoteBarCrossed(
      proposal: id, title: "밤 버스", category: .transport, yes: 11, no: 3, yesBar: 10, ruleHash: "ab", crossedAt: now)
    let envelope = Envelope(
      id: UUID(), type: "", time: now, subject: id.uuid, sequence: 1, event: VoteEvent.barCrossed(event))
    try await cases.database.transaction {
      try await cases.apply(vote: envelope, in: $0)
      try await Task.sleep(for: pause)
    }
  }

  /// Topic and type of what was published, in order.
  private static func published(_ database: Database) async throws -> [String] {
    try await database.query("SELECT topic, type FROM outbox ORDER BY id").map {
      "\(try $0["topic"] as String) \(try $0["type"] as String)"
    }
  }

  private static let all = [
    "forum.referrals kr.forum.case.received.v1", "forum.referrals kr.forum.case.assigned.v1",
    "forum.referrals.molit kr.forum.case.assigned.v1",
  ]

  @Test func theCaseIsAssignedAtOnceWhenTheTextIsThere() async throws {
    try await Self.withCases { cases, database in
      let id = ProposalID()
      try await Self.submit(id, cases)
      try await Self.cross(id, cases)
      #expect(try await Self.published(database) == Self.all)
    }
  }

  @Test func theCaseIsReceivedAndWaitsForTheText() async throws {
    try await Self.withCases { cases, database in
      let id = ProposalID()
      try await Self.cross(id, cases)
      #expect(try await Self.published(database) == Array(Self.all.prefix(1)))
      try await Self.submit(id, cases)
      #expect(try await Self.published(database) == Self.all)
    }
  }

  @Test func aBarThatIsCrossedTwiceOpensOneCase() async throws {
    try await Self.withCases { cases, database in
      let id = ProposalID()
      try await Self.submit(id, cases)
      try await Self.cross(id, cases)
      try await Self.cross(id, cases)
      try await Self.submit(id, cases)
      #expect(try await Self.published(database) == Self.all)
    }
  }

  @Test func textAndBarAtTheSameMomentLeaveNoCaseWithoutAMinistry() async throws {
    try await Self.withCases { cases, database in
      // Each transaction stays open long enough for the other one to be in the middle of its own.
      for _ in 0..<3 {
        let id = ProposalID()
        async let submitted: Void = Self.submit(id, cases, pause: .milliseconds(200))
        async let crossed: Void = Self.cross(id, cases, pause: .milliseconds(200))
        _ = try await (submitted, crossed)
      }
      let row = try await database.one("SELECT count(*) AS n, count(ministry) AS assigned FROM referral_case")
      #expect(try row?["n"] == 3)
      #expect(try row?["assigned"] == 3)
    }
  }

  @Test func aCaseWithoutAMinistryIsAssignedOnceOneIsNamed() async throws {
    try await Self.withCases { cases, database in
      try await database.execute("DELETE FROM category_ministry WHERE category = 'transport'")
      let (id, textless) = (ProposalID(), ProposalID())
      try await Self.cross(textless, cases)
      try await Self.submit(id, cases)
      try await Self.cross(id, cases)
      let received = Array(repeating: Self.all[0], count: 2)
      try await cases.assignWaiting()
      #expect(try await Self.published(database) == received)
      try await database.execute(
        "INSERT INTO ministry (slug, korean, english, position) VALUES ('new', '새', 'New', 1000)")
      try await database.execute("INSERT INTO category_ministry (category, ministry) VALUES ('transport', 'new')")
      try await cases.assignWaiting()
      #expect(try await Self.published(database) == received)
      try await database.execute("UPDATE category_ministry SET ministry = 'molit' WHERE category = 'transport'")
      async let one: Void = cases.assignWaiting()
      async let other: Void = cases.assignWaiting()
      _ = try await (one, other)
      #expect(try await Self.published(database) == received + Self.all.dropFirst())
      let assigned: ProposalID? = try await database.one(
        "SELECT proposal FROM referral_case WHERE ministry = 'molit'")?[0]
      #expect(assigned == id)
    }
  }

  private static func body(_ response: HTTPResponse) -> String {
    guard case .bytes(let bytes) = response.body else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func request(_ query: String? = nil, _ parameters: [String: String] = [:]) -> Request {
    Request(http: HTTPRequest(method: .get, path: "/", query: query), parameters: parameters, caller: nil)
  }

  @Test func casesAndMinistriesAreListed() async throws {
    try await Self.withCases { cases, database in
      let id = ProposalID()
      try await Self.submit(id, cases)
      try await Self.cross(id, cases)
      try await Self.cross(ProposalID(), cases)
      struct Listed: Decodable {
        struct Item: Decodable {
          let id: CaseID
          let state: String
          let dueAt: Date
        }
        let items: [Item]
        let next: String?
      }
      let page: Listed = try JSON.decode(from: Array(Self.body(try await cases.list(Self.request("limit=1"))).utf8))
      let next: Listed = try JSON.decode(
        from: Array(Self.body(try await cases.list(Self.request("after=\(try #require(page.next))"))).utf8))
      #expect(Set((page.items + next.items).map(\.state)) == ["received", "assigned"])
      let molit: Listed = try JSON.decode(
        from: Array(Self.body(try await cases.list(Self.request("ministry=molit"))).utf8))
      #expect(molit.items.map(\.state) == ["assigned"])
      #expect(molit.items.first?.dueAt == LegalPeriod(days: 30).end(from: Self.now))
      let one = Self.body(
        try await cases.read(Self.request(nil, ["id": try #require(molit.items.first).id.description])))
      #expect(one.contains(#""ministry":{"english":"Ministry of Land, Infrastructure and Transport""#))
      let ministries = Self.body(try await cases.ministries(Self.request()))
      #expect(ministries.contains(#""slug":"molit","topic":"forum.referrals.molit""#))
      #expect(ministries.split(separator: "korean").count == Ministry.all.count + 1)
      await #expect(throws: Problem.self) { try await cases.list(Self.request("ministry=none")) }
      await #expect(throws: Problem.self) { try await cases.read(Self.request(nil, ["id": id.description])) }
    }
  }
}
