import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Intake
@testable import ServiceKit

/// What citizens say for and against a proposal, on real PostgreSQL.
@Suite struct OpinionTests {
  private struct Shown: Decodable {
    struct Hiding: Decodable { let code: String }
    let id: OpinionID
    let side: String?
    let text: String?
    let answers: Int
    let hiding: Hiding?
    let deletedAt: Date?
    let mine: Bool
  }
  private struct Page: Decodable {
    let items: [Shown]
    let next: String?
  }

  private static func with<R: Sendable>(
    limit: Int = 1_000, _ body: (Discussion, ProposalID) async throws -> R
  ) async throws -> R {
    try await IntakeFixture.withDatabase { database in
      let clock = WallClock { IntakeFixture.now }
      let discussion = Discussion(database: database, clock: clock, rate: OpinionRate(limit: limit))
      return try await body(discussion, try await database.propose())
    }
  }

  private static func request(
    _ id: OpinionID, by subject: String = "citizen", role: String = "citizen", query: String? = nil
  ) -> Request { IntakeFixture.request(["id": "\(id)"], by: subject, role: role, query: query) }

  @discardableResult
  private static func say(
    _ discussion: Discussion, _ proposal: ProposalID, _ text: String = "찬성합니다.", side: Opinion.Side = .pro,
    by subject: String = "kim"
  ) async throws -> Shown {
    try IntakeFixture.decoded(
      try await discussion.say(IntakeFixture.request(proposal, by: subject), .init(side: side, text: text)))
  }

  private static func list(
    _ discussion: Discussion, _ proposal: ProposalID, _ query: String = "side=pro", by subject: String = "reader"
  ) async throws -> Page {
    try IntakeFixture.decoded(
      try await discussion.list(IntakeFixture.request(proposal, by: subject, query: query)))
  }

  private static func answers(_ discussion: Discussion, _ id: OpinionID) async throws -> Page {
    try IntakeFixture.decoded(try await discussion.answers(request(id)))
  }

  @Test func opinionsStandInTwoColumnsPageByPage() async throws {
    try await Self.with { discussion, proposal in
      for number in 0..<5 {
        try await Self.say(discussion, proposal, "찬성 \(number)", by: "kim")
        try await Self.say(discussion, proposal, "반대 \(number)", side: .contra, by: "lee")
      }
      let first = try await Self.list(discussion, proposal, "side=pro&limit=3", by: "kim")
      let next = try #require(first.next)
      let second = try await Self.list(discussion, proposal, "side=pro&limit=3&after=\(next)")
      #expect(first.items.count == 3 && second.items.count == 2 && second.next == nil)
      #expect(Set((first.items + second.items).compactMap(\.text)) == Set((0..<5).map { "찬성 \($0)" }))
      #expect(first.items.allSatisfy(\.mine) && !second.items.contains(where: \.mine))
      #expect(try await Self.list(discussion, proposal, "side=contra").items.count == 5)
      let request = IntakeFixture.request(proposal)
      #expect(try await IntakeFixture.status { try await discussion.list(request) } == 400)
    }
  }

  @Test func aDeletedOpinionLeavesItsPlaceAsLongAsThereAreAnswers() async throws {
    try await Self.with { discussion, proposal in
      let opinion = try await Self.say(discussion, proposal)
      let answer: Shown = try IntakeFixture.decoded(
        try await discussion.answer(Self.request(opinion.id, by: "lee"), .init(text: "동의합니다.")))
      #expect(answer.side == nil)
      let deeper = Self.request(answer.id, by: "park")
      #expect(try await IntakeFixture.status { try await discussion.answer(deeper, .init(text: "x")) } == 409)
      #expect(
        try await IntakeFixture.status { try await discussion.delete(Self.request(opinion.id, by: "lee")) } == 403)
      for _ in 1...2 { _ = try await discussion.delete(Self.request(opinion.id, by: "kim")) }
      let left = try await Self.list(discussion, proposal).items
      #expect(left.count == 1 && left[0].text == nil && left[0].deletedAt != nil && left[0].answers == 1)
      #expect(try await Self.answers(discussion, opinion.id).items.map(\.text) == ["동의합니다."])
      let late = Self.request(opinion.id, by: "park")
      #expect(try await IntakeFixture.status { try await discussion.answer(late, .init(text: "x")) } == 409)
      _ = try await discussion.delete(Self.request(answer.id, by: "lee"))
      #expect(try await Self.list(discussion, proposal).items.isEmpty)
      let texts = try await discussion.database.query("SELECT text FROM opinion")
      #expect(try texts.allSatisfy { try $0["text"] as String? == nil })
    }
  }

  @Test func aHiddenOpinionKeepsItsPlaceWithTheReason() async throws {
    try await Self.with { discussion, proposal in
      let opinion = try await Self.say(discussion, proposal)
      for (reader, reason) in [("lee", Opinion.FlagReason.offensive), ("lee", .spam), ("park", .spam)] {
        _ = try await discussion.flag(Self.request(opinion.id, by: reader), .init(reason: reason))
      }
      struct Flagged: Decodable {
        struct Item: Decodable {
          let opinion: Shown
          let flags: [String: Int]
        }
        let items: [Item]
      }
      let unit = Self.request(opinion.id, by: "unit", role: "support-unit")
      let flagged: Flagged = try IntakeFixture.decoded(try await discussion.flagged(unit))
      #expect(flagged.items.map(\.opinion.id) == [opinion.id])
      #expect(flagged.items[0].flags == ["spam": 1, "offensive": 1, "does-not-belong": 0])
      _ = try await discussion.proposeHiding(unit, .init(code: .offensive, explanation: "욕설"))
      #expect(try await Self.list(discussion, proposal).items.map(\.text) == ["찬성합니다."], "one person hides nothing")
      #expect(try await IntakeFixture.status { try await discussion.confirmHiding(unit) } == 403)
      let waiting: Page = try IntakeFixture.decoded(try await discussion.proposedHidings(unit))
      #expect(waiting.items.map(\.id) == [opinion.id])
      let second = Self.request(opinion.id, by: "second", role: "support-unit")
      _ = try await discussion.confirmHiding(second)
      let shown = try await Self.list(discussion, proposal).items
      #expect(shown.count == 1 && shown[0].text == nil && shown[0].hiding?.code == "offensive")
      let after: Flagged = try IntakeFixture.decoded(try await discussion.flagged(unit))
      #expect(after.items.isEmpty)
      _ = try await discussion.restore(second, .init(reason: "욕설이 아닙니다."))
      #expect(try await Self.list(discussion, proposal).items.map(\.text) == ["찬성합니다."])
      #expect(try await Self.deeds(discussion) == [.proposeHiding, .hide, .restore])
    }
  }

  /// What was told of acts on opinions, in order.
  private static func deeds(_ discussion: Discussion) async throws -> [OpinionDeed] {
    try await discussion.database.query(
      "SELECT payload FROM outbox WHERE type = 'kr.forum.opinion.moderated.v1' ORDER BY id"
    ).map { row in
      let event: OpinionModerated = try JSON.decode(from: try row["payload"])
      return event.deed
    }
  }

  /// Many of the Support Unit at once: some confirm, some refuse, and one of them decides.
  @Test func ofAllWhoDecideOnOneHidingOneDoes() async throws {
    try await Self.with { discussion, proposal in
      var expected: [OpinionDeed] = []
      for round in 0..<10 {
        let opinion = try await Self.say(discussion, proposal, "\(round)")
        let propose = try await Self.statuses(4) { number in
          try await discussion.proposeHiding(
            Self.request(opinion.id, by: "first-\(number)", role: "support-unit"),
            .init(code: .offensive, explanation: nil))
        }
        #expect(propose == [200, 409, 409, 409], "of all who propose it one does")
        let decide = try await Self.statuses(8) { number in
          let staff = Self.request(opinion.id, by: "second-\(number)", role: "support-unit")
          return try await number.isMultiple(of: 2) ? discussion.confirmHiding(staff) : discussion.refuseHiding(staff)
        }
        #expect(decide == [200] + Array(repeating: 409, count: 7))
        let row = try await discussion.database.one("SELECT hidden_at FROM opinion WHERE id = \(opinion.id)")
        let isHidden = try row?["hidden_at"] as Date? != nil
        expected += [.proposeHiding, isHidden ? .hide : .refuseHiding]
        #expect(try await Self.deeds(discussion) == expected, "one event for each act")
      }
    }
  }

  /// Many readers at once, and each of them twice: every one counts once.
  @Test func flagsAtOnceCountOnceEach() async throws {
    try await Self.with { discussion, proposal in
      let opinion = try await Self.say(discussion, proposal)
      let statuses = try await Self.statuses(12) { number in
        try await discussion.flag(Self.request(opinion.id, by: "reader-\(number % 3)"), .init(reason: .spam))
      }
      #expect(Set(statuses) == [204])
      let flags: Int? = try await discussion.database.one("SELECT count(*) AS n FROM opinion_flag")?["n"]
      #expect(flags == 3)
      #expect(try await Self.list(discussion, proposal).items.map(\.text) == ["찬성합니다."], "flags hide nothing")
    }
  }

  private static func statuses(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Response
  ) async throws -> [Int] {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<count { group.addTask { try await IntakeFixture.status { try await body(number) } } }
      return try await group.reduce(into: []) { $0.append($1) }.sorted()
    }
  }

  @Test func opinionsAreTakenFromTheAcceptanceToTheEndOfTheVote() async throws {
    try await Self.with { discussion, _ in
      for state in TaskState.allCases {
        let proposal = try await discussion.database.propose(in: state)
        let request = IntakeFixture.request(proposal)
        let status = try await IntakeFixture.status { try await discussion.say(request, .init(side: .pro, text: "x")) }
        #expect(status == (state.isUnderDiscussion ? 201 : 409), "\(state)")
      }
    }
  }

  /// Many at once in one citizen's name, on several proposals.
  @Test func noMoreThanTheRateAreWrittenHoweverManyComeAtOnce() async throws {
    try await Self.with(limit: 5) { discussion, proposal in
      let second = try await discussion.database.propose()
      let outcomes = try await withThrowingTaskGroup(of: Problem?.self) { group in
        for number in 0..<20 {
          group.addTask {
            do {
              try await Self.say(discussion, number.isMultiple(of: 2) ? proposal : second, "\(number)")
              return nil
            } catch let problem as Problem { return problem }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.filter { $0 == nil }.count == 5)
      #expect(outcomes.compactMap { $0 }.allSatisfy { $0.status == 429 && $0.retryAfter == 3_600 })
      // What is deleted was written all the same.
      let rows = try await discussion.database.query("SELECT id FROM opinion")
      for row in rows { _ = try await discussion.delete(Self.request(try row["id"], by: "kim")) }
      let again = IntakeFixture.request(proposal, by: "kim")
      #expect(try await IntakeFixture.status { try await discussion.say(again, .init(side: .pro, text: "x")) } == 429)
      try await Self.say(discussion, proposal, by: "lee")
    }
  }

  /// Whoever is first, nobody answers to a text that is not there any more.
  @Test func answersAndADeletionAtOnceLeaveNothingWithoutItsPlace() async throws {
    try await Self.with { discussion, proposal in
      for round in 0..<5 {
        let opinion = try await Self.say(discussion, proposal)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
          for number in 0..<4 {
            group.addTask {
              try await IntakeFixture.status {
                try await discussion.answer(Self.request(opinion.id, by: "\(round) \(number)"), .init(text: "x"))
              }
            }
          }
          group.addTask { try await discussion.delete(Self.request(opinion.id, by: "kim")).status }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        let taken = statuses.filter { $0 == 201 }.count
        #expect(Set(statuses).isSubset(of: [201, 204, 409]))
        #expect(try await Self.answers(discussion, opinion.id).items.count == taken)
        let place = try await Self.list(discussion, proposal).items.first { $0.id == opinion.id }
        #expect((place == nil) == (taken == 0) && place?.text == nil)
      }
    }
  }
}
