import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Intake
@testable import ServiceKit

/// What citizens are still writing, on real PostgreSQL.
@Suite struct DraftTests {
  private static let now = Date(milliseconds: 1_790_000_000_340)

  private static func withDrafts<R: Sendable>(_ body: (Drafts) async throws -> R) async throws -> R {
    try await withTestDatabase(schema: "intake", migrations: Intake.Migrations.all) { database, _ in
      try await body(
        Drafts(database: database, clock: WallClock { now }, gate: GateRule(needed: 5, days: 30), days: 90))
    }
  }

  private static func request(
    _ id: DraftID? = nil, by subject: String = "writer", version: Int? = nil, key: String? = nil
  ) -> Request {
    var headers: HTTPHeaders = ["content-type": "application/json"]
    if let version { headers.add("if-match", "\"\(version)\"") }
    if let key { headers.add("idempotency-key", key) }
    let claims = AccessTokenClaims(
      iss: "https://iss.example", sub: subject, aud: ["citizen-forum"], exp: 2_000_000_000, iat: 1_790_000_000,
      roles: ["citizen"])
    return Request(
      http: HTTPRequest(method: .post, path: "/v1/drafts/\(id?.description ?? "")", headers: headers),
      parameters: id.map { ["id": $0.description] } ?? [:], caller: Caller(claims: claims))
  }

  private struct Shown: Decodable {
    struct Fault: Decodable { let pointer: String }
    let id: DraftID
    let title: String?
    let errors: [Fault]?
  }

  private static func decoded<Value: Decodable>(_ response: Response, as _: Value.Type = Value.self) throws -> Value {
    guard case .bytes(let bytes) = response.body else { throw PostgresError(sqlState: "", message: "no bytes") }
    return try JSON.decode(from: bytes)
  }

  private static let complete = DraftText(title: "밤 버스", summary: "더 자주", body: "늘려 주십시오.", category: "transport")

  @Test func aDraftIsSavedReadAndSubmittedByItsAuthor() async throws {
    try await Self.withDrafts { drafts in
      let created = try await drafts.create(Self.request(), DraftText(title: "밤"))
      #expect(created.status == 201 && created.headers["etag"] == "\"1\"")
      let draft: Shown = try Self.decoded(created)
      #expect(draft.errors?.map(\.pointer) == ["#/summary", "#/body", "#/category"])
      let refused = await #expect(throws: Problem.self) { try await drafts.submit(Self.request(draft.id, version: 1)) }
      #expect(refused?.status == 422)
      let saved = try await drafts.save(Self.request(draft.id, version: 1), Self.complete)
      #expect(saved.headers["etag"] == "\"2\"")
      let read: Shown = try Self.decoded(try await drafts.read(Self.request(draft.id)))
      #expect(read.title == "밤 버스" && read.errors?.isEmpty == true)
      // What was saved on another device is not published unread.
      let unread = await #expect(throws: Problem.self) { try await drafts.submit(Self.request(draft.id, version: 1)) }
      #expect(unread?.status == 412)
      let first = try await drafts.submit(Self.request(draft.id, version: 2, key: "once"))
      let again = try await drafts.submit(Self.request(draft.id, version: 2, key: "once"))
      #expect(first.status == 201 && again.status == 201 && first.headers["location"] == again.headers["location"])
      let counts = try await drafts.database.one(
        "SELECT (SELECT count(*) FROM draft) AS drafts, (SELECT count(*) FROM proposal) AS proposals")
      #expect(try counts?["drafts"] == 0 as Int64 && counts?["proposals"] == 1 as Int64)
    }
  }

  @Test func toAnybodyElseThereIsNoSuchDraft() async throws {
    try await Self.withDrafts { drafts in
      let draft: Shown = try Self.decoded(try await drafts.create(Self.request(), Self.complete))
      let stranger = Self.request(draft.id, by: "stranger", version: 1)
      for attempt in [drafts.read, drafts.delete, drafts.submit, { try await drafts.save($0, Self.complete) }] {
        let problem = await #expect(throws: Problem.self) { try await attempt(stranger) }
        #expect(problem?.status == 404)
      }
      let list: Page = try Self.decoded(try await drafts.list(stranger))
      #expect(list.items.isEmpty)
      let own: Page = try Self.decoded(try await drafts.list(Self.request()))
      #expect(own.items.map(\.id) == [draft.id])
    }
  }

  private struct Page: Decodable { let items: [Shown] }

  /// Saved on two devices at once: one is told that it did not read what the other wrote.
  @Test func ofTwoSavesOverOneVersionOneIsRefused() async throws {
    try await Self.withDrafts { drafts in
      let draft: Shown = try Self.decoded(try await drafts.create(Self.request(), DraftText()))
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for device in 0..<8 {
          group.addTask {
            do {
              return try await drafts.save(Self.request(draft.id, version: 1), DraftText(title: "\(device)")).status
            } catch let problem as Problem { return problem.status }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.sorted() == [200] + Array(repeating: 412, count: 7))
      let missing = await #expect(throws: Problem.self) { try await drafts.save(Self.request(draft.id), DraftText()) }
      #expect(missing?.status == 428)
    }
  }

  @Test func aCitizenHasSoManyDraftsAndNoMoreHoweverManyAreMadeAtOnce() async throws {
    try await Self.withDrafts { drafts in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<Draft.limit + 10 {
          group.addTask {
            do { return try await drafts.create(Self.request(), DraftText()).status } catch let problem as Problem {
              return problem.status
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.filter { $0 == 201 }.count == Draft.limit && statuses.filter { $0 == 409 }.count == 10)
      #expect(try await drafts.create(Self.request(by: "another"), DraftText()).status == 201)
    }
  }

  @Test func aDraftThatNobodyGoesOnWithIsDeleted() async throws {
    try await Self.withDrafts { drafts in
      let old = Draft(
        id: DraftID(), author: CitizenID(), text: DraftText(), version: 1,
        savedAt: Self.now.addingTimeInterval(-90 * 86_400 - 1))
      let young = Draft(
        id: DraftID(), author: CitizenID(), text: DraftText(), version: 1,
        savedAt: Self.now.addingTimeInterval(-90 * 86_400 + 1))
      try await drafts.database.transaction { transaction in
        for draft in [old, young] { try await transaction.insert(draft) }
      }
      try await drafts.expire()
      let rows = try await drafts.database.query("SELECT id FROM draft")
      #expect(try rows.map { try $0["id"] as DraftID } == [young.id])
    }
  }
}
