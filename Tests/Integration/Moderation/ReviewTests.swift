import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Moderation
@testable import ServiceKit

@Suite struct ReviewTests {
  static let now = Date(milliseconds: 1_790_000_000_340)

  static func withReviews<R: Sendable>(_ body: (Reviews, Database) async throws -> R) async throws -> R {
    try await withTestDatabase(schema: "moderation", migrations: Moderation.Migrations.all) { database, _ in
      let reviews = Reviews(
        database: database, clock: WallClock { now }, reviewClock: ReviewClock(soonDays: 7, lateDays: 10),
        appealDays: 14, lockMinutes: 15, targetDays: 10,
        selectionRule: SelectionRule(monthly: 3, leastSympathies: 10),
        log: Log(service: "moderation", minimum: .error))
      return try await body(reviews, database)
    }
  }

  static func envelope(_ event: ProposalEvent, _ proposal: ProposalID) -> Envelope<ProposalEvent> {
    Envelope(id: UUID(), type: "", time: now, subject: proposal.uuid, sequence: 1, event: event)
  }

  /// Hands a proposal in, so many days ago.
  static func submit(
    _ reviews: Reviews, daysAgo: Double = 1, _ category: Contracts.Category = .transport,
    by author: CitizenID = CitizenID()
  ) async throws -> ProposalID {
    let id = ProposalID()
    let event = ProposalSubmitted(
      proposal: id, author: author, title: "밤 버스", summary: "더 자주", body: "늘려 주십시오.", category: category,
      reference: nil, submittedAt: now.addingTimeInterval(-86_400 * daysAgo).wholeMilliseconds)
    try await reviews.database.transaction {
      try await reviews.apply(proposal: envelope(.submitted(event), id), in: $0)
    }
    return id
  }

  static func request(
    _ id: ProposalID? = nil, query: String? = nil, key: String? = nil, subject: String = "staff"
  ) -> Request {
    var headers: HTTPHeaders = ["content-type": "application/json"]
    if let key { headers.add("idempotency-key", key) }
    let claims = AccessTokenClaims(
      iss: "https://iss.example", sub: subject, aud: ["citizen-forum"], exp: 2_000_000_000, iat: 1_790_000_000,
      roles: ["support-unit"])
    return Request(
      http: HTTPRequest(method: .post, path: "/v1/x/\(id?.description ?? "")", query: query, headers: headers),
      parameters: id.map { ["id": $0.description] } ?? [:], caller: Caller(claims: claims))
  }

  struct Listed: Decodable {
    struct Item: Decodable {
      let proposal: ProposalID
      let mark: String?
    }
    let items: [Item]
    let next: String?
  }

  static func list(_ reviews: Reviews, _ query: String? = nil) async throws -> Listed {
    guard case .bytes(let bytes) = try await reviews.list(request(query: query)).body else {
      throw PostgresError(sqlState: "", message: "no bytes")
    }
    return try JSON.decode(from: bytes)
  }

  private static let selection = SelectionDraft(
    reason: "관심이 큽니다.", rule: RuleDraft(yesBar: 5_000, referral: "at-close", opensAt: nil, closesAt: nil))

  @Test func aDecisionWritesReviewLogAndEventTogether() async throws {
    try await Self.withReviews { reviews, database in
      let id = try await Self.submit(reviews)
      _ = try await reviews.accept(Self.request(id))
      _ = try await reviews.select(Self.request(id), Self.selection)
      let review = try #require(try await database.transaction { try await $0.review(id, locked: false) })
      #expect(review.state == .selected)
      #expect(review.selection?.rule.closesAt == Self.now.addingTimeInterval(30 * 86_400))
      let log = try await database.query("SELECT action, role, reason FROM action_log ORDER BY id")
      #expect(try log.map { try $0["action"] as String } == ["submit", "accept", "select"])
      #expect(try log.map { try $0["role"] as String } == ["citizen", "support-unit", "support-unit"])
      let outbox = try await database.query("SELECT type, payload FROM outbox ORDER BY id")
      #expect(try outbox.map { try $0["type"] as String } == [ProposalAccepted.type, TaskSelected.type])
      let event: TaskSelected = try JSON.decode(from: try #require(outbox.last)["payload"])
      #expect(try event.rule.hash() == review.selection?.rule.hash())
    }
  }

  @Test func aRefusedDecisionLeavesNothingBehind() async throws {
    try await Self.withReviews { reviews, database in
      let id = try await Self.submit(reviews)
      let refusal = await #expect(throws: Problem.self) { try await reviews.select(Self.request(id), Self.selection) }
      #expect(refusal?.status == 409)
      let unknown = await #expect(throws: Problem.self) { try await reviews.accept(Self.request(ProposalID())) }
      #expect(unknown?.status == 404)
      let count: Int? = try await database.one(
        "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM action_log) AS n")?["n"]
      // That it was handed in.
      #expect(count == 1)
    }
  }

  @Test func aRepetitionWithTheSameKeyDecidesOnce() async throws {
    try await Self.withReviews { reviews, database in
      let id = try await Self.submit(reviews)
      let draft = RejectionDraft(code: "duplicate", explanation: "같은 제안이 있습니다.")
      let first = try await reviews.reject(Self.request(id, key: "k"), draft)
      let second = try await reviews.reject(Self.request(id, key: "k"), draft)
      #expect(first.status == 200 && second.status == 200)
      let count: Int? = try await database.one("SELECT count(*) AS n FROM action_log WHERE action = 'reject'")?["n"]
      #expect(count == 1)
    }
  }

  @Test func ofTwoDecisionsAtOnceOneWins() async throws {
    try await Self.withReviews { reviews, database in
      let draft = RejectionDraft(code: "duplicate", explanation: "x")
      let rounds = 5
      for _ in 0..<rounds {
        let id = try await Self.submit(reviews)
        let decided = try await atOnce(
          2, on: "SELECT proposal FROM review WHERE proposal = \(id) FOR UPDATE", of: database
        ) { number in
          if number == 0 { return (try? await reviews.accept(Self.request(id))) != nil }
          return (try? await reviews.reject(Self.request(id, subject: "another"), draft)) != nil
        }
        #expect(decided.count { $0 } == 1)
      }
      let count: Int? = try await database.one("SELECT count(*) AS n FROM outbox")?["n"]
      #expect(count == rounds)
    }
  }

  @Test func aWithdrawnReviewIsNotDecided() async throws {
    try await Self.withReviews { reviews, database in
      let id = try await Self.submit(reviews)
      _ = try await reviews.accept(Self.request(id))
      let event = ProposalWithdrawn(proposal: id, reason: .mistake, withdrawnAt: Self.now)
      try await database.transaction { try await reviews.apply(proposal: Self.envelope(.withdrawn(event), id), in: $0) }
      let refusal = await #expect(throws: Problem.self) { try await reviews.select(Self.request(id), Self.selection) }
      #expect(refusal?.status == 409)
    }
  }

  @Test func theQueueIsOldestFirstByPagesAndFilters() async throws {
    try await Self.withReviews { reviews, _ in
      let young = try await Self.submit(reviews, daysAgo: 2)
      let late = try await Self.submit(reviews, daysAgo: 12)
      let soon = try await Self.submit(reviews, daysAgo: 8, .jobs)
      let decided = try await Self.submit(reviews, daysAgo: 20)
      _ = try await reviews.accept(Self.request(decided))
      let first = try await Self.list(reviews, "limit=2")
      #expect(first.items.map(\.proposal) == [late, soon])
      #expect(first.items.map(\.mark) == ["late", "soon"])
      let second = try await Self.list(reviews, "limit=2&after=\(try #require(first.next))")
      #expect(second.items.map(\.proposal) == [young])
      #expect(second.next == nil)
      #expect(try await Self.list(reviews, "mark=late").items.map(\.proposal) == [late])
      #expect(try await Self.list(reviews, "mark=soon&category=jobs").items.map(\.proposal) == [soon])
      #expect(try await Self.list(reviews, "mark=soon&category=rural").items.isEmpty)
      #expect(try await Self.list(reviews, "state=accepted").items.map(\.proposal) == [decided])
      await #expect(throws: Problem.self) { try await Self.list(reviews, "mark=never") }
    }
  }

  @Test func theActionLogCannotBeRewritten() async throws {
    try await Self.withReviews { reviews, database in
      _ = try await reviews.accept(Self.request(try await Self.submit(reviews)))
      for statement: Query in ["UPDATE action_log SET role = 'x'", "DELETE FROM action_log", "TRUNCATE action_log"] {
        await #expect(throws: PostgresError.self) { try await database.execute(statement) }
      }
    }
  }

  private static func returnTo(_ reviews: Reviews, _ id: ProposalID) async throws {
    _ = try await reviews.return(request(id), ReturnDraft(note: "더 짧게"))
  }

  @Test func aReturnedReviewWaitsForItsRevisionAndIsDecidedThen() async throws {
    try await Self.withReviews { reviews, database in
      let id = try await Self.submit(reviews)
      try await Self.returnTo(reviews, id)
      let waiting = await #expect(throws: Problem.self) { try await reviews.accept(Self.request(id)) }
      #expect(waiting?.status == 409)
      let revision = ProposalRevised(
        proposal: id, revision: 2, title: "짧게", summary: "s", body: "b", category: .transport, reference: nil,
        fingerprint: "ab", revisedAt: Self.now)
      try await database.transaction {
        try await reviews.apply(proposal: Self.envelope(.revised(revision), id), in: $0)
      }
      let again = await #expect(throws: Problem.self) { try await Self.returnTo(reviews, id) }
      #expect(again?.code == "already-returned")
      _ = try await reviews.accept(Self.request(id))
      let review = try #require(try await database.transaction { try await $0.review(id, locked: false) })
      #expect(review.state == .accepted && review.title == "짧게" && review.returnNote == "더 짧게")
    }
  }

  @Test func anAppealIsDecidedByAnotherPersonAndStandsInTheLog() async throws {
    try await Self.withReviews { reviews, database in
      let author = try #require(Self.request(subject: "author").caller).citizen
      let id = try await Self.submit(reviews, by: author)
      _ = try await reviews.reject(Self.request(id), RejectionDraft(code: "duplicate", explanation: "x"))
      let draft = AppealDraft(ground: "factual-error", statement: "그렇지 않습니다.")
      let stranger = await #expect(throws: Problem.self) {
        try await reviews.appeal(Self.request(id, subject: "stranger"), draft)
      }
      #expect(stranger?.status == 403)
      #expect(try await reviews.appeal(Self.request(id, subject: "author"), draft).status == 200)
      let decision = AppealDecisionDraft(outcome: "overturned", explanation: "살펴보았습니다.")
      let same = await #expect(throws: Problem.self) { try await reviews.decideAppeal(Self.request(id), decision) }
      #expect(same?.status == 403)
      #expect(try await reviews.decideAppeal(Self.request(id, subject: "second"), decision).status == 200)
      let review = try #require(try await database.transaction { try await $0.review(id, locked: false) })
      #expect(review.state == .accepted && review.appeal?.decision?.outcome == .overturned)
      let log = try await database.query("SELECT action, role FROM action_log ORDER BY id")
      #expect(try log.map { try $0["action"] as String } == ["submit", "reject", "appeal", "overturn"])
      #expect(try log.map { try $0["role"] as String } == ["citizen", "support-unit", "citizen", "support-unit"])
      let types: [String] = try await database.query("SELECT type FROM outbox ORDER BY id").map { try $0["type"] }
      #expect(types == [ProposalRejected.type, RejectionAppealed.type, AppealDecided.type])
    }
  }

  /// Two at once merge each into the other: one of them goes on.
  @Test func ofTwoThatAreMergedIntoEachOtherOneGoesOn() async throws {
    try await Self.withReviews { reviews, database in
      for _ in 0..<10 {
        let (a, b) = (try await Self.submit(reviews), try await Self.submit(reviews))
        async let first =
          (try? await reviews.merge(Self.request(a), MergerDraft(into: b, reason: "같은 제안"))) != nil
        async let second =
          (try? await reviews.merge(Self.request(b), MergerDraft(into: a, reason: "같은 제안"))) != nil
        #expect(await [first, second].count { $0 } == 1)
      }
      let unknown = await #expect(throws: Problem.self) {
        let id = try await Self.submit(reviews)
        return try await reviews.merge(Self.request(id), MergerDraft(into: ProposalID(), reason: "x"))
      }
      #expect(unknown?.status == 404)
    }
  }
}
