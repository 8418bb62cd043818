import Contracts
import Crypto
import FoundationEssentials
import Kafka
import Postgres
import Testing

@testable import ServiceKit
@testable import VoteCounter
@testable import Voting

/// What the counter promises, on real Kafka and PostgreSQL. One after the other: there is one topic of ballots.
@Suite(.serialized, .enabled(if: TestKafka.isApache, TestKafka.needsApache)) struct CountingTests {
  @Test(arguments: Count.Way.allCases)
  func everyBallotOfTheLogIsCountedOnceWhateverComesBetween(way: Count.Way) async throws {
    try await withCountingBench(way) { bench in
      let vote = try await bench.openVote(bar: 100)
      var expected = Expectation()
      var records: [OutgoingRecord] = []
      for voter in 0..<3_000 {
        let choice: Choice = voter.isMultiple(of: 3) ? .no : .yes
        records.append(bench.ballot(vote, voter, choice))
        expected.count(choice)
        if voter.isMultiple(of: 50) { records.append(bench.ballot(vote, voter, choice == .yes ? .no : .yes)) }
        if voter.isMultiple(of: 100) { records += bench.garbage(voter) }
      }
      try await bench.send(records)
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, expected)
      let sums = try await bench.sums()
      #expect(sums.duplicate == 60)
      #expect(sums.rejected == 30 * 4)
      #expect(sums.counted == 3_000 + Int64(Topics.ballots.partitions))
      let reasons = ["bad-authentication-code": 30, "no-value": 30, "unknown-version": 30, "wrong-length": 30]
      #expect(try await bench.rejections() == reasons)
    }
  }

  @Test(arguments: Count.Way.allCases)
  func twoCountersThatComeAndGoCountWhatOneCounts(way: Count.Way) async throws {
    try await withCountingBench(way) { bench in
      let votes = [try await bench.openVote(bar: 10), try await bench.openVote(bar: 1_000_000)]
      let first = bench.startCounter("first")
      for round in 0..<12 {
        try await bench.send((0..<400).map { bench.ballot(votes[$0 % 2], round * 200 + $0 / 2, .yes) })
        if round.isMultiple(of: 3) {
          let second = bench.startCounter("second")
          try await Task.sleep(for: .milliseconds(900))
          second.cancel()
          await second.value
        }
      }
      try await bench.awaitCounted()
      first.cancel()
      await first.value
      for vote in votes { try await bench.expect(vote, Expectation(yes: 2_400, no: 0)) }
      #expect(try await bench.crossings() == [votes[0].proposal: 1])
    }
  }

  @Test(arguments: Count.Way.allCases)
  func countingAgainFromTheBeginningGivesTheSameTallies(way: Count.Way) async throws {
    try await withCountingBench(way) { bench in
      let vote = try await bench.openVote(bar: 5)
      try await bench.send((0..<500).map { bench.ballot(vote, $0 % 400, $0.isMultiple(of: 2) ? .yes : .no) })
      try await bench.withCounter { try await bench.awaitCounted() }
      let before = try await bench.tally(vote)
      try await bench.forgetTheCount()
      try await bench.withCounter { try await bench.awaitCounted() }
      let after = try await bench.tally(vote)
      #expect(before.yes == after.yes && before.no == after.no)
      #expect(after.yes + after.no == 400)
    }
  }

  /// Ballots of voters whom the filter could not know, since another stored them: COPY fails, and nothing is counted twice.
  @Test func aBallotHeldForNewThatIsNotIsSeenByTheKey() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 5)
      try await bench.send((0..<100).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter {
        try await bench.awaitCounted()
        // Behind the counter's back: what it takes for new is there already.
        for voter in 100..<110 {
          let record = bench.ballot(vote, voter, .no)
          let pseudonym = UInt128(bigEndian: (record.key ?? []).withUnsafeBytes { $0.loadUnaligned(as: UInt128.self) })
          try await bench.database.execute(
            """
            INSERT INTO ballot (accepted_ms, log_offset, vote, partition, yes, pseudonym)
            VALUES (1, -1, \(vote.number), \(record.partition ?? 0), false, \(VoterKey(value: pseudonym)))
            """)
        }
        try await bench.send((50..<150).map { bench.ballot(vote, $0, .yes) })
        try await bench.awaitCounted()
      }
      #expect(try await bench.tally(vote).yes == 140)
      #expect(try await bench.sums().duplicate == 60)
    }
  }

  @Test func aRecreatedTopicIsRefusedAndSaysWhy() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 5)
      try await bench.send((0..<200).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      let before = try await bench.tally(vote)
      for refill in [0, 500] {
        try await bench.recreateTopic()
        try await bench.send((0..<refill).map { bench.ballot(vote, 10_000 + $0, .yes) })
        try await bench.withCounter {
          try await eventually { bench.health.faults["consumer"]?.contains("recreated") == true }
          #expect(bench.health.faults["consumer"]?.contains("forum.ballots") == true)
        }
        #expect(try await bench.tally(vote) == before)
      }
    }
  }

  @Test func aPartitionThatIsRefusedDoesNotHoldUpTheOthers() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 5)
      try await bench.send((0..<120).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.database.execute("UPDATE consumer_offset SET fingerprint = '\\x00' WHERE partition = 3")
      let more = (1_000..<1_120).map { bench.ballot(vote, $0, .yes) }
      try await bench.send(more)
      let elsewhere = more.filter { $0.partition != 3 }.count
      try await bench.withCounter {
        try await eventually { try await bench.tally(vote).yes == 120 + Int64(elsewhere) }
        #expect(bench.health.faults["consumer"]?.contains("forum.ballots [3]") == true)
      }
    }
  }

  @Test(arguments: Count.Way.allCases)
  func aVoteClosesWhenEveryPartitionHasPassedItsClosingAndOnlyThenIsReferred(way: Count.Way) async throws {
    try await withCountingBench(way) { bench in
      let vote = try await bench.openVote(bar: 20, referral: .atClose)
      try await bench.send((0..<21).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter {
        try await bench.awaitCounted()
        #expect(try await bench.crossings().isEmpty)
        try await bench.send(bench.controls(.close, vote))
        try await bench.send([bench.ballot(vote, 99, .yes)])
        try await bench.awaitCounted()
      }
      try await bench.expect(vote, Expectation(yes: 21, no: 0))
      #expect(try await bench.crossings() == [vote.proposal: 1])
      #expect(try await bench.rejections() == ["vote-closed": 1])
      let closed = try await bench.published(VoteClosed.self)
      #expect(closed.map(\.yes) == [21] && closed.map(\.carried) == [true])
    }
  }

  @Test func aCounterThatWasReplacedChangesNothing() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 5)
      let partition = TopicPartition(topic: Topics.ballots.name, partition: 0)
      let ledger = PartitionLedger(database: bench.database, admin: bench.admin, owner: "zombie")
      let zombie = try #require(try await ledger.claim([partition], now: Date()).positions[partition])
      _ = try await ledger.claim([partition], now: Date())
      await #expect(throws: Fenced.self) {
        try await bench.database.transaction { transaction in
          try await transaction.fence([
            BatchPart(partition: partition, epoch: zombie.epoch, due: zombie.next, next: zombie.next + 1)
          ])
          try await transaction.execute("UPDATE tally SET yes = yes + 1 WHERE vote = \(vote.number)")
        }
      }
      try await bench.expect(vote, Expectation())
    }
  }

  @Test func theDatabaseHoldsTheConservationLawItself() async throws {
    try await withCountingBench { bench in
      let partition = TopicPartition(topic: Topics.ballots.name, partition: 0)
      let ledger = PartitionLedger(database: bench.database, admin: bench.admin, owner: "test")
      _ = try await ledger.claim([partition], now: Date())
      for change: Query in ["counted = counted + 1", "next_offset = next_offset + 1", "rejected = -1, counted = 1"] {
        await #expect(throws: PostgresError.self) {
          try await bench.database.execute("UPDATE consumer_offset SET \(fragment: change)")
        }
      }
      try await bench.database.execute(
        "UPDATE consumer_offset SET next_offset = next_offset + 5, counted = counted + 5")
      await #expect(throws: PostgresError.self) {
        try await bench.database.execute(
          "UPDATE consumer_offset SET next_offset = next_offset - 1, counted = counted - 1")
      }
    }
  }
}
