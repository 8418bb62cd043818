import Contracts
import Crypto
import FoundationEssentials
import HTTPClient
import HTTPServer
import Postgres
import Testing

@testable import Referral
@testable import ServiceKit

/// That every hiding of what people write about results is told with it.
@Suite struct HidingTests {
  private struct Told: Equatable {
    let topic: String
    let sequence: Int64
    let deed: OpinionDeed
    let code: OpinionHidingCode?
    let explanation: String?
  }

  private static let everybody = "forum.referrals"
  private static let ministry = "forum.referrals.molit"

  private func request(_ id: some CustomStringConvertible, as staff: String) -> Request {
    let claims = AccessTokenClaims(
      iss: "test", sub: staff, aud: ["forum"], exp: .max, iat: 0, roles: [Role.supportUnit.rawValue], office: nil)
    return Request(
      http: HTTPRequest(method: .post, path: "/", headers: ["idempotency-key": staff], body: []),
      parameters: ["id": "\(id)"], caller: Caller(claims: claims))
  }

  /// A case that a ministry has, and the number of the last event that was told of it on each topic.
  private func withCase(_ body: (CaseBench, CaseID, [String: Int64]) async throws -> Void) async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.adopt(on: 1)
      bench.move(to: 2)
      let rows = try await bench.database.query("SELECT topic, max(sequence) AS last FROM outbox GROUP BY topic")
      let last = Dictionary(try rows.map { (try $0["topic"] as String, try $0["last"] as Int64) }) { $1 }
      try await body(bench, try await bench.only().id, last)
    }
  }

  private func rate(_ id: CaseID, _ bench: CaseBench) async throws -> RatingID {
    let draft = RatingDraft(score: 1, reason: "욕설")
    let rating = try await bench.database.transaction {
      try await $0.rate(id, .answer, of: "molit", draft, by: CitizenID(), at: bench.cases.clock.now)
    }
    return try #require(rating).id
  }

  private func say(_ id: CaseID, _ bench: CaseBench) async throws -> ResultOpinionID {
    let opinion = ResultOpinion(
      id: ResultOpinionID(), caseID: id, author: CitizenID(), text: "욕설", writtenAt: bench.cases.clock.now)
    try await bench.database.transaction { try await $0.insert(opinion) }
    return opinion.id
  }

  private func ratings(_ bench: CaseBench) -> Hidings<Rating, RatingView> {
    // Nobody is asked.
    let client = HTTPClient(connections: 1)
    defer { client.close() }
    let log = Log(service: "referral", minimum: .error)
    return Ratings(
      database: bench.database, clock: bench.cases.clock,
      participants: Participants(client: client, intake: "", voting: "", log: log), log: log
    ).hidings
  }

  private func opinions(_ bench: CaseBench) -> Hidings<ResultOpinion, ResultOpinionView> {
    ResultOpinions(database: bench.database, clock: bench.cases.clock).hidings
  }

  private func check<Text, View>(
    _ hidings: Hidings<Text, View>, _ id: Identifier<Text.Kind>, _ kind: CaseTextKind, of known: CaseID,
    after last: [String: Int64], _ bench: CaseBench
  ) async throws {
    let (all, own) = (last[Self.everybody] ?? 0, last[Self.ministry] ?? 0)
    let version = try await bench.only().version
    let draft = HidingDraft(code: .offensive, explanation: "모욕")
    _ = try await hidings.propose(request(id, as: "first"), draft)
    _ = try await hidings.refuse(request(id, as: "second"))
    _ = try await hidings.propose(request(id, as: "third"), draft)
    _ = try await hidings.confirm(request(id, as: "fourth"))
    // The same request again, and one that is refused.
    _ = try await hidings.confirm(request(id, as: "fourth"))
    await #expect(throws: Problem.self) { try await hidings.confirm(request(id, as: "fifth")) }
    _ = try await hidings.restore(request(id, as: "sixth"), RestorationDraft(reason: "인용"))

    let rows = try await bench.database.query(
      "SELECT topic, sequence, payload FROM outbox WHERE type = \(CaseTextModerated.type) ORDER BY id")
    let told = try rows.map { row in
      let event: CaseTextModerated = try JSON.decode(from: try row["payload"] as [UInt8])
      #expect(event.kind == kind && event.text.uuid == id.uuid && event.caseID == known && event.role == "support-unit")
      return Told(
        topic: try row["topic"], sequence: try row["sequence"], deed: event.deed, code: event.code,
        explanation: event.explanation)
    }
    func line(_ topic: String, _ number: Int64, _ deed: OpinionDeed, _ code: OpinionHidingCode?, _ text: String?)
      -> Told
    {
      Told(topic: topic, sequence: number, deed: deed, code: code, explanation: text)
    }
    #expect(
      told == [
        line(Self.everybody, all + 1, .proposeHiding, .offensive, "모욕"),
        line(Self.everybody, all + 2, .refuseHiding, nil, nil),
        line(Self.everybody, all + 3, .proposeHiding, .offensive, "모욕"),
        line(Self.everybody, all + 4, .hide, .offensive, "모욕"),
        line(Self.ministry, own + 1, .hide, .offensive, "모욕"),
        line(Self.everybody, all + 5, .restore, nil, "인용"),
        line(Self.ministry, own + 2, .restore, nil, "인용"),
      ])
    // Everybody reads the timeline: what is only proposed is not in it.
    let entries = try await bench.database.entries(of: known, after: 0, 100).filter {
      $0.type == CaseTextModerated.type
    }
    let deeds = try entries.map { entry in
      let data = try #require(entry.data)
      let event: CaseTextModerated = try JSON.decode(from: Array(data.text.utf8))
      return event.deed
    }
    #expect(deeds == [.hide, .restore])
    let after = try await bench.only()
    #expect(after.version == version, "nobody's work on the case has become another's")
  }

  @Test func everyActOnARatingIsTold() async throws {
    try await withCase { bench, known, last in
      let id = try await rate(known, bench)
      try await check(ratings(bench), id, .rating, of: known, after: last, bench)
    }
  }

  @Test func everyActOnAnOpinionOnResultsIsTold() async throws {
    try await withCase { bench, known, last in
      let id = try await say(known, bench)
      try await check(opinions(bench), id, .resultOpinion, of: known, after: last, bench)
    }
  }

  @Test func nothingIsHiddenThatCannotBeTold() async throws {
    try await withCase { bench, known, _ in
      let (rating, opinion) = (try await rate(known, bench), try await say(known, bench))
      let draft = HidingDraft(code: .offensive, explanation: nil)
      _ = try await ratings(bench).propose(request(rating, as: "first"), draft)
      _ = try await opinions(bench).propose(request(opinion, as: "second"), draft)
      // At the last moment, as a process that is killed there would.
      try await bench.database.execute(
        """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'killed'; END $$
        """)
      try await bench.database.execute(
        """
        CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION fail()
        """)
      await #expect(throws: (any Error).self) { try await ratings(bench).confirm(request(rating, as: "third")) }
      await #expect(throws: (any Error).self) { try await opinions(bench).confirm(request(opinion, as: "fourth")) }
      let hidden = try await bench.database.one(
        """
        SELECT (SELECT count(*) FROM rating WHERE hidden_at IS NOT NULL OR proposed_at IS NULL)
          + (SELECT count(*) FROM result_opinion WHERE hidden_at IS NOT NULL OR proposed_at IS NULL) AS count
        """)
      #expect(try hidden?["count"] == 0)
    }
  }

  /// Whoever hides waits for the case, and whoever acts on the case for no text.
  @Test func hidingsOfManyTextsOfACaseAtOnceAreAllTold() async throws {
    try await withCase { bench, known, last in
      var ids: [ResultOpinionID] = []
      for _ in 0..<4 { ids.append(try await say(known, bench)) }
      let (said, hidings) = (ids, opinions(bench))
      let draft = HidingDraft(code: .offensive, explanation: nil)
      for id in said { _ = try await hidings.propose(request(id, as: "first-\(id)"), draft) }
      _ = try await atOnce(
        4, on: "SELECT 1 AS one FROM referral_case WHERE id = \(known) FOR UPDATE", of: bench.database
      ) { number in try await hidings.confirm(request(said[number], as: "second-\(number)")).status }
      let rows = try await bench.database.query(
        "SELECT sequence FROM outbox WHERE type = \(CaseTextModerated.type) AND topic = \(Self.ministry) ORDER BY id")
      let own = last[Self.ministry] ?? 0
      #expect(try rows.map { try $0["sequence"] as Int64 } == (1...4).map { own + $0 })
    }
  }
}
