import Contracts
import Crypto
import Kafka
public import Postgres
public import ServiceKit

/// What voting is made of: votes with fixed rules, opened and closed on time, and the ballot box.
public struct VotingService: ServiceDefinition {
  /// Schema, role, consumer group and prefix of settings.
  public static let name = "voting"
  /// What builds the schema `voting`. The vote counter shares it.
  public static let migrations = Migrations.all

  /// A ballot has a hundred bytes; what slow clients can make the service hold is so much a connection.
  public static let maximumBodyBytes = 16 << 10

  /// Settings of voting.
  public struct Configuration: ServiceConfiguration {
    let pseudonymKey: [UInt8]
    let ballotKey: [UInt8]
    let closingGrace: Int
    let deliveryTimeout: Int
    let ballotsInFlight: Int
    let linger: Int
    let waitTarget: Int
    let rates: BallotRates.Setting
    let suspectRate: Int

    /// Reads the settings that start with `FORUM_VOTING_`.
    /// - Throws: `SettingsError`
    public init(_ settings: inout Settings) throws(SettingsError) {
      pseudonymKey = try settings.key(
        file: "FORUM_VOTING_PSEUDONYM_KEY_FILE", "master key of the pseudonyms; never changed while a vote is open")
      ballotKey = try settings.key(
        file: "FORUM_VOTING_BALLOT_KEY_FILE", "key that authenticates ballot records, shared with the vote counter")
      closingGrace = try settings.int(
        "FORUM_VOTING_CLOSING_GRACE_MS", default: 7_000, in: 0...600_000,
        "milliseconds from the closing time to the closing record, for ballots in flight and clocks that differ")
      deliveryTimeout = try settings.int(
        "FORUM_VOTING_DELIVERY_TIMEOUT_MS", default: 5_000, in: 100...120_000,
        "milliseconds that Kafka is given to take a ballot")
      ballotsInFlight = try settings.int(
        "FORUM_VOTING_BALLOTS_IN_FLIGHT", default: 20_000, in: 1...1_000_000,
        "ballots awaiting Kafka at most; more are refused with 503")
      waitTarget = try settings.int(
        "FORUM_VOTING_WAIT_TARGET_MS", default: 300, in: 10...60_000,
        "milliseconds that a ballot may wait for Kafka before further ones are refused with 503")
      linger = try settings.int(
        "FORUM_VOTING_LINGER_MS", default: 5, in: 0...100,
        "milliseconds that a ballot waits for others, to be sent to Kafka together")
      let voter = try settings.int(
        "FORUM_VOTING_VOTER_RATE", default: 10, in: 0...1_000_000,
        "ballots a minute of one voter on one task, half of them at once; more are refused with 429; 0: any number")
      let line = try settings.int(
        "FORUM_VOTING_ADDRESS_RATE", default: 60, in: 0...100_000_000,
        "ballots a minute from one IPv4 address or IPv6 /64, twice as many at once; 0: any number")
      let site = try settings.int(
        "FORUM_VOTING_NETWORK_RATE", default: 600, in: 0...100_000_000,
        "ballots a minute from one IPv6 /48, twice as many at once; 0: any number")
      suspectRate = try settings.int(
        "FORUM_VOTING_SUSPECT_RATE", default: 100, in: 0...100_000_000,
        "ballots an hour on one task from one IPv4 address or IPv6 /64, as many at once; more are put in quarantine; 0: any number"
      )
      let proxies = try settings.string(
        "FORUM_VOTING_TRUSTED_PROXIES", default: "127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7",
        "networks of the proxies whose X-Forwarded-For names the client")
      guard let trusted = TrustedProxies(proxies) else {
        throw SettingsError("FORUM_VOTING_TRUSTED_PROXIES is no list of networks like 10.0.0.0/8, separated by commas")
      }
      rates = BallotRates.Setting(voter: voter, line: line, site: site, proxies: trusted)
      // A ballot accepted in time may be stored as late as the delivery time-out: the closing record must come after it.
      guard closingGrace >= deliveryTimeout + 1_000 else {
        throw SettingsError(
          "FORUM_VOTING_CLOSING_GRACE_MS (\(closingGrace)) must exceed FORUM_VOTING_DELIVERY_TIMEOUT_MS "
            + "(\(deliveryTimeout)) by at least 1000")
      }
    }
  }

  private let log: Log
  private let votes: Votes
  private let ballotBox: BallotBox
  private let schedule: Schedule
  private let teller: RulingTeller
  private let trends: Trends
  private let forgetting: Forgetting

  /// Opens a producer for ballots, apart from the kit's, with limits of its own.
  /// - Throws: `KafkaError` when the producer's settings are refused.
  public init(_ kit: ServiceKit, _ configuration: Configuration) async throws {
    log = kit.log
    let ballotKey = HMACKey(configuration.ballotKey)
    let producer = try Producer(
      kit.kafka, linger: configuration.linger, deliveryTimeout: configuration.deliveryTimeout,
      // The admission is the limit; those that pass it at the same moment still find room.
      maximumInFlight: configuration.ballotsInFlight + 10_000,
      // Hashes and random bytes get hardly shorter, and the broker would unpack each batch to look at it.
      compression: "none")
    let book = VoteBook(database: kit.database, pseudonyms: Pseudonyms(masterKey: configuration.pseudonymKey))
    votes = Votes(database: kit.database, clock: kit.clock, log: kit.log)
    let figures = BallotBox.Figures(kit.metrics)
    let admission = Admission(
      AdmissionLimit(ceiling: configuration.ballotsInFlight, target: configuration.waitTarget),
      waiting: { producer.inFlight }, shed: figures.shed)
    kit.metrics.gauge("forum_voting_ballots_waiting", "Ballots that wait for Kafka.") { Double(producer.inFlight) }
    kit.metrics.gauge("forum_voting_ballots_waiting_limit", "Ballots that may wait for Kafka.") {
      Double(admission.present)
    }
    let forgotten = kit.metrics.counter(
      "forum_voting_rate_forgotten_total",
      "Senders forgotten before their limit had recovered, for want of memory: limits do not hold while this grows.")
    let origins = BallotOrigins(
      database: kit.database, masterKey: configuration.pseudonymKey, log: kit.log,
      dropped: kit.metrics.counter(
        "forum_voting_origins_dropped_total",
        "Ballots whose origin is not kept, for want of memory while PostgreSQL was away; they count."))
    kit.metrics.gauge("forum_voting_origins_waiting", "Ballots whose origin waits to be written to PostgreSQL.") {
      Double(origins.waiting)
    }
    ballotBox = BallotBox(
      book: book, database: kit.database, clock: kit.clock, producer: producer, ballotKey: ballotKey, log: kit.log,
      figures: figures, admission: admission,
      rates: BallotRates(configuration.rates, limited: figures.limited, forgotten: forgotten),
      suspicion: Suspicion(rate: configuration.suspectRate, forgotten: forgotten), origins: origins)
    trends = Trends(database: kit.database, clock: kit.clock, log: kit.log, metrics: kit.metrics)
    forgetting = Forgetting(database: kit.database, clock: kit.clock)
    schedule = Schedule(
      database: kit.database, clock: kit.clock, producer: kit.producer, ballotKey: ballotKey, book: book, log: kit.log,
      grace: configuration.closingGrace)
    teller = RulingTeller(
      database: kit.database, clock: kit.clock, producer: kit.producer, ballotKey: ballotKey, log: kit.log)
  }

  /// Voting; reading votes, ballots and the count; changing schedules; and ruling over ballots.
  public var routes: [Route] {
    [
      .post("/v1/proposals/{id}/ballots", for: .citizen, ballotBox.cast).behind(ballotBox.admission.refusal),
      .get("/v1/proposals/{id}/ballot", for: .citizen, ballotBox.state),
      .get("/v1/proposals/{id}/vote", for: .everyone, votes.read),
      .post("/v1/proposals/{id}/vote/pause", for: .supportUnit, votes.pause),
      .post("/v1/proposals/{id}/vote/resumption", for: .supportUnit, votes.resume),
      .post("/v1/proposals/{id}/vote/extension", for: .supportUnit, votes.extend),
      .get("/v1/proposals/{id}/vote/result", for: .everyone, votes.result),
      .get("/v1/proposals/{id}/vote/rulings", for: .everyone, votes.rulings),
      .post("/v1/proposals/{id}/vote/rulings", for: .supportUnit, votes.proposeRuling)
        .accepting(bytes: BallotCondition.sizeLimit),
      .post("/v1/proposals/{id}/vote/rulings/forecast", for: .supportUnit, votes.forecastRuling)
        .accepting(bytes: BallotCondition.sizeLimit),
      .post("/v1/proposals/{id}/vote/rulings/{ruling}/confirmation", for: .supportUnit, votes.confirmRuling),
      .post("/v1/proposals/{id}/vote/rulings/{ruling}/refusal", for: .supportUnit, votes.refuseRuling),
      .get("/v1/proposals/{id}/vote/trends", for: .supportUnit, votes.trends),
      .get("/v1/votes", for: .everyone, votes.list),
      .get("/v1/count", for: .everyone, votes.count),
    ]
  }

  /// Selections: each schedules a vote.
  public var consumers: [EventHandler] { [.of(ModerationEvent.self, votes.apply(moderation:in:))] }

  /// Opening and closing on time, telling rulings, and the hourly look, in one process; in every process the open votes in
  /// memory, and writing and forgetting where ballots came from.
  public var jobs: [Job] {
    [
      Job("schedule", every: .milliseconds(200), schedule.run),
      Job("rulings", every: .milliseconds(500), teller.run),
      Job("vote book", every: .milliseconds(250), exclusive: false, ballotBox.book.refresh),
      Job("origins of ballots", every: .seconds(1), exclusive: false, ballotBox.origins.write),
      Job("trends", every: .seconds(20), trends.run),
      Job("forgetting origins", every: .seconds(3_600), exclusive: false, forgetting.run),
    ]
  }

  /// Gives ballots on their way to Kafka five seconds, and writes where the last ones came from.
  public func close() async {
    await ballotBox.producer.close(flush: 5_000)
    do { try await ballotBox.origins.write() } catch {
      log.warning(
        "origins of the last ballots lost", ["ballots": .int(ballotBox.origins.waiting), "error": "\(error)"])
    }
  }
}

/// The votes and their rules.
struct Votes: Sendable {
  let database: Database
  let clock: WallClock
  let log: Log
}
