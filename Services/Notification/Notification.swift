import Contracts
import FoundationEssentials
import HTTPClient
public import Postgres
public import ServiceKit

/// What notification is made of: authors, supporters and followers are told, and so is whoever registers a webhook.
public struct NotificationService: ServiceDefinition {
  /// Schema, role, consumer group and prefix of the settings.
  public static let name = "notification"
  /// What builds the schema.
  public static let migrations = Migrations.all
  /// It writes no topic.
  public static let relaysOutbox = false

  private let kit: ServiceKit
  private let configuration: NotificationConfiguration
  private let contacts: Contacts
  private let follows: Follows
  private let inbox: Inbox
  private let unsubscriptions: Unsubscriptions
  private let digests: DigestRun
  private let webhooks: Webhooks
  private let deliveryLog: DeliveryLog
  private let announcements: Announcements
  private let mail: MailQueue
  private let deliveries: WebhookQueue

  /// Makes the parts; nothing runs yet.
  public init(_ kit: ServiceKit, _ configuration: NotificationConfiguration) {
    self.kit = kit
    self.configuration = configuration
    let links = UnsubscribeLinks(key: configuration.linkKey, publicURL: configuration.publicURL)
    contacts = Contacts(database: kit.database, clock: kit.clock)
    follows = Follows(database: kit.database, clock: kit.clock)
    inbox = Inbox(database: kit.database, clock: kit.clock)
    unsubscriptions = Unsubscriptions(database: kit.database, clock: kit.clock, links: links)
    digests = DigestRun(
      database: kit.database, clock: kit.clock, schedule: DigestSchedule(hour: configuration.digestHour),
      publicURL: configuration.publicURL, links: links)
    webhooks = Webhooks(
      database: kit.database, clock: kit.clock, addresses: configuration.webhookAddresses,
      key: configuration.webhookKey, limit: configuration.webhooksPerOwner)
    deliveryLog = DeliveryLog(database: kit.database, clock: kit.clock)
    announcements = Announcements(clock: kit.clock, log: kit.log)
    mail = MailQueue(
      database: kit.database, clock: kit.clock,
      client: SMTPClient(
        url: configuration.mailServer, user: configuration.mailUser.isEmpty ? nil : configuration.mailUser,
        password: configuration.mailPassword.isEmpty ? nil : configuration.mailPassword),
      from: configuration.mailFrom, publicURL: configuration.publicURL, links: links,
      figures: QueueFigures(.mail, kind: "mail", kit.metrics, clock: kit.clock),
      log: kit.log)
    deliveries = WebhookQueue(
      database: kit.database, clock: kit.clock,
      client: HTTPClient(
        connections: WebhookQueue.connections(atOnce: configuration.webhooksAtOnce),
        userAgent: "citizen-forum-webhooks"),
      addresses: configuration.webhookAddresses, key: configuration.webhookKey,
      figures: QueueFigures(.webhooks, kind: "webhook", kit.metrics, clock: kit.clock), log: kit.log)
  }

  /// What people can ask for.
  public var routes: [Route] {
    let anybody = Access.roles(Set(Role.allCases))
    return [
      .put("/v1/contact", for: .citizen, contacts.put),
      .get("/v1/contact", for: .citizen, contacts.get),
      .delete("/v1/contact", for: .citizen, contacts.delete),
      .get("/v1/follows", for: .citizen, follows.list),
      .put("/v1/follows/{kind}/{subject}", for: .citizen, follows.put),
      .delete("/v1/follows/{kind}/{subject}", for: .citizen, follows.delete),
      .get("/v1/inbox", for: .citizen, inbox.list),
      .put("/v1/inbox/reading", for: .citizen, inbox.readThrough),
      .put("/v1/inbox/{entry}/reading", for: .citizen, inbox.read),
      .get("/v1/unsubscriptions/{token}", for: .everyone, unsubscriptions.show),
      .post("/v1/unsubscriptions/{token}", for: .everyone, unsubscriptions.stop),
      .post("/v1/webhooks", for: anybody, webhooks.create),
      .get("/v1/webhooks", for: anybody, webhooks.list),
      .get("/v1/webhooks/{webhook}", for: anybody, webhooks.get),
      .put("/v1/webhooks/{webhook}", for: anybody, webhooks.change),
      .delete("/v1/webhooks/{webhook}", for: anybody, webhooks.delete),
      .get("/v1/webhooks/{webhook}/deliveries", for: anybody, deliveryLog.list),
      .post("/v1/webhooks/{webhook}/deliveries/{delivery}/replay", for: anybody, deliveryLog.replay),
      .post("/v1/webhooks/{webhook}/ping", for: anybody, deliveryLog.ping),
      .post("/v1/webhooks/{webhook}/replay", for: anybody, deliveryLog.replayFailed),
      .post("/v1/webhooks/{webhook}/rotation", for: anybody, webhooks.rotate),
    ]
  }

  /// Every topic but ballots and tallies, each in the same way.
  public var consumers: [EventHandler] {
    [
      .of(ProposalEvent.self, announcements.apply(proposal:in:)),
      .of(ModerationEvent.self, announcements.apply(moderation:in:)),
      .of(VoteEvent.self, announcements.apply(vote:in:)),
      .of(ReferralEvent.self, announcements.apply(referral:in:)),
    ]
  }

  /// Every process sends: rows are claimed one by one, so none of those needs to be alone.
  public var jobs: [Job] {
    [
      Job("mail", every: .milliseconds(200), exclusive: false) { await mail.sender.run() },
      Job("webhooks", every: .milliseconds(200), exclusive: false) {
        await deliveries.run(atOnce: configuration.webhooksAtOnce)
      },
      Job("digests", every: .seconds(10)) { try await digests.run() },
      Job("figures", every: .seconds(5), exclusive: false) {
        try await mail.figures.look(at: kit.database)
        try await deliveries.figures.look(at: kit.database)
      },
      Job("forgetting", every: .seconds(3_600)) {
        try await kit.database.transaction { try await $0.endDeliveriesToDisabled(at: kit.clock.now) }
        try await kit.database.forget(before: kit.clock.now.addingTimeInterval(-30 * 86_400))
        try await kit.database.forgetNotices(before: kit.clock.now.addingTimeInterval(-365 * 86_400))
      },
    ]
  }

  /// Ends what is still being sent; the claims were given back before.
  public func close() async { deliveries.client.close() }
}
