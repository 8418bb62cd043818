import FoundationEssentials
import HTTPServer
import Intake
import Kafka
import Moderation
import Notification
import Portal
import Postgres
import Referral
import Voting

@testable import ServiceKit

/// The routes of the services as their definitions give them. Nothing is connected: a database and a broker are asked for
/// only when somebody calls.
enum ServiceRoutes {
  static let all: [(service: String, routes: @Sendable () async throws -> [Route])] = [
    (IntakeService.name, { try await routes(of: IntakeService.self) }),
    (ModerationService.name, { try await routes(of: ModerationService.self) }),
    (VotingService.name, { try await routes(of: VotingService.self) }),
    (ReferralService.name, { try await routes(of: ReferralService.self) }),
    (NotificationService.name, { try await routes(of: NotificationService.self) }),
    // Its pages are for people.
    (PortalService.name, { try await routes(of: PortalService.self).filter { $0.pattern.hasPrefix("/v1/") } }),
  ]

  private static func routes<Definition: ServiceDefinition>(of _: Definition.Type) async throws -> [Route] {
    // Nobody listens there; and what the library has to say about that is of no interest.
    let kafka = KafkaConfiguration(
      bootstrapServers: "127.0.0.1:1", clientID: "nobody", properties: ["log_level": "0"])
    let database = Database(
      PostgresConfiguration(host: "127.0.0.1", port: 1, database: "none", user: "nobody", applicationName: "none"))
    let kit = ServiceKit(
      database: database, producer: try Producer(kafka), kafka: kafka, admin: try Admin(kafka),
      clock: .system, log: Log(service: Definition.name, minimum: .error), metrics: Metrics(), health: Health(),
      instance: "none")
    var settings = Settings(
      environment: ["FORUM_NOTIFICATION_SMTP_URL": "smtp://127.0.0.1:1"], describing: true)
    let service = try await Definition(kit, Definition.Configuration(&settings))
    let routes = service.routes
    await service.close()
    await kit.producer.close(flush: 0)
    await kit.admin.close()
    await database.close()
    return routes
  }
}
