import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import Synchronization
import Testing

@testable import ServiceKit
@testable import Voting

/// The hourly look, on a real database and with a clock that the test moves.
@Suite struct TrendStoreTests {
  /// The full hour at which the votes open.
  private static let opening = Date(milliseconds: 1_800_000_000_000 / 3_600_000 * 3_600_000)

  private func trends(_ database: Database, at hours: Double, _ metrics: Metrics = Metrics()) -> Trends {
    let now = Self.opening.addingTimeInterval(hours * 3_600 + 60)
    return Trends(
      database: database, clock: WallClock { now }, log: Log(service: "test", minimum: .error), metrics: metrics)
  }

  /// So many ballots within an hour of a vote, of which some come from one address, all others from sites of their own.
  private func cast(_ ballots: Int, in hour: Int, on vote: Vote, fromOne: Int, _ database: Database) async throws {
    let origins = BallotOrigins(
      database: database, masterKey: Array(0..<32), log: Log(service: "test", minimum: .error),
      dropped: Metrics().counter("dropped", ""))
    for number in 0..<ballots {
      let address = number < fromOne ? "203.0.113.9" : "10.\(number % 250).\(number / 250).1"
      origins.add(
        sha256(Array("\(hour) \(number)".utf8)), on: vote.proposal,
        at: Self.opening.addingTimeInterval(Double(hour) * 3_600 + Double(number % 3_600)),
        from: ClientAddress(address), accountCreated: nil)
    }
    try await origins.write()
  }

  private func events(_ database: Database) async throws -> [VoteTrendAlarm] {
    try await database.query("SELECT payload FROM outbox WHERE type = \(VoteTrendAlarm.type) ORDER BY id")
      .map { try JSON.decode(from: $0["payload"]) }
  }

  private func request(_ vote: ProposalID, _ query: String? = nil) -> Request {
    Request(
      http: HTTPRequest(method: .get, path: "/v1/proposals/\(vote)/vote/trends", query: query),
      parameters: ["id": vote.description], caller: nil)
  }

  @Test func anAlarmIsRaisedOnceAVoteKindAndHourHoweverManyLook() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      let vote = try await database.openTestVote(at: Self.opening)
      try await cast(2_000, in: 7, on: vote, fromOne: 700, database)
      try await database.execute("UPDATE tally SET yes = 4000, no = 1000 WHERE vote = \(vote.number)")
      let metrics = Metrics()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { try await trends(database, at: 8, metrics).run() } }
        try await group.waitForAll()
      }
      try await trends(database, at: 8.9, metrics).run()
      let events = try await events(database)
      #expect(events.map(\.kind) == [.lastHourShare, .oneSiteShare])
      #expect(events.map(\.share) == [0.4, 0.35])
      #expect(events.allSatisfy { $0.proposal == vote.proposal && $0.ballots == 2_000 })
      #expect(events.allSatisfy { $0.hour == Self.opening.addingTimeInterval(7 * 3_600) })
      #expect(metrics.rendered().contains(#"forum_voting_trend_alarms_total{kind="one-site-share"} 1"#))
      // The next hour is quiet: a row, and no alarm.
      try await trends(database, at: 9).run()
      #expect(try await self.events(database).count == 2)
      let seen = try await database.trends(of: vote, before: Date(timeIntervalSince1970: 4e9), limit: 10)
      #expect(seen.map(\.ballots) == [0, 2_000] && seen[1].lines == 1_301 && seen[1].counted == 5_000)
    }
  }

  @Test func theLookAtAVoteWithHiddenTotalsTellsEveryoneNoNumber() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      let vote = try await database.openTestVote(at: Self.opening, totals: .hidden)
      try await cast(1_000, in: 0, on: vote, fromOne: 301, database)
      try await trends(database, at: 1).run()
      let row = try #require(try await database.one("SELECT payload FROM outbox"))
      let text = String(decoding: try row["payload"] as [UInt8], as: UTF8.self)
      #expect(text.contains(#""kind":"one-site-share""#) && !text.contains("ballots") && !text.contains("1000"))
    }
  }

  @Test func afterAnOutageTheLastFullHourAloneIsLookedAt() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      let vote = try await database.openTestVote(at: Self.opening)
      try await cast(1_500, in: 2, on: vote, fromOne: 1_500, database)
      try await cast(10, in: 20, on: vote, fromOne: 0, database)
      try await trends(database, at: 21.5).run()
      #expect(try await events(database).isEmpty)
      let seen = try await database.trends(of: vote, before: Date(timeIntervalSince1970: 4e9), limit: 10)
      #expect(seen.map(\.ballots) == [10])
    }
  }

  @Test func theLastHourOfAVoteIsLookedAtThoughItHasClosed() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      let vote = try await database.openTestVote(at: Self.opening)
      let scheduled = try await database.openTestVote(at: Self.opening.addingTimeInterval(864_000))
      try await database.execute(
        """
        UPDATE vote SET state = 'closed', closed_at = \(Self.opening.addingTimeInterval(240.5 * 3_600)),
          ends_at = \(Self.opening.addingTimeInterval(240.25 * 3_600)) WHERE number = \(vote.number)
        """)
      try await trends(database, at: 240).run()
      try await trends(database, at: 241).run()
      try await trends(database, at: 242).run()
      let far = Date(timeIntervalSince1970: 4e9)
      #expect(try await database.trends(of: vote, before: far, limit: 10).count == 2)
      #expect(try await database.trends(of: scheduled, before: far, limit: 10).count == 2)
    }
  }

  @Test func theSupportUnitPagesThroughTheHours() async throws {
    struct Answer: Decodable {
      let items: [VoteTrend]
      let next: String?
    }
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      let vote = try await database.openTestVote(at: Self.opening)
      for hour in 1...5 { try await trends(database, at: Double(hour)).run() }
      let votes = Votes(database: database, clock: .system, log: Log(service: "test", minimum: .error))
      var hours: [Date] = []
      var after: String?
      repeat {
        let query = "limit=2" + (after.map { "&after=\($0)" } ?? "")
        let response = try await votes.trends(request(vote.proposal, query))
        guard case .bytes(let bytes) = response.body else { return }
        let answer: Answer = try JSON.decode(from: bytes)
        hours += answer.items.map(\.hour)
        after = answer.next
      } while after != nil
      #expect(hours == (0..<5).reversed().map { Self.opening.addingTimeInterval(Double($0) * 3_600) })
      await #expect { try await votes.trends(request(ProposalID())) } throws: { ($0 as? Problem)?.status == 404 }
      await #expect { try await votes.trends(request(vote.proposal, "after=x")) } throws: {
        ($0 as? Problem)?.status == 400
      }
    }
  }
}
