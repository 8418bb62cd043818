import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Kafka
import Postgres
import Synchronization
import Testing

@testable import ServiceKit
@testable import VoteCounter
@testable import Voting

/// A clock that a test moves.
private final class DeskTime: Sendable {
  private let time = Mutex(Date().wholeMilliseconds)
  var clock: WallClock { WallClock { self.time.withLock { $0 } } }
  func move(by seconds: Double) { time.withLock { $0 = $0.addingTimeInterval(seconds) } }
}

/// The Support Unit and voting's schedule, around a counting bench.
private struct Desk {
  let bench: CountingBench
  let time = DeskTime()
  let votes: Votes
  let schedule: Schedule

  init(_ bench: CountingBench) {
    self.bench = bench
    let log = Log(service: "test", minimum: .error)
    votes = Votes(database: bench.database, clock: time.clock, log: log)
    let pseudonyms = Pseudonyms(masterKey: Array(0..<32))
    schedule = Schedule(
      database: bench.database, clock: time.clock, producer: bench.producer, ballotKey: bench.key,
      book: VoteBook(database: bench.database, pseudonyms: pseudonyms), log: log, grace: 0)
  }

  func request(on vote: Vote, key: String? = nil) -> Request {
    let claims = AccessTokenClaims(
      iss: "i", sub: "staff", aud: ["citizen-forum"], exp: 2_000_000_000, iat: 0, roles: ["support-unit"])
    var headers: HTTPHeaders = ["content-type": "application/json"]
    if let key { headers.add("idempotency-key", key) }
    return Request(
      http: HTTPRequest(method: .post, path: "/v1/proposals/\(vote.proposal)/vote/x", headers: headers),
      parameters: ["id": vote.proposal.description], caller: Caller(claims: claims))
  }

  func openVote(bar: Int64 = 1_000) async throws -> Vote {
    let vote = try await bench.openVote(bar: bar)
    try await bench.database.execute("UPDATE vote SET state = 'open' WHERE number = \(vote.number)")
    return try await self.vote(vote)
  }

  func vote(_ vote: Vote) async throws -> Vote { try #require(try await bench.database.vote(on: vote.proposal)) }
}

/// Votes that are paused, resumed, extended and closed.
extension CountingTests {
  @Test(arguments: Count.Way.allCases)
  func aPausedResumedAndExtendedVoteIsCountedAlikeFromTheBeginning(way: Count.Way) async throws {
    try await withCountingBench(way) { bench in
      let desk = Desk(bench)
      let vote = try await desk.openVote()
      let end = vote.endsAt
      // Each step by another counter, which must learn from the database what the ones before it have passed.
      func count(_ records: [OutgoingRecord]) async throws {
        try await bench.send(records)
        try await bench.withCounter { try await bench.awaitCounted() }
      }
      try await count((0..<50).map { bench.ballot(vote, $0, .yes, at: desk.time.clock.now) })
      _ = try await desk.votes.pause(desk.request(on: vote), Votes.ReasonDraft(reason: "장애"))
      try await desk.schedule.run()
      desk.time.move(by: 61)
      let pausedAt = try #require(try await desk.vote(vote).pausedAt)
      try await count((100..<150).map { bench.ballot(vote, $0, .yes, at: desk.time.clock.now) })
      try await bench.expect(vote, Expectation(yes: 50, no: 0))
      _ = try await desk.votes.resume(desk.request(on: vote), Votes.ReasonDraft(reason: "복구"))
      try await desk.schedule.run()
      #expect(try await desk.vote(vote).endsAt.milliseconds == end.milliseconds + 60_000)
      #expect(try await desk.vote(vote).pausedAt == nil)
      // Accepted before, in and after the pause; and after the rule's end, but before that of the vote.
      try await count(
        (200..<240).map { bench.ballot(vote, $0, .no, at: pausedAt.addingTimeInterval(-0.001)) }
          + (300..<340).map { bench.ballot(vote, $0, .no, at: pausedAt) }
          + (400..<440).map { bench.ballot(vote, $0, .no, at: desk.time.clock.now) }
          + (500..<540).map { bench.ballot(vote, $0, .no, at: end.addingTimeInterval(59.999)) }
          + (600..<640).map { bench.ballot(vote, $0, .no, at: end.addingTimeInterval(60)) })
      try await bench.expect(vote, Expectation(yes: 50, no: 120))
      let extended = end.addingTimeInterval(500)
      _ = try await desk.votes.extend(
        desk.request(on: vote), Votes.ExtensionDraft(reason: "연장", closesAt: JSON.timestamp(extended)))
      try await desk.schedule.run()
      try await count(
        (700..<740).map { bench.ballot(vote, $0, .yes, at: extended.addingTimeInterval(-0.001)) }
          + (800..<840).map { bench.ballot(vote, $0, .yes, at: extended) })
      try await bench.expect(vote, Expectation(yes: 90, no: 120))
      // The rule's end has passed and the vote goes on; after its own end it closes as of then.
      desk.time.move(by: 3_600)
      try await desk.schedule.run()
      #expect(try await desk.vote(vote).state == .open)
      desk.time.move(by: 600)
      try await desk.schedule.run()
      try await count([])
      let closed = try await desk.vote(vote)
      #expect(closed.state == .closed && closed.ruleHash == vote.ruleHash)
      #expect(
        try await bench.rejections() == ["vote-paused": 90, "accepted-after-closing": 80])
      let events = try await bench.database.query("SELECT type FROM outbox ORDER BY id")
      let types = try events.map { try $0["type"] as String }
      #expect(types == [VotePaused.type, VoteResumed.type, VoteExtended.type, VoteClosed.type])

      let (document, hash) = try #require(try await bench.database.result(of: closed))
      let result: VoteResult = try JSON.decode(from: document)
      #expect(try result.canonicalJSON() == document && sha256(document) == hash)
      #expect(try await bench.published(VoteClosed.self).map(\.resultHash) == [Hex.encode(hash)])
      #expect(result.yes == 90 && result.no == 120 && result.turnout == 210 && result.shortfalls == [.bar])
      // A time out of the database is a whole millisecond only up to the precision of a Double.
      #expect(result.rule.closesAt == end.wholeMilliseconds && result.closesAt == extended.wholeMilliseconds)
      #expect(result.changes.map(\.kind) == ["pause", "resumption", "extension"])
      #expect(result.counted.map(\.partition) == Array(0..<Topics.ballots.partitions))
      #expect(result.counted.allSatisfy { $0.openedAt == 0 && $0.closedAt > 3 })
      let response = try await desk.votes.result(desk.request(on: vote))
      #expect(response.headers["repr-digest"] == "sha-256=:\(Base64.encode(hash)):")

      try await bench.forgetTheCount()
      try await count([])
      try await bench.expect(vote, Expectation(yes: 90, no: 120))
      #expect(try await bench.rejections() == ["vote-paused": 90, "accepted-after-closing": 80])
      #expect(try await desk.vote(vote).state == .closed)
    }
  }

  /// A crash after the records and before the database: they are written again, and nothing counts twice.
  @Test func aChangeThatIsWrittenTwiceIsMadeOnce() async throws {
    try await withCountingBench { bench in
      let desk = Desk(bench)
      let vote = try await desk.openVote()
      _ = try await desk.votes.pause(desk.request(on: vote, key: "k"), Votes.ReasonDraft(reason: "장애"))
      // The same order again is the same order.
      _ = try await desk.votes.pause(desk.request(on: vote, key: "k"), Votes.ReasonDraft(reason: "장애"))
      let refused = await #expect(throws: Problem.self) {
        try await desk.votes.resume(desk.request(on: vote), Votes.ReasonDraft(reason: "복구"))
      }
      #expect(refused?.code == "change-under-way")
      try await desk.schedule.run()
      try await bench.database.execute("UPDATE vote_change SET made_at = NULL")
      try await bench.database.execute("UPDATE vote SET changes_made = 0")
      try await desk.schedule.run()
      try await bench.withCounter { try await bench.awaitCounted() }
      let partitions = Int64(Topics.ballots.partitions)
      #expect(try await bench.sums() == (2 * partitions, partitions, 0))
      #expect(try await desk.vote(vote).changesMade == 1)
    }
  }

  /// Of an extension and the closing at the same moment one comes first, and the other one sees it.
  @Test func anExtensionAndTheClosingNeverCross() async throws {
    try await withCountingBench { bench in
      let desk = Desk(bench)
      var extended = 0
      for round in 0..<12 {
        let vote = try await desk.openVote()
        // The schedule's clock is past the end, the Support Unit's a moment before it.
        let late = WallClock { vote.endsAt }
        let schedule = Schedule(
          database: bench.database, clock: late, producer: bench.producer, ballotKey: bench.key,
          book: desk.schedule.book, log: desk.schedule.log, grace: 0)
        let order = Task { () -> Bool in
          if round.isMultiple(of: 2) { try await Task.sleep(for: .milliseconds(round)) }
          let draft = Votes.ExtensionDraft(
            reason: "연장", closesAt: JSON.timestamp(vote.endsAt.addingTimeInterval(1_000)))
          do {
            _ = try await desk.votes.extend(desk.request(on: vote), draft)
            return true
          } catch let problem as Problem {
            #expect(problem.status == 409)
            return false
          }
        }
        try await schedule.run()
        let isExtended = try await order.value
        try await schedule.run()
        try await schedule.run()
        #expect(try await desk.vote(vote).state == (isExtended ? .open : .closing))
        if isExtended { extended += 1 }
      }
      try await bench.withCounter { try await bench.awaitCounted() }
      #expect(try await bench.rejections() == [:])
      let closed: Int? = try await bench.database.one("SELECT count(*) AS n FROM vote WHERE state = 'closed'")?["n"]
      #expect(closed == 12 - extended)
    }
  }
}
