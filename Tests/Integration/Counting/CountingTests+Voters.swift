import Contracts
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit
import Testing

@testable import VoteCounter
@testable import Voting

/// How the counter learns who has voted.
extension CountingTests {
  @Test func whoHasVotedIsKnownAgainAfterARestart() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 5)
      try await bench.send((0..<1_000).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      let all = PartitionSet(bits: 0xfff)
      let plan = try await bench.database.voterPlan(partitions: all, limit: 1 << 20)
      #expect(plan.portions.map(\.votes) == [[vote.number]] && plan.voters == 1_000)
      let portion = try #require(plan.portions.first)
      let pseudonyms = try await bench.database.voters(portion)
      var voters = VoterMemory(plan)
      voters.insert(pseudonyms, of: portion)
      #expect(voters.isComplete && voters.count == 1_000)
      for row in try await ballotRows(bench) {
        let isPerhapsKnown = voters.insert(row)
        #expect(isPerhapsKnown)
      }
    }
  }

  /// A vote with more ballots than are asked for at once, and one that has ended.
  @Test func theVotersOfALargeVoteAreLearntInParts() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 5)
      let ended = try await bench.openVote(bar: 5)
      try await bench.send((0..<1_000).map { bench.ballot(vote, $0, .yes) })
      try await bench.send((0..<50).map { bench.ballot(ended, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.database.execute("UPDATE vote SET closed_at = now() WHERE number = \(ended.number)")
      let whole = try await bench.database.voterPlan(partitions: PartitionSet(bits: 0xfff), limit: 1 << 20)
      #expect(whole.voters == 1_000)
      let parts = VoterPlan(
        [(vote.number, 1_000)], partitions: PartitionSet(bits: 0xfff), limit: 1 << 20, portion: 300
      ).portions
      #expect(parts.count == 4)
      var pseudonyms: [UInt8] = []
      for part in parts { pseudonyms += try await bench.database.voters(part) }
      #expect(pseudonyms.count == 16_000)
    }
  }

  private func ballotRows(_ bench: CountingBench) async throws -> [BallotRow] {
    let rows = try await bench.database.query(
      "SELECT vote, encode(uuid_send(pseudonym), 'hex') AS voter FROM ballot")
    return try rows.map { row in
      let voter = try #require(UInt128(row["voter"] as String, radix: 16))
      return BallotRow(
        voter: VoterKey(value: voter), acceptedAt: 0, offset: 0, vote: try row["vote"], partition: 0, isYes: true)
    }
  }

  /// The memory has room for a thousand: it is learnt anew several times, with batches under way.
  @Test func whileACrowdedMemoryIsLearntAnewTheCountIsExact() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 5)
      let voters = KnownVoters(database: bench.database, limit: 1_000, log: Log(service: "test", minimum: .error))
      let counter = bench.startCounter("test", voters: voters)
      for round in 0..<20 {
        let again = round * 500 - 250..<round * 500
        let new = round * 500..<(round + 1) * 500
        try await bench.send(([again, new].joined()).filter { $0 >= 0 }.map { bench.ballot(vote, $0, .yes) })
      }
      try await bench.awaitCounted()
      try await bench.expect(vote, Expectation(yes: 10_000, no: 0))
      #expect(try await bench.sums().duplicate == 19 * 250)
      #expect(voters.beginnings > 3)
      try await eventually { voters.isComplete }
      counter.cancel()
      await counter.value
    }
  }

  /// The table cannot be read for a while, as when the database is away: what was not learnt is asked for again.
  @Test func whatCouldNotBeLearntIsAskedForAgain() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 5)
      try await bench.send((0..<500).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      let voters = KnownVoters(database: bench.database, limit: 1 << 20, log: Log(service: "test", minimum: .error))
      let reader = BatchesOwner()
      try await bench.database.execute("ALTER TABLE ballot RENAME TO ballot_away")
      try await voters.claimed(PartitionSet(bits: 0xfff), by: ObjectIdentifier(reader))
      try await Task.sleep(for: .milliseconds(500))
      #expect(!voters.isComplete)
      try await bench.database.execute("ALTER TABLE ballot_away RENAME TO ballot")
      try await eventually { voters.isComplete }
      voters.forget(ObjectIdentifier(reader))
    }
  }

  private final class BatchesOwner {}
}
