import Contracts
import Crypto
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit
import Testing

@testable import VoteCounter
@testable import Voting

extension CountingBench {
  /// Where the counted ballot of a voter is.
  fileprivate func place(_ vote: Vote, _ voter: Int) async throws -> Int64 {
    let row = try #require(
      try await database.one(
        """
        SELECT log_offset FROM ballot
        WHERE vote = \(vote.number) AND pseudonym = \(UUID(pseudonym: pseudonym(vote, voter)))
        """))
    return try row["log_offset"]
  }

  /// A record that rules over the ballot of a voter.
  fileprivate func record(
    _ kind: BallotRuling.Kind, by ruling: RulingID, _ vote: Vote, _ voter: Int, at offset: Int64
  ) -> OutgoingRecord {
    let pseudonym = pseudonym(vote, voter)
    let content = BallotRecord.Content.ruling(
      BallotRuling(kind, by: ruling, voter: Array(pseudonym.prefix(16)), offset: offset))
    return OutgoingRecord(
      topic: Topics.ballots.name,
      partition: BallotRecord.partition(of: pseudonym, count: Topics.ballots.partitions),
      key: Array(pseudonym.prefix(16)),
      value: BallotRecord(proposal: vote.proposal, content: content, acceptedAt: Date().milliseconds)
        .encoded(with: key))
  }

  fileprivate func records(
    _ kind: BallotRuling.Kind, by ruling: RulingID, _ vote: Vote, _ voters: some Sequence<Int>
  ) async throws -> [OutgoingRecord] {
    var records: [OutgoingRecord] = []
    for voter in voters {
      records.append(record(kind, by: ruling, vote, voter, at: try await place(vote, voter)))
    }
    return records
  }

  /// The end of a ruling, in every partition.
  fileprivate func ends(of ruling: RulingID, _ vote: Vote) -> [OutgoingRecord] {
    let value = BallotRecord(
      proposal: vote.proposal, content: .ruling(BallotRuling(endOf: ruling)), acceptedAt: Date().milliseconds
    ).encoded(with: key)
    return (0..<Topics.ballots.partitions).map {
      OutgoingRecord(topic: Topics.ballots.name, partition: $0, key: vote.proposal.bytes, value: value)
    }
  }

  /// A ruling that a second person has confirmed.
  fileprivate func confirmRuling(_ kind: RulingKind, on vote: Vote) async throws -> RulingID {
    let id = RulingID()
    let code: RulingCode = kind == .void ? .automated : .examined
    try await database.execute(
      """
      INSERT INTO vote_ruling (id, vote, kind, code, reason, condition, state, listed_yes, listed_no, proposed_by,
        proposed_at, decided_by, decided_at)
      VALUES (\(id), \(vote.number), \(kind), \(code), 'because', '{}', 'confirmed', 0, 0, \(CitizenID()), now(),
        \(CitizenID()), now())
      """)
    return id
  }

  fileprivate func editions(of vote: Vote) async throws -> [VoteResult] {
    try await database.query("SELECT document FROM vote_result WHERE vote = \(vote.number) ORDER BY edition")
      .map { try JSON.decode(from: $0["document"]) }
  }
}

/// Ballots that are voided, come in quarantine, and are released.
extension CountingTests {
  @Test(arguments: [Count.Way.copy, .insert])
  func aBallotInQuarantineTakesItsVotersPlaceAndCountsWhenItIsReleased(way: Count.Way) async throws {
    try await withCountingBench(way) { bench in
      let vote = try await bench.openVote(bar: 100)
      try await bench.send(
        (0..<50).map { bench.ballot(vote, $0, .yes) }
          + (40..<60).map { bench.ballot(vote, $0, $0.isMultiple(of: 2) ? .yes : .no, inQuarantine: true) }
          // Who has one in quarantine has voted.
          + (50..<70).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, Expectation(yes: 60, no: 0, quarantined: 10))
      let release = try await bench.confirmRuling(.release, on: vote)
      let void = try await bench.confirmRuling(.void, on: vote)
      let released = try await bench.records(.release, by: release, vote, 50..<57)
      let voided = try await bench.records(.void, by: void, vote, 57..<60)
      let nothing = try await bench.records(.release, by: release, vote, 0..<3)
      try await bench.send(released + voided + nothing + bench.ends(of: release, vote) + bench.ends(of: void, vote))
      try await bench.withCounter { try await bench.awaitCounted() }
      let expected = Expectation(yes: 64, no: 3, void: 3)
      try await bench.expect(vote, expected)
      let ruled = try await bench.published(BallotsRuled.self)
      #expect(ruled.count == 2)
      let byID = Dictionary(uniqueKeysWithValues: ruled.map { ($0.ruling, $0) })
      #expect(byID[release]?.yes == 4 && byID[release]?.no == 3 && byID[release]?.kind == .release)
      #expect(byID[void]?.yes == 1 && byID[void]?.no == 2 && byID[void]?.code == .automated)
      // What was released stays, and what is void cannot be released: the log's order decides.
      try await bench.send(
        try await bench.records(.release, by: release, vote, 55..<60) + bench.ends(of: release, vote))
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, expected)

      try await bench.forgetTheCount()
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, expected)
      let sums = try await bench.sums()
      let partitions = Int64(Topics.ballots.partitions)
      #expect(sums.counted == partitions + 70 + 10 + 2 * partitions)
      // Twenty ballots of known voters, three releases of counted ballots, and all that was said again.
      #expect(sums.duplicate == 20 + 3 + 5 + partitions && sums.rejected == 0)
    }
  }

  @Test func voidsTakeTheBarBackAndBallotsCrossItAgain() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 20)
      try await bench.send((0..<25).map { bench.ballot(vote, $0, .yes) } + [bench.ballot(vote, 99, .no)])
      try await bench.withCounter { try await bench.awaitCounted() }
      let crossed = try #require(try await bench.published(VoteBarCrossed.self).first)
      let ruling = try await bench.confirmRuling(.void, on: vote)
      let voids = try await bench.records(.void, by: ruling, vote, 0..<10)
      try await bench.send(voids)
      try await bench.withCounter { try await bench.awaitCounted() }
      // Half of a ruling has no consequences.
      try await bench.expect(vote, Expectation(yes: 15, no: 1, void: 10))
      #expect(try await bench.published(VoteBarLost.self).isEmpty)
      #expect(try await bench.tally(vote).crossedAt != nil)
      // Written again after a crash, and ended.
      try await bench.send(voids + bench.ends(of: ruling, vote) + bench.ends(of: ruling, vote))
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, Expectation(yes: 15, no: 1, void: 10))
      let lost = try await bench.published(VoteBarLost.self)
      #expect(lost.map(\.proposal) == [vote.proposal] && lost.map(\.yes) == [15] && lost.map(\.no) == [1])
      #expect(lost.first?.crossedAt == crossed.crossedAt)
      #expect(try await bench.tally(vote).crossedAt == nil)
      // As if the counter that saw the crossing had a clock that is ahead.
      let ahead = crossed.crossedAt.addingTimeInterval(3_600)
      try await bench.database.execute("UPDATE tally SET undone_crossing = \(ahead)")
      #expect(try await bench.published(BallotsRuled.self).map(\.yes) == [10])
      // Who was voided cannot vote again, others can.
      try await bench.send((0..<10).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, Expectation(yes: 15, no: 1, void: 10))
      try await bench.send((200..<206).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, Expectation(yes: 21, no: 1, void: 10))
      #expect(try await bench.crossings() == [vote.proposal: 2])
      let again = try #require(try await bench.published(VoteBarCrossed.self).last)
      #expect(again.crossedAt.milliseconds == ahead.milliseconds + 1)
      #expect(try await bench.published(VoteBarLost.self).count == 1)

      try await bench.forgetTheCount()
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, Expectation(yes: 21, no: 1, void: 10))
      #expect(try await bench.tally(vote).crossedAt != nil)
    }
  }

  @Test func aRulingOverABallotThatThereIsNotIsRejected() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 20)
      try await bench.send([bench.ballot(vote, 1, .yes), bench.ballot(vote, 1, .no)])
      try await bench.withCounter { try await bench.awaitCounted() }
      let ruling = try await bench.confirmRuling(.void, on: vote)
      let place = try await bench.place(vote, 1)
      // Of nobody; of a duplicate, which has no say; and of a voter at another place.
      try await bench.send([
        bench.record(.void, by: ruling, vote, 2, at: 3), bench.record(.void, by: ruling, vote, 1, at: place + 1),
        bench.record(.void, by: ruling, vote, 1, at: Int64.max),
      ])
      try await bench.send(bench.ends(of: ruling, vote))
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, Expectation(yes: 1))
      #expect(try await bench.rejections() == ["no-such-ballot": 3])
      #expect(try await bench.published(BallotsRuled.self).map(\.yes) == [0])
    }
  }

  @Test func aResultIsAmendedOnceForEachRulingAfterTheVoteHasClosed() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 20, referral: .atClose)
      try await bench.send(
        (0..<25).map { bench.ballot(vote, $0, .yes) }
          + (30..<40).map { bench.ballot(vote, $0, .yes, inQuarantine: true) })
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.send(bench.controls(.close, vote))
      try await bench.withCounter { try await bench.awaitCounted() }
      let first = try #require(try await bench.editions(of: vote).first)
      #expect(first.yes == 25 && first.void == 0 && first.quarantined == 10 && first.carried)
      #expect(first.amendment == nil)

      let void = try await bench.confirmRuling(.void, on: vote)
      let release = try await bench.confirmRuling(.release, on: vote)
      let voids = try await bench.records(.void, by: void, vote, 0..<15) + bench.ends(of: void, vote)
      let releases =
        try await bench.records(.release, by: release, vote, 30..<40) + bench.ends(of: release, vote)
      try await bench.send(voids)
      // Two counters, each with some of the partitions.
      let counters = [bench.startCounter("first"), bench.startCounter("second")]
      try await bench.awaitCounted()
      try await bench.expect(vote, Expectation(yes: 10, void: 15, quarantined: 10))
      #expect(try await bench.database.vote(on: vote.proposal)?.carried == false)
      try await bench.send(releases)
      try await bench.awaitCounted()
      for counter in counters { counter.cancel() }
      for counter in counters { await counter.value }
      try await bench.expect(vote, Expectation(yes: 20, void: 15))

      let editions = try await bench.editions(of: vote)
      #expect(editions.map(\.yes) == [25, 10, 20] && editions.map(\.void) == [0, 15, 15])
      #expect(editions.map(\.quarantined) == [10, 10, nil] && editions.map(\.carried) == [true, false, false])
      let hashes = try editions.map { Hex.encode(sha256(try $0.canonicalJSON())) }
      #expect(editions.map { $0.amendment?.of } == [nil, hashes[0], hashes[1]])
      let amended = try await bench.published(VoteResultAmended.self)
      #expect(amended.map(\.resultHash) == Array(hashes.dropFirst()))
      #expect(amended.map(\.formerResultHash) == [hashes[0], hashes[1]])
      #expect(amended.map(\.shortfalls) == [[.bar], [.bar]])
      #expect(try await bench.published(VoteBarLost.self).map(\.yes) == [10])
      #expect(try await bench.published(VoteClosed.self).map(\.resultHash) == [hashes[0]])
      let newest = try #require(try await bench.database.result(of: vote))
      #expect(Hex.encode(newest.hash) == hashes[2])
      let older = try #require(try await bench.database.result(of: vote, edition: 1))
      #expect(Hex.encode(older.hash) == hashes[0])
      #expect(try await bench.database.result(of: vote, edition: 4) == nil)

      // Counted from the beginning, the results that were written down stay what they are.
      try await bench.forgetTheCount()
      try await bench.withCounter { try await bench.awaitCounted() }
      try await bench.expect(vote, Expectation(yes: 20, void: 15))
      #expect(try await bench.editions(of: vote) == editions)
    }
  }

  /// Two rulings after the end, of which each partition has passed another part whenever one of them ends.
  @Test(arguments: [true, false])
  func noResultIsThatOfHalfARulingAndARecountLeavesTheNewest(isInterleaved: Bool) async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 20, referral: .atClose)
      try await bench.send((0..<200).map { bench.ballot(vote, $0, .yes) } + bench.controls(.close, vote))
      try await bench.withCounter { try await bench.awaitCounted() }
      let first = try await bench.confirmRuling(.void, on: vote)
      let second = try await bench.confirmRuling(.void, on: vote)
      let one = try await bench.records(.void, by: first, vote, 0..<100)
      let other = try await bench.records(.void, by: second, vote, 100..<180)
      // All of the first and half of the second is passed when the first one ends.
      let parts =
        isInterleaved
        ? [
          one + other.prefix(40), bench.ends(of: first, vote), Array(other.dropFirst(40)), bench.ends(of: second, vote),
        ]
        : [one, bench.ends(of: first, vote), other, bench.ends(of: second, vote)]
      for part in parts {
        try await bench.send(part)
        try await bench.withCounter { try await bench.awaitCounted() }
      }
      try await bench.expect(vote, Expectation(yes: 20, void: 180))
      let editions = try await bench.editions(of: vote)
      #expect(editions.map(\.yes) == (isInterleaved ? [200, 20] : [200, 100, 20]))
      let hashes = try await bench.published(VoteClosed.self).map(\.resultHash)
      for _ in 0..<2 {
        try await bench.forgetTheCount()
        try await bench.withCounter { try await bench.awaitCounted() }
        try await bench.expect(vote, Expectation(yes: 20, void: 180))
        #expect(try await bench.editions(of: vote) == editions)
        // What is told again is what was told.
        #expect(try await bench.published(VoteClosed.self).map(\.resultHash) == hashes)
        #expect(try await bench.database.vote(on: vote.proposal)?.carried == false)
      }
    }
  }

  @Test func aClosedVoteMayCrossItsBarByAReleaseAlone() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 5)
      try await bench.send((0..<10).map { bench.ballot(vote, $0, .yes, inQuarantine: $0 >= 5) })
      try await bench.send(bench.controls(.close, vote))
      try await bench.withCounter { try await bench.awaitCounted() }
      #expect(try await bench.published(VoteClosed.self).map(\.carried) == [false])
      let release = try await bench.confirmRuling(.release, on: vote)
      try await bench.send(try await bench.records(.release, by: release, vote, 5..<7))
      try await bench.withCounter { try await bench.awaitCounted() }
      #expect(try await bench.crossings() == [:])
      try await bench.send(bench.ends(of: release, vote))
      try await bench.withCounter { try await bench.awaitCounted() }
      #expect(try await bench.crossings() == [vote.proposal: 1])
      #expect(try await bench.published(VoteResultAmended.self).map(\.carried) == [true])
      #expect(try await bench.editions(of: vote).map(\.quarantined) == [5, 3])
    }
  }

  @Test func ofAVoteThatHidesItsTotalsARulingSaysNoNumbers() async throws {
    try await withCountingBench { bench in
      let vote = try await bench.openVote(bar: 2, referral: .atClose, totals: .hidden)
      try await bench.send((0..<10).map { bench.ballot(vote, $0, .yes) })
      try await bench.withCounter { try await bench.awaitCounted() }
      let void = try await bench.confirmRuling(.void, on: vote)
      try await bench.send(try await bench.records(.void, by: void, vote, 0..<5) + bench.ends(of: void, vote))
      try await bench.withCounter { try await bench.awaitCounted() }
      let ruled = try #require(try await bench.published(BallotsRuled.self).first)
      #expect(ruled.yes == nil && ruled.no == nil)
      try await bench.expect(vote, Expectation(yes: 5, void: 5))
    }
  }
}
