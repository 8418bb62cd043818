import Contracts
import Crypto
import FoundationEssentials
import Glibc
import HTTPServer
import Kafka
import Postgres

/// One running service: builds everything in order, and takes it down in the opposite order.
struct ServiceProcess<Definition: ServiceDefinition>: Sendable {
  private let common: CommonConfiguration
  private let kit: ServiceKit
  private let service: Definition
  private let server: HTTPServer

  init(
    _ common: CommonConfiguration, _ own: Definition.Configuration, shown: [Settings.Declaration], stop: StopSignal
  ) async throws {
    self.common = common
    let log = Log(service: Definition.name, minimum: common.logLevel)
    log.info(
      "starting",
      [
        "librdkafka": "\(KafkaLibrary.version)",
        "settings": "\(shown.map { "\($0.name)=\($0.shown)" }.joined(separator: " "))",
      ])
    KafkaLibrary.setLogger { level, facility, message in
      if level <= 4 { log.warning("librdkafka", ["facility": "\(facility)", "text": "\(message)"]) }
    }
    let metrics = Metrics()
    let health = Health()
    let kafka = common.broker.client("forum-\(Definition.name)")
    let database = Database(
      common.database.connection(application: Definition.name, schema: Definition.schema),
      maximumConnections: common.connections)
    kit = ServiceKit(
      database: database, producer: try Producer(kafka, linger: 1), kafka: kafka,
      admin: try Admin(kafka), clock: .system, log: log, metrics: metrics, health: health,
      // In containers the process number is the same everywhere, and on one machine the host name is.
      instance: "\(Definition.name)-\(ProcessInfo.processInfo.hostName)-\(getpid())")
    try await Self.awaitSchema(database, log, stop)
    service = try await Definition(kit, own)
    let clock = kit.clock
    let gate = TokenGate(
      verifier: AccessTokenVerifier(
        keys: try await common.loadKeys(), issuer: common.tokenIssuer, audience: common.tokenAudience,
        maximumLifetime: common.tokenLifetime),
      verifications: common.tokenVerifications
    ) { Int(clock.now.timeIntervalSince1970) }
    let routes = service.routes
    let front = Front(
      routes: routes, notFound: service.notFound, bodyLimit: Definition.maximumBodyBytes, gate: gate, health: health,
      metrics: metrics, log: log)
    var configuration = HTTPServerConfiguration()
    configuration.address = common.address
    configuration.port = UInt16(common.port)
    configuration.threads = common.httpThreads
    configuration.maximumBodyBytes = max(
      Definition.maximumBodyBytes, routes.compactMap(\.bodyLimit).max() ?? 0)
    configuration.badRequest = { status, detail in
      Problem(status, "refused", "The request is refused", detail: detail).response
    }
    server = HTTPServer(configuration) { await front.answer($0) }
    let running = server
    metrics.gauge("forum_http_connections", "Open connections.") { Double(running.connections) }
    metrics.gauge("forum_http_requests_in_flight", "Requests being answered.") { Double(running.requestsInFlight) }
    metrics.gauge("forum_database_connections_in_use", "Connections to PostgreSQL in use.") {
      Double(database.connectionsInUse)
    }
  }

  /// Waits until PostgreSQL answers and every migration that this program knows has been applied.
  /// - Throws: `CancellationError` when the process is told to stop meanwhile.
  private static func awaitSchema(_ database: Database, _ log: Log, _ stop: StopSignal) async throws {
    let needed = Definition.migrations.map(\.number).max() ?? 0
    for attempt in 0... {
      guard !stop.isReceived else { throw CancellationError() }
      do {
        let row = try await database.query("SELECT max(number) AS number FROM schema_migration").first
        let number: Int? = try row?["number"]
        if let number, number >= needed { return }
        if attempt == 0 { log.info("waiting for migrations", ["needed": .int(needed)]) }
      } catch let error as PostgresError {
        if attempt == 0 { log.info("waiting for the database", ["error": "\(error)"]) }
        if attempt > 120 { throw error }
      }
      try await Task.sleep(for: .milliseconds(500))
    }
  }

  func run(until stop: StopSignal) async throws {
    // Before the first question: a service that does not read its topics yet is not ready.
    let consumers = consumers()
    try server.start()
    let work = Task { await runInBackground(consumers) }
    kit.log.info("serving", ["address": "\(common.address)", "port": .int(Int(server.port))])
    let number = await stop.wait()
    kit.log.info("stopping", ["signal": .int(Int(number))])
    kit.health.drain()
    Task.detached { [kit, common] in
      try? await Task.sleep(for: .seconds(common.drainSeconds + 10))
      kit.log.error("did not stop in time")
      exit(1)
    }
    await server.drain(seconds: common.drainSeconds)
    work.cancel()
    await work.value
    await service.close()
    await kit.producer.close(flush: 5_000)
    await kit.admin.close()
    await kit.database.close()
    kit.log.info("stopped")
  }

  /// Consumers, jobs and the relay, until cancelled.
  private func runInBackground(_ consumers: [BatchConsumer]) async {
    await withTaskGroup(of: Void.self) { group in
      for consumer in consumers { group.addTask { await consumer.run(system) } }
      for job in service.jobs {
        group.addTask { await job.run(service: Definition.name, database: kit.database, log: kit.log) }
      }
      group.addTask { await watchDatabase() }
      if Definition.relaysOutbox {
        let relay = OutboxRelay(
          schema: Definition.schema, database: kit.database, producer: kit.producer, log: kit.log,
          sent: kit.metrics.counter("forum_outbox_sent_total", "Events sent from the outbox."),
          pause: .milliseconds(50))
        group.addTask { await relay.run() }
      }
      if Definition.forgetsAnswers {
        let forgetting = Job("idempotency keys", every: .seconds(3_600)) { [kit] in
          try await kit.database.execute(
            "DELETE FROM idempotent_response WHERE created_at < \(kit.clock.now.addingTimeInterval(-48 * 3_600))")
        }
        group.addTask { await forgetting.run(service: Definition.name, database: kit.database, log: kit.log) }
      }
      await group.waitForAll()
    }
  }

  private func watchDatabase() async {
    while !Task.isCancelled {
      // A server that is frozen answers nothing and refuses nothing: silence counts as a fault too.
      let silence = Task {
        try await Task.sleep(for: .seconds(5))
        kit.health.report("database", fault: "does not answer")
      }
      let isWell = (try? await kit.database.query("SELECT 1 AS alive")) != nil
      silence.cancel()
      kit.health.report("database", fault: isWell ? nil : "does not answer")
      try? await Task.sleep(for: .seconds(2))
    }
  }

  private func consumers() -> [BatchConsumer] {
    var all = service.batchConsumers
    let events = service.consumers
    if !events.isEmpty {
      let handler = EventBatchHandler(
        handlers: Dictionary(events.map { ($0.topic.name, $0) }) { first, _ in first }, log: kit.log, clock: kit.clock,
        taken: kit.metrics.counter("forum_events_consumed_total", "Events read and applied."),
        rejected: kit.metrics.counter("forum_events_rejected_total", "Events that could not be applied."))
      all.append(BatchConsumer(handler))
    }
    if !all.isEmpty { kit.health.report("consumer", fault: "no partitions yet") }
    return all
  }

  private var system: LedgerSystem {
    LedgerSystem(
      group: Definition.name, kafka: kit.kafka, sessionTimeout: common.kafkaSession,
      ledger: PartitionLedger(database: kit.database, admin: kit.admin, owner: kit.instance), database: kit.database,
      health: kit.health, log: kit.log, clock: kit.clock)
  }
}
