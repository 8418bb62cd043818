import Contracts
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit
import Testing

@testable import VoteCounter
@testable import Voting

/// By which rule a count decides.
extension CountingTests {
  /// Around every edge of the rule, and far from them.
  @Test func theDatabaseDecidesAsTheRuleDoes() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      var random = SystemRandomNumberGenerator()
      func some() -> Int64 {
        Bool.random(using: &random) ? .random(in: 0...6, using: &random) : .random(in: 0...60_000_000, using: &random)
      }
      let cases = (0..<20_000).map { _ in
        (yes: some(), no: some(), bar: some(), turnout: some(), majority: Bool.random(using: &random))
      }
      let rows = try await database.query(
        """
        SELECT \(fragment: carries) AS carries
        FROM unnest(\(cases.map(\.yes)), \(cases.map(\.no))) WITH ORDINALITY AS t (yes, no, place)
        JOIN unnest(\(cases.map(\.bar)), \(cases.map(\.turnout)), \(cases.map(\.majority))) WITH ORDINALITY
          AS v (yes_bar, minimum_turnout, majority, place) ON v.place = t.place
        ORDER BY t.place
        """)
      let decided = try rows.map { try $0["carries"] as Bool }
      let expected = cases.map { example in
        VoteRule(
          yesBar: example.bar, referral: .atClose, opensAt: Date(), closesAt: Date(), minimumTurnout: example.turnout,
          majority: example.majority
        ).isCarried(yes: example.yes, no: example.no)
      }
      #expect(decided == expected)
      #expect(expected.filter { $0 }.count > 500)
    }
  }

  @Test(arguments: Count.Way.allCases)
  func aTaskIsReferredOnceWhenBarAndTurnoutAreReachedWhicheverComesLast(way: Count.Way) async throws {
    try await withCountingBench(way) { bench in
      let late = try await bench.openVote(bar: 10, turnout: 100)
      let first = bench.startCounter("first")
      let second = bench.startCounter("second")
      try await bench.send((0..<60).map { bench.ballot(late, $0, .yes) })
      try await bench.awaitCounted()
      #expect(try await bench.crossings() == [:])
      // Over all partitions, so that both counters add to the tally.
      try await bench.send((60..<600).map { bench.ballot(late, $0, .no) })
      try await bench.awaitCounted()
      #expect(try await bench.crossings() == [late.proposal: 1])
      let crossed = try #require(try await bench.published(VoteBarCrossed.self).first)
      #expect(crossed.yes == 60 && crossed.yes + crossed.no >= 100)
      for counter in [first, second] { counter.cancel() }
      for counter in [first, second] { await counter.value }
    }
  }

  @Test func withoutAMajorityOrTheTurnoutAVoteOverItsBarIsNotCarried() async throws {
    try await withCountingBench { bench in
      let lost = try await bench.openVote(bar: 2, referral: .atClose, majority: true)
      let won = try await bench.openVote(bar: 2, referral: .atClose, majority: true)
      let small = try await bench.openVote(bar: 2, turnout: 6)
      try await bench.send((0..<10).map { bench.ballot(lost, $0, $0 < 5 ? .yes : .no) })
      try await bench.send((0..<9).map { bench.ballot(won, $0, $0 < 5 ? .yes : .no) })
      try await bench.send((0..<5).map { bench.ballot(small, $0, .yes) })
      for vote in [lost, won, small] { try await bench.send(bench.controls(.close, vote)) }
      try await bench.withCounter { try await bench.awaitCounted() }
      #expect(try await bench.crossings() == [won.proposal: 1])
      let carried = try await bench.published(VoteClosed.self).reduce(into: [:]) { $0[$1.proposal] = $1.carried }
      #expect(carried == [lost.proposal: false, won.proposal: true, small.proposal: false])
    }
  }

  /// What auditors and the portal read says nothing of a hidden count before its end, and then all.
  @Test func aHiddenCountIsPublishedOnceAndFinal() async throws {
    try await withCountingBench { bench in
      let hidden = try await bench.openVote(bar: 2, referral: .atClose, totals: .hidden)
      let shown = try await bench.openVote(bar: 2)
      let publisher = TallyPublisher(
        database: bench.database, producer: bench.producer, log: Log(service: "test", minimum: .error))
      try await eventually {
        if try await bench.admin.topics()[Topics.tallies.name] != nil { return true }
        try? await bench.admin.createTopic(
          Topics.tallies.name, partitions: Topics.tallies.partitions, configuration: Topics.tallies.configuration)
        return false
      }
      func published() async throws -> Set<Int32> {
        // The topic may be too new to be written to.
        try await eventually { (try? await publisher.run()) != nil }
        return Set(try await bench.database.query("SELECT vote FROM tally_published").map { try $0["vote"] })
      }
      try await bench.withCounter {
        try await bench.send((0..<20).flatMap { [bench.ballot(hidden, $0, .yes), bench.ballot(shown, $0, .yes)] })
        try await bench.awaitCounted()
        #expect(try await published() == [shown.number])
        let running = try await bench.database.voteWithTally(on: hidden.proposal)
        #expect(running.tally.yes == 20)
        let view = String(decoding: try JSON.encode(VoteView(running.vote, running.tally)), as: UTF8.self)
        #expect(!view.contains("tally") && !view.contains("crossedAt") && !view.contains("20,"))
        try await bench.send(bench.controls(.close, hidden))
        try await bench.awaitCounted()
      }
      #expect(try await published() == [shown.number, hidden.number])
      let ended = try await bench.database.voteWithTally(on: hidden.proposal)
      let view = String(decoding: try JSON.encode(VoteView(ended.vote, ended.tally)), as: UTF8.self)
      #expect(view.contains(#""yes":20"#) && view.contains("crossedAt"))
    }
  }

  @Test(arguments: Count.Way.allCases)
  func aVoteThatClosesInABurstCountsWhatIsBeforeItsClosingAndNothingBehind(way: Count.Way) async throws {
    try await withCountingBench(way) { bench in
      let vote = try await bench.openVote(bar: 1, referral: .atClose)
      let counters = [bench.startCounter("first"), bench.startCounter("second")]
      let ballots = (0..<6_000).map { bench.ballot(vote, $0, .yes) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for sender in 0..<4 {
          group.addTask {
            for start in stride(from: sender * 1_500, to: (sender + 1) * 1_500, by: 100) {
              try await bench.send(Array(ballots[start..<start + 100]))
            }
          }
        }
        group.addTask {
          // In the middle of it, for whoever is faster.
          try await eventually { try await bench.tally(vote).yes > 500 }
          try await bench.send(bench.controls(.close, vote))
        }
        try await group.waitForAll()
      }
      // What comes late, and a closing that is written again.
      try await bench.send((6_000..<6_200).map { bench.ballot(vote, $0, .yes) } + bench.controls(.close, vote))
      try await bench.awaitCounted()
      for counter in counters { counter.cancel() }
      for counter in counters { await counter.value }
      let closed = try #require(try await bench.database.vote(on: vote.proposal))
      let (document, _) = try #require(try await bench.database.result(of: closed))
      let result: VoteResult = try JSON.decode(from: document)
      let rejected = Int64(try await bench.rejections()["vote-closed", default: 0])
      #expect(closed.state == .closed && rejected >= 200 && result.yes + rejected == 6_200)
      try await bench.expect(vote, Expectation(yes: result.yes))
      for partition in result.counted {
        let misplaced = try #require(
          try await bench.database.one(
            """
            SELECT (SELECT count(*) FROM ballot WHERE partition = \(Int16(partition.partition))
                AND NOT log_offset BETWEEN \(partition.openedAt) AND \(partition.closedAt))
              + (SELECT count(*) FROM rejected_record WHERE partition = \(partition.partition)
                AND record_offset < \(partition.closedAt)) AS n
            """))
        #expect(try misplaced["n"] as Int64 == 0)
      }
      #expect(try await bench.published(VoteClosed.self).map(\.yes) == [result.yes])
      #expect(try await bench.crossings() == [vote.proposal: 1])
    }
  }
}
