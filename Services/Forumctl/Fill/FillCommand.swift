import Contracts
import Crypto
import FoundationEssentials
import Glibc
import Kafka
import Postgres
import ServiceKit

let fillCommand = Command(
  form: CommandLineForm(
    command: "fill",
    overview: "FORGES BALLOTS straight into forum.ballots at full speed, to measure the count. Test systems only.",
    discussion: """
      Nobody cast these ballots: what a system counts afterwards is worthless. It needs the key that authenticates
      ballots, FORUM_KAFKA_*, and FORUM_DATABASE_* of the database's owner, as migrate. The same file, options and seed
      write the same records in the same order, but for their times. Exit code 1 unless every record was taken.
      """,
    positionals: [.init(name: "file", help: "petitions as JSON lines, packed by gzip or not")],
    options: [
      .flag("open", "make a vote for each petition, open, in the database and in the log"),
      .flag("into-existing-votes", "use the open votes whose reference is the petition's number"),
      .value("scale", "d", default: "1", "one ballot for so many agreements"),
      .value("repeats", "share", default: "0.02", "share of ballots cast twice: half at once, half later"),
      .value("foreign", "share", default: "0.001", "share of further ballots, on proposals that do not exist"),
      .value("no", "share", default: "0.1", "share of ballots that say no"),
      .value("seed", "s", default: "2019", "another seed makes other votes, voters, choices and order"),
      .value("order", "order", default: "shuffled", "shuffled or by-petition"),
      .value("bar", "n", "yes votes to be exceeded, with --open (default: 200000 divided by the scale)"),
      .value("limit", "n", "write so many records at most, the openings not counted"),
      .value("rate", "n", "records a second, on time even if some were late (default: as fast as they are taken)"),
      .value("threads", "n", default: "1", "threads that make records; one makes as many as two cores can store"),
      .value("truth", "file", "write there what must be counted: proposal, yes, no; tabs between, sorted"),
      .value("ballot-key", "file", "otherwise FORUM_VOTING_BALLOT_KEY_FILE or ballot-mac.key of the secrets folder"),
      .value("json", "file", "write the figures there as JSON"),
    ])
) { arguments in
  guard arguments.has("open") != arguments.has("into-existing-votes") else {
    throw UsageError("Give one of --open and --into-existing-votes: forged ballots belong on systems made for tests")
  }
  let rules = try fillRules(arguments)
  let environment = CommandEnvironment.current
  var settings = environment.settings
  let petitions = try Petition.read(arguments.positionals[0]).filter { $0.agreements >= rules.scale }
  let plan = try FillPlan(agreements: petitions.map(\.agreements), rules: rules)
  let database = Database(
    try DatabaseConfiguration(&settings).connection(application: "forumctl", schema: "voting"), maximumConnections: 1)
  var kafka = try BrokerConfiguration(&settings).client("forumctl-fill")
  kafka.properties.merge(["batch.num.messages": "20000"]) { set, _ in set }
  let fill = Fill(
    plan: plan, votes: FillVotes(petitions: petitions, database: database),
    openingBar: arguments.has("open")
      ? Int64(try arguments.value("bar", in: 0...60_000_000, or: 200_000 / rules.scale)) : nil,
    key: try ballotKey(arguments.text("ballot-key"), environment), kafka: kafka,
    threads: try arguments.value("threads", in: 1...12, or: 1),
    limit: try arguments.value("limit", in: 1...Int.max, or: Int.max),
    rate: try arguments.value("rate", in: 1...1e9))
  printError("WARNING: forging ballots: this system's count is worthless from now on")
  do {
    let report = try await fill.run()
    await database.close()
    print(report.text)
    if let path = arguments.text("truth") { try writeFile(Array(report.truth.utf8), to: path) }
    if let path = arguments.text("json") { try writeFile(try report.json(), to: path) }
  } catch {
    await database.close()
    throw error
  }
  return 0
}

private func fillRules(_ arguments: Arguments) throws -> FillRules {
  var rules = FillRules()
  rules.scale = try arguments.value("scale", in: 1...1_000_000_000, or: rules.scale)
  rules.seed = try arguments.value("seed", in: 0...UInt64.max, or: rules.seed)
  rules.repeatShare = try arguments.value("repeats", in: 0...1, or: rules.repeatShare)
  rules.foreignShare = try arguments.value("foreign", in: 0...1, or: rules.foreignShare)
  rules.noShare = try arguments.value("no", in: 0...1, or: rules.noShare)
  guard rules.repeatShare + rules.foreignShare <= 1 else { throw UsageError("--repeats and --foreign exceed 1") }
  switch arguments.text("order") {
  case "shuffled": rules.isShuffled = true
  case "by-petition": rules.isShuffled = false
  case let text:
    throw UsageError("The value '\(text ?? "")' is invalid for '--order <order>': one of shuffled, by-petition")
  }
  return rules
}

/// - Throws: `Failure` when there is no key of 32 bytes.
private func ballotKey(_ file: String?, _ environment: CommandEnvironment) throws -> HMACKey {
  let secrets = environment.values["FORUM_SECRETS_DIRECTORY"].map { "\($0)/ballot-mac.key" }
  guard let path = file ?? environment.values["FORUM_VOTING_BALLOT_KEY_FILE"] ?? secrets else {
    throw Failure("no ballot key: give --ballot-key FILE, FORUM_VOTING_BALLOT_KEY_FILE or FORUM_SECRETS_DIRECTORY")
  }
  var text = String(decoding: try contents(of: path), as: UTF8.self)
  while text.hasSuffix("\n") || text.hasSuffix("\r") { text.removeLast() }
  guard let key = Hex.decode(text), key.count == 32 else {
    throw Failure("\(path) does not hold 64 hexadecimal digits")
  }
  return HMACKey(key)
}

/// A fill from plan to report.
struct Fill: Sendable {
  let plan: FillPlan
  let votes: FillVotes
  /// Nil: the votes are there already.
  let openingBar: Int64?
  let key: HMACKey
  let kafka: KafkaConfiguration
  let threads: Int
  let limit: Int
  let rate: Double?

  /// - Throws: `Failure`, `PostgresError`, `KafkaError`
  func run() async throws -> FillReport {
    let producer = try Producer(kafka, deliveryTimeout: 120_000, maximumInFlight: 200_000)
    do {
      let report = try await run(producer)
      await producer.close(flush: 1_000)
      return report
    } catch {
      await producer.close(flush: 1_000)
      throw error
    }
  }

  private func run(_ producer: Producer) async throws -> FillReport {
    let found: [FillVotes.Vote]
    var controls = 0
    if let openingBar {
      found = try await votes.open(seed: plan.rules.seed, bar: openingBar)
      for result in await producer.send(FillVotes.openings(of: found, key: key)) {
        _ = try result.get()
        controls += 1
      }
    } else {
      found = try await votes.existing()
    }
    let proposals = found.map(\.proposal)
    let start = ContinuousClock.now
    let cpuStart = Self.processorSeconds
    let result = try await Progress.show("records written", of: plan.expectedRecords(limit: limit)) { progress in
      try await Filling(
        plan: plan, proposals: proposals, key: key, topic: producer.topic(Topics.ballots.name), tally: DeliveryTally(),
        threads: threads, limit: limit, rate: rate, progress: progress
      ).run()
    }
    return FillReport(
      proposals: proposals, result: result, controls: controls, seconds: (ContinuousClock.now - start).seconds,
      processorSeconds: Self.processorSeconds - cpuStart)
  }

  /// What the process has used so far.
  private static var processorSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
