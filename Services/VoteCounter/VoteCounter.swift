import Contracts
import Crypto
public import Postgres
public import ServiceKit
import Voting

/// What the vote counter is made of: it turns the ballots' log into tallies, exactly once. Run as many as there are
/// partitions; each takes its share.
public struct VoteCounterService: ServiceDefinition {
  /// Role, consumer group and prefix of settings.
  public static let name = "vote-counter"
  /// Voting's: tallies belong to its votes.
  public static let schema = "voting"
  /// What builds the schema `voting`; the counter waits at its start until they are applied.
  public static let migrations = Voting.Migrations.all
  /// What it writes to the outbox is sent by voting's relay: one relay a schema.
  public static let relaysOutbox = false

  /// Settings of the vote counter.
  public struct Configuration: ServiceConfiguration {
    let ballotKey: [UInt8]
    let batchSize: Int
    let batchWait: Int

    /// Reads the settings that start with `FORUM_VOTE_COUNTER_`.
    /// - Throws: `SettingsError`
    public init(_ settings: inout Settings) throws(SettingsError) {
      ballotKey = try settings.key(
        file: "FORUM_VOTE_COUNTER_BALLOT_KEY_FILE", "key that authenticates ballot records, shared with voting")
      batchSize = try settings.int(
        "FORUM_VOTE_COUNTER_BATCH_SIZE", default: 20_000, in: 1...200_000, "ballots a transaction at most")
      batchWait = try settings.int(
        "FORUM_VOTE_COUNTER_BATCH_MS", default: 50, in: 1...10_000, "milliseconds that a batch is collected at most")
    }
  }

  private let count: Count
  private let publisher: TallyPublisher
  private let configuration: Configuration

  /// Needs no connection beyond the kit's.
  public init(_ kit: ServiceKit, _ configuration: Configuration) {
    self.configuration = configuration
    count = Count(
      ballotKey: HMACKey(configuration.ballotKey), clock: kit.clock, log: kit.log, figures: Count.Figures(kit.metrics))
    publisher = TallyPublisher(database: kit.database, producer: kit.producer, log: kit.log)
  }

  /// The ballots' log.
  public var batchConsumers: [BatchConsumer] {
    [BatchConsumer(Topics.ballots, batchSize: configuration.batchSize, batchWait: configuration.batchWait, count)]
  }

  /// Publishes the tallies that changed, ten times a second, in one process.
  public var jobs: [Job] { [Job("tallies", every: .milliseconds(100), publisher.run)] }
}
