import Contracts
import FoundationEssentials
import HTTPClient
import Postgres
import ServiceKit
import Testing

@testable import Referral

@Suite struct RatingCountsTests {
  /// A case of a ministry under ratings of citizens.
  private struct Bench: Sendable {
    let bench: CaseBench
    let id: CaseID
    let ratings: Ratings

    static func run(_ body: (Bench) async throws -> Void) async throws {
      try await CaseBench.run { bench in
        try await bench.submit(on: 0)
        try await bench.cross(on: 0)
        try await bench.adopt(on: 1)
        let client = HTTPClient(connections: 1)
        let log = Log(service: "referral", minimum: .error)
        let participants = Participants(
          client: client, intake: "http://127.0.0.1:1", voting: "http://127.0.0.1:1", log: log)
        try await body(
          Bench(
            bench: bench, id: try await bench.only().id,
            ratings: Ratings(database: bench.database, clock: bench.cases.clock, participants: participants, log: log)))
        client.close()
      }
    }

    func rate(
      _ score: Int, _ subject: RatingSubject = .answer, of ministry: String = "molit",
      by citizen: CitizenID = CitizenID()
    ) async throws {
      try await bench.database.transaction { transaction in
        _ = try await transaction.rate(
          id, subject, of: ministry, RatingDraft(score: score, reason: "이유"), by: citizen, at: CaseBench.start)
      }
    }

    /// What was told so far, in order.
    func told() async throws -> [CaseRatingsCounted] {
      try await bench.database.query(
        "SELECT payload FROM outbox WHERE type = \(CaseRatingsCounted.type) AND topic = 'forum.referrals' ORDER BY id"
      ).map { try JSON.decode(from: try $0["payload"]) }
    }

    func distributions() async throws -> [[Int64]] { try await told().map(\.distribution) }
  }

  @Test func ratingsAreToldAtOnceAndThenOnceADayInKorea() async throws {
    try await Bench.run { bench in
      bench.bench.move(to: 2)
      try await bench.ratings.tellCounts()
      #expect(try await bench.told().isEmpty, "nobody has rated")
      try await bench.rate(5)
      try await bench.rate(2)
      try await bench.ratings.tellCounts()
      let event = try #require(try await bench.told().first)
      #expect(event.rated == .answer && event.ministry == "molit" && event.distribution == [0, 1, 0, 0, 1])
      #expect(event.caseID == bench.id && event.countedAt == CaseBench.day(2))
      try await bench.rate(5)
      // The case began at ten: thirteen hours later it is an hour to midnight.
      bench.bench.move(to: 2 + 13.9 / 24)
      try await bench.ratings.tellCounts()
      #expect(try await bench.told().count == 1, "once a day")
      bench.bench.move(to: 2 + 14.1 / 24)
      try await bench.ratings.tellCounts()
      try await bench.ratings.tellCounts()
      #expect(try await bench.distributions() == [[0, 1, 0, 0, 1], [0, 1, 0, 0, 2]])
      bench.bench.move(to: 5)
      try await bench.ratings.tellCounts()
      #expect(try await bench.told().count == 2, "nothing has changed")
    }
  }

  @Test func aRatingThatTellsNothingNewIsNotTold() async throws {
    try await Bench.run { bench in
      let citizen = CitizenID()
      try await bench.rate(3, by: citizen)
      bench.bench.move(to: 2)
      try await bench.ratings.tellCounts()
      try await bench.rate(3, by: citizen)
      bench.bench.move(to: 3)
      try await bench.ratings.tellCounts()
      #expect(try await bench.told().count == 1)
      #expect(try await bench.bench.database.query("SELECT subject FROM rating_change").isEmpty)
    }
  }

  @Test func eachSubjectAndEachMinistryIsToldOfItself() async throws {
    try await Bench.run { bench in
      let citizen = CitizenID()
      try await bench.rate(4, .implementation, of: "moe", by: citizen)
      try await bench.rate(1)
      bench.bench.move(to: 2)
      try await bench.ratings.tellCounts()
      #expect(
        try await Set(bench.told().map { "\($0.rated) \($0.ministry) \($0.distribution)" }) == [
          "implementation moe [0, 0, 0, 1, 0]", "answer molit [1, 0, 0, 0, 0]",
        ])
      // After a transfer the citizen rates the next ministry, and no longer the one before.
      try await bench.rate(2, .implementation, of: "molit", by: citizen)
      bench.bench.move(to: 3)
      try await bench.ratings.tellCounts()
      #expect(
        try await bench.told().suffix(2).map { "\($0.rated) \($0.ministry) \($0.distribution)" } == [
          "implementation moe [0, 0, 0, 0, 0]", "implementation molit [0, 1, 0, 0, 0]",
        ])
    }
  }

  @Test func whatIsToldIsOnTheTimelineAndLeavesTheCaseAsItIs() async throws {
    try await Bench.run { bench in
      let before = try await bench.bench.only()
      try await bench.rate(4)
      bench.bench.move(to: 2)
      try await bench.ratings.tellCounts()
      #expect(try await bench.bench.only() == before)
      #expect(
        try await bench.bench.published().suffix(2) == ["referrals ratings-counted", "referrals.molit ratings-counted"])
      let last = try await bench.bench.database.one("SELECT type FROM case_entry ORDER BY number DESC LIMIT 1")
      #expect(try last?["type"] == CaseRatingsCounted.type)
    }
  }

  @Test func aRatingOfThatMomentIsToldLaterAndNotLost() async throws {
    try await Bench.run { bench in
      try await bench.rate(4)
      bench.bench.move(to: 2)
      try await bench.bench.database.transaction { transaction in
        _ = try await transaction.rate(
          bench.id, .answer, of: "molit", RatingDraft(score: 1, reason: "이유"), by: CitizenID(), at: CaseBench.day(2))
        // The job does not wait for it, and does not see it.
        _ = try await bench.bench.database.transaction { other in
          try await other.countRatings(of: RatedResult(caseID: bench.id, subject: .answer), at: CaseBench.day(2))
        }
      }
      bench.bench.move(to: 3)
      try await bench.ratings.tellCounts()
      #expect(try await bench.distributions() == [[1, 0, 0, 1, 0]])
    }
  }
}
