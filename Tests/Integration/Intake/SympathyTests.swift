import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Intake
@testable import ServiceKit

/// The support of proposals, on real PostgreSQL.
@Suite struct SympathyTests {
  private struct Shown: Decodable, Equatable {
    let sympathies: Int64
    let given: Bool
  }

  private static func with<R: Sendable>(_ body: (Sympathies, Database) async throws -> R) async throws -> R {
    try await IntakeFixture.withDatabase { database in
      try await body(Sympathies(database: database, clock: WallClock { IntakeFixture.now }), database)
    }
  }

  private static func shown(_ response: Response) throws -> Shown { try IntakeFixture.decoded(response) }

  @Test func sympathyIsGivenOnceAndTakenBack() async throws {
    try await Self.with { sympathies, database in
      let id = try await database.propose()
      let kim = IntakeFixture.request(id, by: "kim")
      let lee = IntakeFixture.request(id, by: "lee")
      #expect(try Self.shown(await sympathies.read(kim)) == Shown(sympathies: 0, given: false))
      for _ in 1...2 {
        #expect(try Self.shown(await sympathies.give(kim)) == Shown(sympathies: 1, given: true))
      }
      try await sympathies.count()
      #expect(try Self.shown(await sympathies.give(lee)) == Shown(sympathies: 2, given: true))
      for _ in 1...2 {
        #expect(try Self.shown(await sympathies.takeBack(kim)) == Shown(sympathies: 1, given: false))
      }
      let proposal = try await database.transaction { try await $0.proposal(id, locked: false) }
      #expect(proposal.sympathies == 1)
    }
  }

  @Test func aProposalIsSupportedFromItsAcceptanceToTheEndOfItsVote() async throws {
    try await Self.with { sympathies, database in
      for state in TaskState.allCases {
        let request = IntakeFixture.request(try await database.propose(in: state))
        let expected = state.isUnderDiscussion(voteHasClosed: false) ? 200 : 409
        #expect(try await IntakeFixture.status { try await sympathies.give(request) } == expected, "\(state)")
        #expect(try await IntakeFixture.status { try await sympathies.takeBack(request) } == expected, "\(state)")
        #expect(try await IntakeFixture.status { try await sympathies.read(request) } == 200)
      }
      #expect(try await IntakeFixture.status { try await sympathies.give(IntakeFixture.request(ProposalID())) } == 404)
    }
  }

  /// One citizen many times at once, many citizens at once, and the job that adds up all the while.
  @Test func theNumberIsThatOfTheCitizensHoweverManyPressAtOnce() async throws {
    try await Self.with { sympathies, database in
      let id = try await database.propose()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for press in 0..<120 {
          group.addTask {
            // Of 30 citizens each presses four times; of every third the last word is open, all at once.
            let request = IntakeFixture.request(id, by: "citizen \(press % 30)")
            let isTakenBack = (press % 30).isMultiple(of: 3) && press >= 60
            _ = isTakenBack ? try await sympathies.takeBack(request) : try await sympathies.give(request)
          }
        }
        group.addTask { for _ in 0..<20 { try await sympathies.count() } }
        try await group.waitForAll()
      }
      func numbers() async throws -> [Int64] {
        let row = try await database.one(
          """
          SELECT (SELECT count(*) FROM sympathy) AS truth, sympathies_of(\(id)) AS shown,
            (SELECT sympathies FROM sympathy_count) AS counted
          """)
        return try [row?["truth"] ?? -1, row?["shown"] ?? -1, row?["counted"] ?? -1]
      }
      let before = try await numbers()
      #expect(before[0] == before[1] && (20...30).contains(before[0]))
      try await sympathies.count()
      #expect(try await numbers() == [before[0], before[0], before[0]])
    }
  }

  @Test func aChangedNumberIsPublishedOnceAndAnUnchangedOneNever() async throws {
    try await Self.with { sympathies, database in
      let (first, second) = (try await database.propose(), try await database.propose())
      for name in ["kim", "lee"] { _ = try await sympathies.give(IntakeFixture.request(first, by: name)) }
      _ = try await sympathies.give(IntakeFixture.request(second))
      _ = try await sympathies.takeBack(IntakeFixture.request(second))
      try await sympathies.count()
      try await sympathies.count()
      let rows = try await database.query("SELECT topic, type, payload FROM outbox")
      #expect(rows.count == 1)
      let payload: [UInt8] = try rows[0]["payload"]
      let event: SympathyCounted = try JSON.decode(from: payload)
      #expect(event.proposal == first && event.sympathies == 2)
      #expect(try rows[0]["topic"] == "forum.proposals" && rows[0]["type"] == SympathyCounted.type)
    }
  }

  private struct List: Decodable {
    struct Item: Decodable {
      let id: ProposalID
      let sympathies: Int64
    }
    let items: [Item]
    let next: String?
  }

  @Test func theMostSupportedComeFirstPageByPage() async throws {
    try await Self.with { sympathies, database in
      var ids: [ProposalID] = []
      for number in 0..<5 {
        ids.append(try await database.propose())
        for citizen in 0..<number {
          _ = try await sympathies.give(IntakeFixture.request(ids[number], by: "\(citizen)"))
        }
      }
      try await database.propose(in: .open)
      try await sympathies.count()
      let proposals = Proposals(
        database: database, clock: WallClock { IntakeFixture.now }, gate: GateRule(needed: 0, days: 30),
        revisionDays: 30)
      var seen: [List.Item] = []
      var after = ""
      for _ in 0..<3 {
        let request = IntakeFixture.request(query: "state=accepted&order=sympathy&limit=2\(after)")
        let page: List = try IntakeFixture.decoded(try await proposals.list(request))
        seen += page.items
        after = page.next.map { "&after=\($0)" } ?? ""
      }
      #expect(after.isEmpty && seen.map(\.id) == ids.reversed() && seen.map(\.sympathies) == [4, 3, 2, 1, 0])
      let foreign = IntakeFixture.request(query: "order=sympathy&after=eA")
      #expect(try await IntakeFixture.status { try await proposals.list(foreign) } == 400)
    }
  }
}
