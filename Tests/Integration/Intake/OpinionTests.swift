import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Intake
@testable import ServiceKit

/// What citizens say for and against a proposal, on real PostgreSQL.
@Suite struct OpinionTests {
  struct Shown: Decodable {
    struct Hiding: Decodable { let code: String }
    let id: OpinionID
    let side: String?
    let text: String?
    let answers: Int
    let hiding: Hiding?
    let deletedAt: Date?
    let mine: Bool
  }
  struct Page: Decodable {
    let items: [Shown]
    let next: String?
  }

  static func with<R: Sendable>(
    limit: Int = 1_000, _ body: (Discussion, ProposalID) async throws -> R
  ) async throws -> R {
    try await IntakeFixture.withDatabase { database in
      let clock = WallClock { IntakeFixture.now }
      let discussion = Discussion(database: database, clock: clock, rate: OpinionRate(limit: limit))
      return try await body(discussion, try await database.propose())
    }
  }

  static func request(
    _ id: OpinionID, by subject: String = "citizen", role: String = "citizen", query: String? = nil
  ) -> Request { IntakeFixture.request(["id": "\(id)"], by: subject, role: role, query: query) }

  @discardableResult
  static func say(
    _ discussion: Discussion, _ proposal: ProposalID, _ text: String = "찬성합니다.", side: Opinion.Side = .pro,
    by subject: String = "kim"
  ) async throws -> Shown {
    try IntakeFixture.decoded(
      try await discussion.say(IntakeFixture.request(proposal, by: subject), .init(side: side, text: text)))
  }

  static func list(
    _ discussion: Discussion, _ proposal: ProposalID, _ query: String = "side=pro", by subject: String = "reader"
  ) async throws -> Page {
    try IntakeFixture.decoded(
      try await discussion.list(IntakeFixture.request(proposal, by: subject, query: query)))
  }

  static func answers(_ discussion: Discussion, _ id: OpinionID) async throws -> Page {
    try IntakeFixture.decoded(try await discussion.answers(request(id)))
  }

  /// What was told of acts on opinions, in order.
  static func deeds(_ discussion: Discussion) async throws -> [OpinionDeed] {
    try await discussion.database.query(
      "SELECT payload FROM outbox WHERE type = 'kr.forum.opinion.moderated.v1' ORDER BY id"
    ).map { row in
      let event: OpinionModerated = try JSON.decode(from: try row["payload"])
      return event.deed
    }
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

  @Test func opinionsAreTakenFromTheAcceptanceToTheEndOfTheVote() async throws {
    try await Self.with { discussion, _ in
      for state in TaskState.allCases {
        let proposal = try await discussion.database.propose(in: state)
        let request = IntakeFixture.request(proposal)
        let status = try await IntakeFixture.status { try await discussion.say(request, .init(side: .pro, text: "x")) }
        #expect(status == (state.isUnderDiscussion(voteHasClosed: false) ? 201 : 409), "\(state)")
      }
    }
  }

  @Test func whatGoesOverItsBarIsDiscussedUntilItsVoteHasClosed() async throws {
    try await Self.with { discussion, _ in
      let proposal = try await discussion.database.propose(in: .open)
      let proposals = Proposals(
        database: discussion.database, clock: discussion.clock, gate: GateRule(needed: 0, days: 30), revisionDays: 30)
      func hear(_ event: VoteEvent) async throws {
        let envelope = Envelope(
          id: UUID(), type: "", time: IntakeFixture.now, subject: proposal.uuid, sequence: 1, event: event)
        try await discussion.database.transaction { try await proposals.apply(vote: envelope, in: $0) }
      }
      try await hear(
        .barCrossed(
          VoteBarCrossed(
            proposal: proposal, title: "t", category: .transport, yes: 2, no: 0, yesBar: 1, ruleHash: "ab",
            crossedAt: IntakeFixture.now)))
      try await Self.say(discussion, proposal, "아직 투표 중입니다.")
      try await hear(
        .closed(
          VoteClosed(
            proposal: proposal, yes: 2, no: 0, yesBar: 1, carried: true, ruleHash: "ab", closedAt: IntakeFixture.now)))
      let late = IntakeFixture.request(proposal)
      #expect(try await IntakeFixture.status { try await discussion.say(late, .init(side: .pro, text: "x")) } == 409)
      let row = try await discussion.database.one("SELECT state FROM proposal WHERE id = \(proposal)")
      #expect(try row?["state"] as TaskState? == .referred)
    }
  }
}
