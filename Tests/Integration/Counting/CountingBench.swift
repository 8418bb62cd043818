import Contracts
import Crypto
import FoundationEssentials
import Kafka
import Postgres
import Testing

@testable import ServiceKit
@testable import VoteCounter
@testable import Voting

/// How a tally must stand.
struct Expectation: Sendable {
  var yes: Int64 = 0
  var no: Int64 = 0
  var void: Int64 = 0
  var quarantined: Int64 = 0

  mutating func count(_ choice: Choice) {
    if choice == .yes { yes += 1 } else { no += 1 }
  }
}

/// A topic of ballots, an empty database of votes, and counters to start and stop.
struct CountingBench: Sendable {
  let kafka: KafkaConfiguration
  let admin: Admin
  let producer: Producer
  let database: Database
  let health = Health()
  let way: Count.Way
  let key = HMACKey(Array(repeating: 5, count: 32))

  func recreateTopic() async throws {
    try await eventually {
      if try await admin.topics()[Topics.ballots.name] == nil { return true }
      try? await admin.deleteTopic(Topics.ballots.name)  // refused while an earlier creation is under way
      return false
    }
    try await eventually {
      // An attempt may fail though the broker goes on and makes the topic: only its presence tells.
      if try await admin.topics()[Topics.ballots.name] == Topics.ballots.partitions { return true }
      try? await admin.createTopic(
        Topics.ballots.name, partitions: Topics.ballots.partitions, configuration: Topics.ballots.configuration)
      return false
    }
    for partition in 0..<Topics.ballots.partitions {
      // A new partition has no leader for a moment.
      try await eventually { (try? await admin.offsets(of: Topics.ballots.name, partition: partition)) != nil }
    }
  }

  /// A vote whose opening records are in the log.
  func openVote(
    bar: Int64, referral: VoteRule.Referral = .atOnce, turnout: Int64 = 0, majority: Bool = false,
    totals: VoteRule.Totals = .running
  ) async throws -> Vote {
    let now = Date()
    let rule = VoteRule(
      yesBar: bar, referral: referral, opensAt: now, closesAt: now.addingTimeInterval(3_600), minimumTurnout: turnout,
      majority: majority, totals: totals)
    let task = TaskSelected(
      proposal: ProposalID(), author: CitizenID(), title: "title", category: .jobs, reference: nil, rule: rule,
      reason: "test", selectedAt: now)
    _ = try await database.transaction {
      try await $0.insertVote(for: task, canonicalRule: rule.canonicalJSON(), ruleHash: rule.hash())
    }
    let vote = try #require(try await database.vote(on: task.proposal))
    try await send(controls(.open, vote))
    return vote
  }

  func controls(_ control: BallotRecord.Control, _ vote: Vote) -> [OutgoingRecord] {
    let value = BallotRecord(
      proposal: vote.proposal, content: .control(control, ruleHash: vote.ruleHash), acceptedAt: Date().milliseconds
    ).encoded(with: key)
    return (0..<Topics.ballots.partitions).map {
      OutgoingRecord(topic: Topics.ballots.name, partition: $0, key: vote.proposal.bytes, value: value)
    }
  }

  func pseudonym(_ vote: Vote, _ voter: Int) -> [UInt8] { sha256(Array("\(vote.proposal) \(voter)".utf8)) }

  func ballot(
    _ vote: Vote, _ voter: Int, _ choice: Choice, at time: Date = Date(), inQuarantine: Bool = false
  ) -> OutgoingRecord {
    let pseudonym = pseudonym(vote, voter)
    let content: BallotRecord.Content =
      inQuarantine
      ? .quarantined(pseudonym: pseudonym, choice: choice, nonce: randomBytes(16))
      : .ballot(pseudonym: pseudonym, choice: choice, nonce: randomBytes(16))
    let record = BallotRecord(proposal: vote.proposal, content: content, acceptedAt: time.milliseconds)
    return OutgoingRecord(
      topic: Topics.ballots.name,
      partition: BallotRecord.partition(of: pseudonym, count: Topics.ballots.partitions),
      key: Array(pseudonym.prefix(16)), value: record.encoded(with: key))
  }

  /// One record of each kind that must be rejected.
  func garbage(_ seed: Int) -> [OutgoingRecord] {
    let partition = Int32(seed % Int(Topics.ballots.partitions))
    let values: [[UInt8]?] = [
      nil, [1, 2, 3], Array(repeating: 9, count: BallotRecord.byteCount), [1] + randomBytes(BallotRecord.byteCount - 1),
    ]
    return values.map { OutgoingRecord(topic: Topics.ballots.name, partition: partition, key: nil, value: $0) }
  }

  func send(_ records: [OutgoingRecord]) async throws {
    for result in await producer.send(records) { _ = try result.get() }
  }

  /// - Parameter voters: with another memory than usual.
  func startCounter(_ owner: String, voters: KnownVoters? = nil) -> Task<Void, Never> {
    let log = Log(service: "test", minimum: .error)
    let usual = way == .copy ? KnownVoters(database: database, limit: 1 << 20, log: log) : nil
    let setting = Count.Setting(
      ballotKey: key, voters: voters ?? usual, batchSize: 500, database: database, clock: .system,
      figures: CountFigures(Metrics()))
    let system = LedgerSystem(
      group: "vote-counter", kafka: kafka, ledger: PartitionLedger(database: database, admin: admin, owner: owner),
      database: database, health: health, log: log, clock: .system)
    let counter = BatchConsumer(Topics.ballots, batchSize: 500, batchWait: 20) { Count(setting) }
    return Task { await counter.run(system) }
  }

  func withCounter(_ body: () async throws -> Void) async throws {
    let counter = startCounter("test")
    do { try await body() } catch {
      counter.cancel()
      await counter.value
      throw error
    }
    counter.cancel()
    await counter.value
  }

  /// Waits until every partition is counted to its end.
  func awaitCounted() async throws {
    var ends: [Int32: Int64] = [:]
    for partition in 0..<Topics.ballots.partitions {
      ends[partition] = try await admin.offsets(of: Topics.ballots.name, partition: partition).high
    }
    try await eventually {
      let rows = try await database.query("SELECT partition, next_offset FROM consumer_offset")
      let reached = Dictionary(
        uniqueKeysWithValues: try rows.map { (try $0["partition"] as Int32, try $0["next_offset"] as Int64) })
      return ends.allSatisfy { reached[$0.key] == $0.value }
    }
  }

  func tally(_ vote: Vote) async throws -> Tally { try await database.voteWithTally(on: vote.proposal).tally }

  /// The tally, and the rows that it stands for, are as expected.
  func expect(_ vote: Vote, _ expected: Expectation) async throws {
    let tally = try await tally(vote)
    #expect(
      tally.yes == expected.yes && tally.no == expected.no && tally.void == expected.void
        && tally.quarantined == expected.quarantined)
    let row = try #require(
      try await database.one(
        """
        SELECT count(*) FILTER (WHERE yes AND NOT void AND NOT held) AS yes,
          count(*) FILTER (WHERE NOT yes AND NOT void AND NOT held) AS no, count(*) FILTER (WHERE void) AS void,
          count(*) FILTER (WHERE held AND NOT void) AS quarantined
        FROM ballot b CROSS JOIN LATERAL (
          SELECT count(*) FILTER (WHERE kind = 1) > 0 AS void,
            count(*) FILTER (WHERE kind = 0) > 0 AND count(*) FILTER (WHERE kind = 2) = 0 AS held
          FROM ballot_mark m WHERE m.vote = b.vote AND m.pseudonym = b.pseudonym) m
        WHERE vote = \(vote.number)
        """))
    #expect(try row["yes"] == expected.yes)
    #expect(try row["no"] == expected.no)
    #expect(try row["void"] == expected.void)
    #expect(try row["quarantined"] == expected.quarantined)
  }

  func sums() async throws -> (counted: Int64, duplicate: Int64, rejected: Int64) {
    let row = try #require(
      try await database.one(
        """
        SELECT sum(counted)::bigint AS counted, sum(duplicate)::bigint AS duplicate, sum(rejected)::bigint AS rejected
        FROM consumer_offset
        """))
    return (try row["counted"], try row["duplicate"], try row["rejected"])
  }

  func rejections() async throws -> [String: Int] {
    let rows = try await database.query("SELECT reason, count(*) AS n FROM rejected_record GROUP BY reason")
    return Dictionary(uniqueKeysWithValues: try rows.map { (try $0["reason"] as String, try $0["n"] as Int) })
  }

  func published<Payload: Event>(_: Payload.Type) async throws -> [Payload] {
    try await database.query("SELECT payload FROM outbox WHERE type = \(Payload.type) ORDER BY id")
      .map { try JSON.decode(from: $0["payload"]) }
  }

  /// How often each proposal was announced to have crossed its bar.
  func crossings() async throws -> [ProposalID: Int] {
    try await published(VoteBarCrossed.self).reduce(into: [:]) { $0[$1.proposal, default: 0] += 1 }
  }

  /// Makes the database as it was before anything was counted.
  func forgetTheCount() async throws {
    try await database.execute(
      "TRUNCATE ballot, ballot_control, ballot_schedule, ballot_mark, ruling_end, consumer_offset, rejected_record, outbox"
    )
    try await database.execute(
      "UPDATE tally SET yes = 0, no = 0, void = 0, quarantined = 0, version = 0, crossed_at = NULL")
    try await database.execute(
      "UPDATE vote SET state = 'open', closed_at = NULL, carried = NULL WHERE closed_at IS NOT NULL")
  }
}

func withCountingBench(_ way: Count.Way = .copy, _ body: (CountingBench) async throws -> Void) async throws {
  let kafka = try TestKafka.configuration()
  try await withTestDatabase(schema: "voting", migrations: Voting.Migrations.all) { database, _ in
    let bench = CountingBench(
      kafka: kafka, admin: try Admin(kafka), producer: try Producer(kafka), database: database, way: way)
    try await bench.recreateTopic()
    do { try await body(bench) } catch {
      await bench.producer.close(flush: 1_000)
      await bench.admin.close()
      throw error
    }
    await bench.producer.close(flush: 1_000)
    await bench.admin.close()
  }
}
