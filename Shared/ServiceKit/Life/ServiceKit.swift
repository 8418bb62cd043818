public import Contracts
public import Kafka
public import Postgres

/// What a service gets to work with.
public struct ServiceKit: Sendable {
  public let name: String
  public let database: Database
  public let producer: Producer
  public let kafka: KafkaConfiguration
  public let admin: Admin
  public let clock: WallClock
  public let log: Log
  public let metrics: Metrics
  public let health: Health
  /// A name for this process among others of the same service, for logs and fences.
  public let instance: String
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
  /// Whether it writes events; then an outbox relay runs.
  static var relaysOutbox: Bool { get }
  /// Called at the end, after requests, consumers and jobs have ended.
  func close() async
}

extension ServiceDefinition {
  public static var schema: String { name }
  public var routes: [Route] { [] }
  public var notFound: Route.Handler? { nil }
  public var consumers: [EventHandler] { [] }
  public var batchConsumers: [BatchConsumer] { [] }
  public var jobs: [Job] { [] }
  public static var relaysOutbox: Bool { true }
  public func close() async {}
}

/// A consumer that takes records by the batch, as the vote counter does.
public struct BatchConsumer: Sendable {
  let topic: Topic
  let handler: any BatchHandler
  let batchSize: Int
  let batchWait: Int

  /// - Parameters:
  ///   - batchSize: records a batch at most.
  ///   - batchWait: milliseconds that a batch is collected at most.
  public init(_ topic: Topic, batchSize: Int, batchWait: Int, _ handler: any BatchHandler) {
    self.topic = topic
    self.handler = handler
    self.batchSize = batchSize
    self.batchWait = batchWait
  }
}
