import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Intake
@testable import ServiceKit

/// What is like a text, on real PostgreSQL with the shipped kind of database.
@Suite struct SimilarTests {
  private struct Found: Decodable {
    struct Item: Decodable {
      let id: ProposalID
      let title: String
      let state: TaskState
      let score: Double
    }
    let items: [Item]
  }

  private static func found(
    _ database: Database, _ title: String? = nil, body: String? = nil, slots: Int = 4
  ) async throws -> [Found.Item] {
    let similar = SimilarProposals(database: database, slots: SearchSlots(slots))
    let response = try await similar.search(IntakeFixture.request(), .init(title: title, body: body))
    return try IntakeFixture.decoded(response, as: Found.self).items
  }

  private static func fill(_ database: Database) async throws {
    try await database.propose("심야 버스 노선을 늘려 주십시오", body: "병원 근무가 끝나면 다니는 버스가 없습니다. 한 시간에 한 번이면 됩니다.")
    try await database.propose("어린이집 보육료 인상", body: "맞벌이 부부는 저녁까지 아이를 맡길 곳이 없습니다.", in: .open)
    try await database.propose("군인 급식 개선", body: "식단과 예산을 공개하십시오.")
    try await database.propose("여권 재발급을 온라인으로", body: "구청에 두 번 가야 합니다.")
  }

  @Test func koreanTextsAreFoundByTitleByBodyAndAsOneTypes() async throws {
    try await IntakeFixture.withDatabase { database in
      try await Self.fill(database)
      let typed = try await Self.found(database, "심야버스 노선을 늘")
      #expect(typed.first?.title == "심야 버스 노선을 늘려 주십시오")
      let same = try await Self.found(database, "어린이집 보육료 인상")
      #expect(same.first?.score == 1 && same.first?.state == .open)
      // The same text under another title.
      let copied = try await Self.found(database, "제안합니다", body: "병원 근무가 끝나면 다니는 버스가 없습니다.")
      #expect(copied.first?.title == "심야 버스 노선을 늘려 주십시오")
      #expect(try await Self.found(database, "한복 대여점 위생 기준").isEmpty)
      #expect(try await Self.found(database, "").isEmpty)
      #expect(try await Self.found(database, "?!", body: "...").isEmpty)
    }
  }

  @Test func theFiveMostSimilarComeBestFirst() async throws {
    try await IntakeFixture.withDatabase { database in
      for number in 1...8 {
        try await database.propose("밤 버스 \(String(repeating: "더 ", count: number))자주", body: "\(number)")
      }
      let items = try await Self.found(database, "밤 버스 더 자주")
      #expect(items.count == 5 && items.first?.score == 1)
      #expect(items.map(\.score) == items.map(\.score).sorted(by: >))
    }
  }

  @Test func aHiddenTextNeverShows() async throws {
    try await IntakeFixture.withDatabase { database in
      for code in RejectionCode.allCases {
        try await database.propose(
          "심야 버스 \(code.rawValue)", in: code == .offensive ? .withdrawn : .rejected,
          rejected: .init(code: code, explanation: "."))
      }
      let shown = try await Self.found(database, "심야 버스 offensive", body: "심야 버스 libellous advertisement")
      #expect(!shown.isEmpty)
      for code in ["offensive", "libellous", "advertisement"] { #expect(!shown.contains { $0.title.hasSuffix(code) }) }
    }
  }

  @Test func aChangedTextIsFoundAsItIsNow() async throws {
    try await IntakeFixture.withDatabase { database in
      let id = try await database.propose("심야 버스")
      try await database.execute("UPDATE proposal SET title = '여권 재발급', body = '온라인으로' WHERE id = \(id)")
      #expect(try await Self.found(database, "심야 버스").isEmpty)
      #expect(try await Self.found(database, "여권 재발급").map(\.id) == [id])
    }
  }

  @Test func whatMostTextsHaveInCommonDoesNotCount() async throws {
    try await IntakeFixture.withDatabase { database in
      for number in 0..<60 { try await database.propose("제안 \(number)", body: "존경하는 여러분께 부탁드립니다.") }
      let passport = try await database.propose("여권", body: "존경하는 여러분께 부탁드립니다. 재발급을 온라인으로 해 주십시오.")
      try await SimilarProposals(database: database, slots: SearchSlots(1)).learn()
      let learnt = try await database.one("SELECT count(*) AS n, max(share)::float8 AS most FROM common_trigram")
      #expect(try learnt?["n"] as Int64? ?? 0 > 10 && learnt?["most"] == 1.0)
      let items = try await Self.found(database, body: "존경하는 여러분께 부탁드립니다. 재발급을 온라인으로 해 주십시오.")
      #expect(items.map(\.id) == [passport])
    }
  }

  @Test func whoComesWhenAllSlotsAreTakenIsToldToComeAgain() async throws {
    try await IntakeFixture.withDatabase { database in
      let problem = await #expect(throws: Problem.self) { try await Self.found(database, "버스", slots: 0) }
      #expect(problem?.status == 503 && problem?.retryAfter == 1)
    }
  }

  /// Without it no Korean letter would count as one.
  @Test func aDatabaseThatKnowsNoKoreanLettersIsRefused() async throws {
    let server = Database(try TestServer.configuration(database: "postgres"), maximumConnections: 1)
    try await server.execute("CREATE DATABASE test_without_letters TEMPLATE template0 LC_CTYPE 'C'")
    let database = Database(try TestServer.configuration(database: "test_without_letters"))
    let error = await #expect(throws: MigrationError.self) {
      try await migrate(database, schema: "intake", migrations: Intake.Migrations.all)
    }
    #expect(error?.description.contains("LC_CTYPE") == true)
    await database.close()
    try await server.execute("DROP DATABASE test_without_letters WITH (FORCE)")
    await server.close()
  }
}
