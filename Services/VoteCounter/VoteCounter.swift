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
  /// It keeps none; those in its schema are voting's, and it has no right to delete them.
  public static let forgetsAnswers = false

  /// Settings of the vote counter.
  public struct Configuration: ServiceConfiguration {
    let ballotKey: [UInt8]
    let batchSize: Int
    let batchWait: Int
    let readers: Int
    let way: Count.Way
    let memoryLimit: Int

    /// Ballots a transaction at most.
    var readerBatchSize: Int { max(1, batchSize / readers) }

    /// Reads the settings that start with `FORUM_VOTE_COUNTER_`.
    /// - Throws: `SettingsError`
    public init(_ settings: inout Settings) throws(SettingsError) {
      ballotKey = try settings.key(
        file: "FORUM_VOTE_COUNTER_BALLOT_KEY_FILE", "key that authenticates ballot records, shared with voting")
      batchSize = try settings.int(
        "FORUM_VOTE_COUNTER_BATCH_SIZE", default: 72_000, in: 1...1_000_000,
        "ballots in one transaction of each reader at most, all readers together")
      batchWait = try settings.int(
        "FORUM_VOTE_COUNTER_BATCH_MS", default: 50, in: 1...10_000,
        "milliseconds that a batch is collected, unless it is full before")
      readers = try settings.int(
        "FORUM_VOTE_COUNTER_READERS", default: 2, in: 1...12,
        "members of the consumer group in this process, each with a connection of its own to write on")
      way = try settings.choice(
        "FORUM_VOTE_COUNTER_WRITER", default: Count.Way.copy,
        "copy: ballots of new voters by COPY, the others by INSERT; insert: all by INSERT")
      memoryLimit = try settings.int(
        "FORUM_VOTE_COUNTER_FILTER_MB", default: 32, in: 1...4_096,
        "megabytes at most for the memory of who has voted, one for a million voters; more voters make the count slower"
      )
    }
  }

  private let count: Count.Setting
  private let publisher: TallyPublisher
  private let configuration: Configuration

  /// Needs no connection beyond the kit's.
  public init(_ kit: ServiceKit, _ configuration: Configuration) {
    self.configuration = configuration
    let voters = KnownVoters(database: kit.database, limit: configuration.memoryLimit << 20, log: kit.log)
    count = Count.Setting(
      ballotKey: HMACKey(configuration.ballotKey), voters: configuration.way == .copy ? voters : nil,
      batchSize: configuration.readerBatchSize, database: kit.database, clock: kit.clock,
      figures: CountFigures(kit.metrics))
    publisher = TallyPublisher(database: kit.database, producer: kit.producer, log: kit.log)
  }

  /// The ballots' log, read by several: one connection to PostgreSQL is one of its processes, which is what limits a
  /// reader.
  public var batchConsumers: [BatchConsumer] {
    (0..<configuration.readers).map { _ in
      BatchConsumer(Topics.ballots, batchSize: configuration.readerBatchSize, batchWait: configuration.batchWait) {
        [count] in Count(count)
      }
    }
  }

  /// Publishes the tallies that changed, five times a second, in one process.
  public var jobs: [Job] { [Job("tallies", every: .milliseconds(200), publisher.run)] }
}
