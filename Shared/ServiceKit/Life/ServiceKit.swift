public import Contracts
public import Kafka
public import Postgres

/// What a service gets to work with.
public struct ServiceKit: Sendable {
  /// Connections to PostgreSQL, with the service's schema on the search path.
  public let database: Database
  /// Sends records; the outbox relay uses it too. Closed after the service.
  public let producer: Producer
  /// How to make further Kafka clients.
  public let kafka: KafkaConfiguration
  let admin: Admin
  /// The time of day for all that the service decides.
  public let clock: WallClock
  /// Where the service writes its log.
  public let log: Log
  /// The figures on `/metrics`; a service adds its own.
  public let metrics: Metrics
  let health: Health
  /// A name for this process among others of the same service, for logs and fences.
  let instance: String
}

/// What a service is made of. `main.swift` calls `Service.run` with it.
public protocol ServiceDefinition: Sendable {
  associatedtype Configuration: ServiceConfiguration
  /// Schema, role, consumer group, log field and prefix of its settings.
  static var name: String { get }
  /// The PostgreSQL schema; two executables of one context share one.
  static var schema: String { get }
  /// What builds the schema; numbers from 100. Empty where another executable owns it.
  static var migrations: [Migration] { get }

  init(_ kit: ServiceKit, _ configuration: Configuration) async throws

  var routes: [Route] { get }
  /// Answers addresses that no route has; nil: they get a problem document.
  var notFound: Route.Handler? { get }
  /// Events that it listens to.
  var consumers: [EventHandler] { get }
  /// A consumer of its own kind beside the events.
  var batchConsumers: [BatchConsumer] { get }
  var jobs: [Job] { get }
  /// Bytes that the body of a request may have; a longer one is answered 413.
  static var maximumBodyBytes: Int { get }
  /// Whether it writes events; then an outbox relay runs.
  static var relaysOutbox: Bool { get }
  /// Whether it forgets old answers that are kept for repeated requests: whoever keeps them in its schema does, also
  /// without an outbox.
  static var forgetsAnswers: Bool { get }
  /// Called at the end, after requests, consumers and jobs have ended.
  func close() async
}

extension ServiceDefinition {
  /// Named like the service.
  public static var schema: String { name }
  /// None: the service answers health and metrics only.
  public var routes: [Route] { [] }
  /// A problem document for every unknown address.
  public var notFound: Route.Handler? { nil }
  /// None: the service listens to no events.
  public var consumers: [EventHandler] { [] }
  /// None.
  public var batchConsumers: [BatchConsumer] { [] }
  /// None.
  public var jobs: [Job] { [] }
  /// 256 KiB.
  public static var maximumBodyBytes: Int { 256 << 10 }
  /// True: most services write events.
  public static var relaysOutbox: Bool { true }
  /// True.
  public static var forgetsAnswers: Bool { true }
  /// Nothing to end.
  public func close() async {}
}

/// A consumer that takes records by the batch, as the vote counter does.
public struct BatchConsumer: Sendable {
  let run: @Sendable (LedgerSystem) async -> Void

  /// - Parameters:
  ///   - batchSize: records a batch at most.
  ///   - batchWait: milliseconds that a batch is collected, unless it is full before.
  ///   - makeHandler: called for each generation of the consumer's group.
  public init<Handler: BatchHandler>(
    _ topics: Topic..., batchSize: Int, batchWait: Int, makeHandler: @escaping @Sendable () async throws -> Handler
  ) {
    run = { system in
      await LedgerConsumer(
        topics: topics, system: system, batchSize: batchSize, batchWait: batchWait, makeHandler: makeHandler
      ).run()
    }
  }

  /// Applies events as they come, one by one.
  init(_ handler: EventBatchHandler) {
    run = { system in
      await LedgerConsumer(
        topics: handler.handlers.values.map(\.topic), system: system, batchSize: 500, batchWait: 20
      ) { handler }.run()
    }
  }
}
