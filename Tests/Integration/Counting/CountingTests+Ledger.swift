import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import ServiceKit
@testable import VoteCounter
@testable import Voting

/// Two people of the Support Unit, and the job that tells what they rule, around a counting bench.
private struct Unit {
  let bench: CountingBench
  let votes: Votes
  let teller: RulingTeller

  init(_ bench: CountingBench) {
    self.bench = bench
    let log = Log(service: "test", minimum: .error)
    votes = Votes(database: bench.database, clock: .system, log: log)
    teller = RulingTeller(
      database: bench.database, clock: .system, producer: bench.producer, ballotKey: bench.key, log: log)
  }

  func request(on vote: Vote, by person: String, ruling: RulingID? = nil, key: String? = nil) -> Request {
    let claims = AccessTokenClaims(
      iss: "i", sub: person, aud: ["citizen-forum"], exp: 2_000_000_000, iat: 0, roles: ["support-unit"])
    var headers: HTTPHeaders = ["content-type": "application/json"]
    if let key { headers.add("idempotency-key", key) }
    var parameters = ["id": vote.proposal.description]
    if let ruling { parameters["ruling"] = ruling.description }
    return Request(
      http: HTTPRequest(method: .post, path: "/v1/proposals/\(vote.proposal)/vote/rulings", headers: headers),
      parameters: parameters, caller: Caller(claims: claims))
  }

  struct Answer: Decodable {
    struct Forecast: Decodable {
      struct Standing: Decodable, Equatable {
        let yes: Int64?
        let no: Int64?
        let void: Int64
        let quarantined: Int64
        let isCarried: Bool
      }
      let ballots: Int64
      let after: Standing?
    }
    let ruling: RulingID
    let state: RulingState
    let ballots: Int64
    let yes: Int64?
    let no: Int64?
    let forecast: Forecast?
  }

  func answer(_ response: Response) throws -> Answer { try JSON.decode(from: try bytes(of: response)) }

  func bytes(of response: Response) throws -> [UInt8] {
    guard case .bytes(let bytes) = response.body else { throw Problem.internalError }
    return bytes
  }

  func propose(
    _ condition: BallotCondition, _ kind: RulingKind = .void, on vote: Vote, by person: String = "first",
    key: String? = nil
  ) async throws -> Answer {
    try answer(
      try await votes.proposeRuling(
        request(on: vote, by: person, key: key),
        RulingDraft(
          kind: kind, code: kind == .void ? .automated : .examined, reason: "because", ballots: condition)))
  }

  @discardableResult
  func confirm(_ ruling: RulingID, on vote: Vote, by person: String = "second") async throws -> Answer {
    try answer(try await votes.confirmRuling(request(on: vote, by: person, ruling: ruling)))
  }

  /// Confirmed, told and counted.
  func carryOut(_ ruling: RulingID, on vote: Vote) async throws {
    try await confirm(ruling, on: vote)
    try await teller.run()
    try await bench.withCounter { try await bench.awaitCounted() }
  }

  func records(_ vote: Vote, _ voters: some Sequence<Int>) async throws -> [String] {
    let pseudonyms = voters.map { UUID(pseudonym: bench.pseudonym(vote, $0)) }
    return try await bench.database.query(
      "SELECT partition, log_offset FROM ballot WHERE vote = \(vote.number) AND pseudonym = ANY(\(pseudonyms))"
    ).map { "\(try $0["partition"] as Int16)/\(try $0["log_offset"] as Int64)" }
  }
}

/// Rulings from the proposal to the ledger.
extension CountingTests {
  @Test func aRulingDoesWhatWasForecastToTheBallotsThatWereListed() async throws {
    try await withCountingBench { bench in
      let unit = Unit(bench)
      let vote = try await bench.openVote(bar: 30)
      let early = Date(milliseconds: Date().milliseconds - 5_000)
      try await bench.send(
        (0..<20).map { bench.ballot(vote, $0, .yes, at: early) } + (20..<60).map { bench.ballot(vote, $0, .yes) }
          + (60..<70).map { bench.ballot(vote, $0, .no, inQuarantine: $0 < 65) })
      try await bench.withCounter { try await bench.awaitCounted() }
      let window = BallotCondition(acceptedUntil: JSON.timestamp(Date(milliseconds: early.milliseconds + 1)))
      let first = try await unit.propose(window, on: vote)
      #expect(first.state == .proposed && first.ballots == 20 && first.yes == nil)
      // Ballots that come later are not listed, whatever the condition says of them.
      try await bench.send((100..<105).map { bench.ballot(vote, $0, .yes, at: early) })
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, Expectation(yes: 65, no: 5, quarantined: 5))
      try await unit.carryOut(first.ruling, on: vote)
      try await bench.expect(vote, Expectation(yes: 45, no: 5, void: 20, quarantined: 5))

      let second = try await unit.propose(BallotCondition(records: try await unit.records(vote, 20..<40)), on: vote)
      let after = try #require(second.forecast?.after)
      #expect(after == .init(yes: 25, no: 5, void: 40, quarantined: 5, isCarried: false))
      try await unit.carryOut(second.ruling, on: vote)
      try await bench.expect(vote, Expectation(yes: 25, no: 5, void: 40, quarantined: 5))
      #expect(try await bench.published(VoteBarLost.self).count == 1)

      let third = try await unit.propose(BallotCondition(quarantined: true), .release, on: vote)
      // Of few ballots it is not told how they went.
      #expect(third.ballots == 5 && third.forecast?.after?.quarantined == 0 && third.forecast?.after?.no == nil)
      try await unit.carryOut(third.ruling, on: vote)
      try await bench.expect(vote, Expectation(yes: 25, no: 10, void: 40))

      let ledger: Ledger = try JSON.decode(
        from: try unit.bytes(of: try await unit.votes.rulings(unit.request(on: vote, by: "first"))))
      #expect(ledger.items.map(\.state) == [.complete, .complete, .complete])
      #expect(ledger.items.map(\.yes) == [0, 20, 20] && ledger.items.map(\.no) == [5, 0, 0])
      #expect(ledger.items.map(\.ruling) == [third, second, first].map(\.ruling))
    }
  }

  private struct Ledger: Decodable { let items: [Unit.Answer] }

  @Test func ballotsAreFoundByWhereTheyCameFrom() async throws {
    try await withCountingBench { bench in
      let unit = Unit(bench)
      let vote = try await bench.openVote(bar: 30)
      let time = Date(milliseconds: Date().milliseconds)
      try await bench.send(
        (0..<30).map { bench.ballot(vote, $0, .yes, at: time) }
          // The second ballots of some, which do not count, came from the suspected place.
          + (0..<5).map { bench.ballot(vote, $0, .no, at: time.addingTimeInterval(1)) })
      try await bench.withCounter { try await bench.awaitCounted() }
      let suspected = OriginHash(value: 0xaabb_ccdd << 96)
      func entry(_ voter: Int, at time: Date, _ origin: OriginHash, days: Int?) -> OriginEntry {
        let number = bench.pseudonym(vote, voter).prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        return OriginEntry(pseudonym: number, acceptedAt: time.milliseconds, origin: origin, accountDays: days)
      }
      var entries = (0..<30).map { voter in
        entry(
          voter, at: time, voter < 20 ? OriginHash(value: 0x1122_3344 << 96) : suspected,
          days: voter < 25 ? 400 : voter < 28 ? 2 : nil)
      }
      entries += (0..<5).map { entry($0, at: time.addingTimeInterval(1), suspected, days: 1) }
      // Sent twice within the millisecond.
      entries += (25..<30).map { entry($0, at: time, suspected, days: nil) }
      try await bench.database.insert(OriginBlock.packed(entries.map { (vote.proposal, $0) }))
      func count(_ condition: BallotCondition) async throws -> Int64 {
        let response = try await unit.votes.forecastRuling(
          unit.request(on: vote, by: "first"), RulingQuestion(kind: .void, ballots: condition))
        let forecast: Unit.Answer.Forecast = try JSON.decode(from: try unit.bytes(of: response))
        return forecast.ballots
      }
      #expect(try await count(BallotCondition(origin: "aabb")) == 10)
      #expect(try await count(BallotCondition(origin: "aabbccdd00")) == 10)
      #expect(try await count(BallotCondition(origin: "aabbccddff")) == 0)
      #expect(try await count(BallotCondition(origin: "aabb", maximumAccountDays: 2)) == 3)
      #expect(try await count(BallotCondition(maximumAccountDays: 500)) == 28)
      #expect(
        try await count(BallotCondition(origin: "aabb", records: try await unit.records(vote, 18..<22))) == 2)
    }
  }

  @Test func ofTwoPeopleWhoProposeAndTwoWhoConfirmOneComesFirst() async throws {
    try await withCountingBench { bench in
      let unit = Unit(bench)
      let vote = try await bench.openVote(bar: 30)
      try await bench.send((0..<40).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      for round in 0..<5 {
        let condition = BallotCondition(records: try await unit.records(vote, 2 * round..<2 * round + 2))
        let proposed = await outcomes(of: ["first", "second", "third"]) { person in
          try await unit.propose(condition, on: vote, by: person).ruling
        }
        #expect(proposed.problems == ["ruling-proposed", "ruling-proposed"])
        let ruling = try #require(proposed.values.first)
        let confirmed = await outcomes(of: ["fourth", "fifth", "sixth"]) { person in
          try await unit.confirm(ruling, on: vote, by: person).ruling
        }
        #expect(confirmed.values == [ruling] && confirmed.problems == ["ruling-decided", "ruling-decided"])
      }
      // Told by two processes at once, and again after a crash.
      async let one: Void = unit.teller.run()
      async let other: Void = unit.teller.run()
      _ = try await (one, other)
      try await bench.database.execute("UPDATE vote_ruling SET told_at = NULL")
      try await unit.teller.run()
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, Expectation(yes: 30, void: 10))
      #expect(try await bench.published(BallotsRuled.self).count == 5)
      #expect(try await bench.rejections() == [:])
    }
  }

  @Test func twoVoidsOfTheSameBallotsVoidThemOnce() async throws {
    try await withCountingBench { bench in
      let unit = Unit(bench)
      let vote = try await bench.openVote(bar: 30)
      try await bench.send((0..<40).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      let condition = BallotCondition(records: try await unit.records(vote, 0..<12))
      let first = try await unit.propose(condition, on: vote, key: "first")
      try await unit.confirm(first.ruling, on: vote)
      // Not in the count yet: the second one lists the same ballots.
      let second = try await unit.propose(condition, on: vote, by: "second")
      #expect(second.ballots == 12)
      try await unit.confirm(second.ruling, on: vote, by: "first")
      try await unit.teller.run()
      let counters = [bench.startCounter("one"), bench.startCounter("two")]
      try await bench.awaitCounted()
      for counter in counters { counter.cancel() }
      for counter in counters { await counter.value }
      try await bench.expect(vote, Expectation(yes: 28, void: 12))
      #expect(try await bench.published(VoteBarLost.self).count == 1)
      let ruled = try await bench.published(BallotsRuled.self)
      #expect(ruled.count == 2 && ruled.compactMap(\.yes).reduce(0, +) == 12)
      // Nothing is left of them to rule over, and a request that is repeated gets the answer that it had.
      #expect(try await unit.propose(condition, on: vote, key: "first").ruling == first.ruling)
      let refused = await #expect(throws: Problem.self) { try await unit.propose(condition, on: vote) }
      #expect(refused?.errors.map(\.pointer) == ["#/ballots"])
    }
  }

  @Test func aRefusedRulingIsNeverToldAndARepeatedRequestIsTheSame() async throws {
    try await withCountingBench { bench in
      let unit = Unit(bench)
      let vote = try await bench.openVote(bar: 30)
      try await bench.send((0..<10).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      let condition = BallotCondition(records: try await unit.records(vote, 0..<3))
      let ruling = try await unit.propose(condition, on: vote, key: "k").ruling
      #expect(try await unit.propose(condition, on: vote, key: "k").ruling == ruling)
      // Another one waits, whoever asks.
      let waiting = await #expect(throws: Problem.self) { try await unit.propose(condition, on: vote, by: "third") }
      #expect(waiting?.code == "ruling-proposed")
      let same = await #expect(throws: Problem.self) { try await unit.confirm(ruling, on: vote, by: "first") }
      #expect(same?.status == 403)
      let unknown = await #expect(throws: Problem.self) { try await unit.confirm(RulingID(), on: vote) }
      #expect(unknown?.status == 404)
      _ = try await unit.votes.refuseRuling(
        unit.request(on: vote, by: "first", ruling: ruling), Votes.RefusalDraft(reason: "a mistake"))
      let decided = await #expect(throws: Problem.self) { try await unit.confirm(ruling, on: vote) }
      #expect(decided?.code == "ruling-decided")
      try await unit.teller.run()
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, Expectation(yes: 10))
      #expect(try await unit.propose(condition, on: vote).ruling != ruling)
    }
  }

  @Test func aVoteDoesNotCloseWhileARulingIsOnItsWayAndARulingWaitsForAVoteThatCloses() async throws {
    try await withCountingBench { bench in
      let unit = Unit(bench)
      let vote = try await bench.openVote(bar: 30)
      try await bench.database.execute("UPDATE vote SET state = 'open', ends_at = now() - interval '1 hour'")
      try await bench.send((0..<40).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      func due() async throws -> [Vote] { try await bench.database.votesToClose(by: Date(), limit: 10) }
      func begin(_ vote: Vote) async throws -> Bool {
        try await bench.database.transaction { try await $0.beginClosing(vote, dueBy: Date()) }
      }
      let first = try await unit.propose(BallotCondition(records: try await unit.records(vote, 0..<12)), on: vote)
      #expect(try await due().count == 1, "what is only proposed holds nothing up")
      try await unit.confirm(first.ruling, on: vote)
      #expect(try await due().isEmpty)
      #expect(try await begin(vote) == false)
      try await unit.teller.run()
      #expect(try await begin(vote))
      let second = try await unit.propose(BallotCondition(records: try await unit.records(vote, 20..<32)), on: vote)
      try await unit.confirm(second.ruling, on: vote)
      #expect(try await bench.database.rulingsToTell(limit: 10).isEmpty)
      try await bench.send(bench.controls(.close, vote))
      try await bench.withCounter { try await bench.awaitCounted() }
      #expect(try await bench.published(VoteClosed.self).map(\.yes) == [28])
      #expect(try await bench.published(VoteClosed.self).map(\.carried) == [false])
      try await unit.teller.run()
      try await bench.withCounter { try await bench.awaitCounted() }
      #expect(try await bench.published(VoteResultAmended.self).map(\.yes) == [16])
    }
  }

  @Test func anOriginIsForgottenAfterItsTimeAndThatItWasAskedForIsNot() async throws {
    try await withCountingBench { bench in
      let unit = Unit(bench)
      let vote = try await bench.openVote(bar: 30)
      try await bench.send((0..<3).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      let records = try await unit.records(vote, 0..<3)
      let ruling = try await unit.propose(BallotCondition(records: records), on: vote)
      let condition = BallotCondition(origin: "aabbccdd", records: records)
      try await bench.database.execute(
        "UPDATE vote_ruling SET condition = \(String(decoding: try JSON.encode(condition), as: UTF8.self))")
      func forget(days: Double) async throws -> BallotCondition? {
        let clock = WallClock { Date().addingTimeInterval(days * 86_400) }
        try await Forgetting(database: bench.database, clock: clock).run()
        return try await bench.database.rulings(on: vote, all: true, before: nil, 1).first?.condition
      }
      #expect(try await forget(days: 29)?.origin == "aabbccdd")
      let forgotten = try #require(try await forget(days: 31))
      #expect(forgotten.shown == BallotCondition(records: records) && forgotten.criteria == [.origin, .list])
      try await unit.carryOut(ruling.ruling, on: vote)
      try await bench.expect(vote, Expectation(void: 3))
    }
  }

  /// What concurrent attempts gave, and what they were refused for.
  private func outcomes<Value: Sendable>(
    of people: [String], _ attempt: @escaping @Sendable (String) async throws -> Value
  ) async -> (values: [Value], problems: [String]) {
    await withTaskGroup(of: Result<Value, any Error>.self) { group in
      for person in people {
        group.addTask {
          do { return .success(try await attempt(person)) } catch { return .failure(error) }
        }
      }
      var values: [Value] = []
      var problems: [String] = []
      for await result in group {
        switch result {
        case .success(let value): values.append(value)
        case .failure(let error): problems.append((error as? Problem)?.code ?? "\(error)")
        }
      }
      return (values, problems)
    }
  }
}
