import Contracts
import Crypto
import FoundationEssentials
import Postgres
import Synchronization
import Testing

@testable import ServiceKit
@testable import Voting

/// Where ballots come from, on its way through memory into PostgreSQL and out again.
@Suite struct OriginStoreTests {
  private static let start = Date(milliseconds: 1_800_000_000_000)

  private func origins(_ database: Database, _ metrics: Metrics = Metrics(), capacity: Int = 1 << 20) -> BallotOrigins {
    BallotOrigins(
      database: database, masterKey: Array(0..<32), log: Log(service: "test", minimum: .error),
      dropped: metrics.counter("dropped", ""), capacity: capacity)
  }

  private func pseudonym(_ voter: Int) -> [UInt8] { sha256(Array("voter \(voter)".utf8)) }

  @Test func ballotsAreFoundByTimeNetworkAndAgeAndOnNoOtherTask() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      let origins = origins(database)
      let (task, other) = (ProposalID(), ProposalID())
      // A ballot each 10 seconds, from four networks by turns; every fifth account is a day old, every third of unknown age.
      for voter in 0..<3_000 {
        let now = Self.start.addingTimeInterval(Double(voter) * 10)
        let created =
          voter.isMultiple(of: 3) ? nil : Int(now.timeIntervalSince1970) - (voter.isMultiple(of: 5) ? 1 : 900) * 86_400
        origins.add(
          pseudonym(voter), on: voter.isMultiple(of: 10) ? other : task, at: now,
          from: ClientAddress("203.0.\(voter % 4).\(voter % 250)"), accountCreated: created)
        if voter.isMultiple(of: 500) { try await origins.write() }
      }
      #expect(origins.waiting > 0)
      try await origins.write()
      #expect(origins.waiting == 0)

      func found(_ condition: OriginCondition, on proposal: ProposalID) async throws -> Set<Int> {
        let ballots = try await database.ballots(on: proposal, matching: condition)
        let voters = Dictionary(uniqueKeysWithValues: (0..<3_000).map { (UUID(pseudonym: pseudonym($0)), $0) })
        let found = ballots.compactMap { ballot in
          voters[ballot.pseudonym].flatMap {
            ballot.acceptedAt == Self.start.milliseconds + Int64($0) * 10_000 ? $0 : nil
          }
        }
        #expect(found.count == ballots.count && Set(found).count == found.count)
        return Set(found)
      }
      let voters = (0..<3_000).filter { !$0.isMultiple(of: 10) }
      #expect(try await found(OriginCondition(), on: task) == Set(voters))
      #expect(try await found(OriginCondition(), on: other).count == 300)
      #expect(try await found(OriginCondition(), on: ProposalID()) == [])

      let from = Self.start.milliseconds + 5_000_000
      let window = OriginCondition(accepted: from..<from + 60_000)
      #expect(try await found(window, on: task) == Set(voters.filter { (500..<506).contains($0) }))
      let hash = OriginHasher(masterKey: Array(0..<32)).hash(ClientAddress("203.0.2.6"))
      let bytes = withUnsafeBytes(of: hash.value.bigEndian) { Array($0) }
      #expect(try await found(OriginCondition(originPrefix: Array(bytes.prefix(4))), on: task) == Set(voters))
      let block = OriginCondition(originPrefix: Array(bytes.prefix(8)))
      #expect(try await found(block, on: task) == Set(voters.filter { $0 % 4 == 2 }))
      let line = OriginCondition(originPrefix: bytes)
      #expect(try await found(line, on: task) == Set(voters.filter { $0 % 4 == 2 && $0 % 250 == 6 }))
      let young = OriginCondition(maximumAccountDays: 1)
      #expect(
        try await found(young, on: task) == Set(voters.filter { $0.isMultiple(of: 5) && !$0.isMultiple(of: 3) }))
    }
  }

  /// Pages end in the middle of blocks that end at the same moment.
  @Test func nothingIsLostBetweenPages() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      let task = ProposalID()
      func block(_ number: Int, _ count: Int) -> OriginBlock {
        var block = OriginBlock(of: task)
        for place in 0..<count {
          block.append(
            OriginEntry(
              pseudonym: UInt128(number * 10_000 + place), acceptedAt: Self.start.milliseconds, origin: .unknown,
              accountDays: nil))
        }
        return block
      }
      // 300,000 in large blocks, and more small ones than a page takes.
      for first in stride(from: 0, to: 60, by: 30) {
        try await database.insert((first..<first + 30).map { block($0, OriginBlock.capacity) })
      }
      try await database.insert((60..<6_060).map { block($0, 1) })
      let sizes = Mutex<[Int]>([])
      let seen = Mutex<Set<UInt128>>([])
      try await database.origins(of: task, matching: OriginCondition()) { entries in
        sizes.withLock { $0.append(entries.count) }
        seen.withLock { $0.formUnion(entries.map(\.pseudonym)) }
      }
      #expect(sizes.withLock { $0 }.reduce(0, +) == 306_000)
      #expect(seen.withLock { $0.count } == 306_000)
      #expect(sizes.withLock { $0 }.count >= 3)
      #expect(sizes.withLock { $0 }.allSatisfy { $0 <= 255_000 })
    }
  }

  @Test func aBlockThatIsWrittenAgainIsThereOnce() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      var block = OriginBlock(of: ProposalID())
      block.append(OriginEntry(pseudonym: 1, acceptedAt: 5, origin: .unknown, accountDays: nil))
      try await database.insert([block])
      try await database.insert([block])
      #expect(try await database.ballots(on: block.proposal, matching: OriginCondition()).count == 1)
    }
  }

  @Test func whatTheDatabaseDoesNotTakeIsWrittenLaterAndWhatDoesNotFitIsDroppedAndCounted() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      let metrics = Metrics()
      let origins = origins(database, metrics, capacity: 100)
      let task = ProposalID()
      func add(_ voters: Range<Int>) {
        for voter in voters {
          origins.add(
            pseudonym(voter), on: task, at: Self.start, from: ClientAddress("203.0.113.9"), accountCreated: nil)
        }
      }
      try await database.execute("ALTER TABLE ballot_origin RENAME TO away")
      add(0..<60)
      await #expect(throws: PostgresError.self) { try await origins.write() }
      add(60..<150)
      #expect(origins.waiting == 100)
      await #expect(throws: PostgresError.self) { try await origins.write() }
      try await database.execute("ALTER TABLE away RENAME TO ballot_origin")
      try await origins.write()
      #expect(origins.waiting == 0)
      let kept = try await database.ballots(on: task, matching: OriginCondition())
      #expect(Set(kept.map(\.pseudonym)) == Set((0..<100).map { UUID(pseudonym: pseudonym($0)) }))
      #expect(kept.count == 100 && metrics.rendered().contains("dropped 50"))
      add(150..<250)
      #expect(origins.waiting == 100)
    }
  }

  @Test func ballotsFromManyThreadsAreAllKept() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      let origins = origins(database)
      let task = ProposalID()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for part in 0..<8 {
          group.addTask {
            for voter in part * 5_000..<(part + 1) * 5_000 {
              origins.add(
                pseudonym(voter), on: task, at: Self.start, from: ClientAddress("203.0.113.9"), accountCreated: 0)
            }
          }
        }
        group.addTask { for _ in 0..<5 { try await origins.write() } }
        try await group.waitForAll()
      }
      try await origins.write()
      let kept = try await database.ballots(on: task, matching: OriginCondition())
      #expect(kept.count == 40_000 && Set(kept.map(\.pseudonym)).count == 40_000 && origins.waiting == 0)
    }
  }

  @Test func afterThirtyDaysNothingIsKept() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      let origins = origins(database)
      let task = ProposalID()
      for day in 0..<5 {
        origins.add(
          pseudonym(day), on: task, at: Self.start.addingTimeInterval(Double(day) * 86_400), from: nil,
          accountCreated: nil)
      }
      try await origins.write()
      let vote = try await database.openTestVote(at: Self.start)
      for day in 0..<5 {
        let count = TrendCount(from: Self.start.milliseconds + Int64(day) * 86_400_000)
        let trend = count.trend(counted: 0, openedAt: Self.start, observedAt: Self.start)
        _ = try await database.transaction { try await $0.insert(trend, of: vote) }
      }
      for (days, left) in [(30.0, 5), (30.001, 4), (32.001, 2), (40, 0)] {
        let now = Self.start.addingTimeInterval(days * 86_400)
        try await Forgetting(database: database, clock: WallClock { now }).run()
        #expect(try await database.ballots(on: task, matching: OriginCondition()).count == left)
        #expect(try await database.trends(of: vote, before: now, limit: 100).count == left)
      }
    }
  }

  @Test func theCounterMayNotReadWhereBallotsComeFrom() async throws {
    try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
      // As `forumctl migrate` gives the rights; the roles are of the whole server, and may be there.
      for role in ["forum_voting", "forum_vote_counter"] {
        try await database.execute(
          Query(
            unsafeSQL: """
              DO $$ BEGIN CREATE ROLE \(role); EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
              """))
      }
      // Twice: rights are given anew with each upgrade.
      for _ in 0..<2 {
        try await database.execute(Query(unsafeSQL: "DO $grants$ BEGIN \(Voting.Migrations.grants) END $grants$"))
      }
      for table in ["ballot_origin", "vote_trend"] {
        for right in ["SELECT", "INSERT", "UPDATE", "DELETE"] {
          let row = try await database.one(
            """
            SELECT has_table_privilege('forum_voting', \("voting." + table), \(right)) AS voting,
              has_table_privilege('forum_vote_counter', \("voting." + table), \(right)) AS counter
            """)
          #expect(try row?["voting"] == (right != "UPDATE"), "\(table) \(right)")
          #expect(try row?["counter"] == false, "\(table) \(right)")
        }
      }
      let row = try await database.one(
        "SELECT has_table_privilege('forum_vote_counter', 'voting.ballot', 'SELECT') AS may")
      #expect(try row?["may"] == true)
    }
  }
}

extension Database {
  /// A vote that opened at a time, for ten days, without a broker.
  func openTestVote(at time: Date, totals: VoteRule.Totals = .running) async throws -> Vote {
    let rule = VoteRule(
      yesBar: 1_000, referral: .atClose, opensAt: time, closesAt: time.addingTimeInterval(864_000), totals: totals)
    let task = TaskSelected(
      proposal: ProposalID(), author: CitizenID(), title: "title", category: .jobs, reference: nil, rule: rule,
      reason: "test", selectedAt: time)
    _ = try await transaction {
      try await $0.insertVote(for: task, canonicalRule: rule.canonicalJSON(), ruleHash: rule.hash())
    }
    let vote = try #require(try await vote(on: task.proposal))
    _ = try await transaction { try await $0.open(vote, at: time) }
    return try #require(try await self.vote(on: task.proposal))
  }
}
