import Contracts
public import Postgres
public import ServiceKit

/// What the portal is made of: pages that show everyone what happens, from a read model of its own.
public struct PortalService: ServiceDefinition {
  /// Schema, consumer group and log field.
  public static let name = "portal"
  /// What builds the schema `portal`.
  public static let migrations = Migrations.all
  /// The portal publishes nothing.
  public static let relaysOutbox = false

  /// Settings of the portal.
  public struct Configuration: ServiceConfiguration {
    let publicURL: String
    let streams: Int

    /// Reads and declares the settings.
    public init(_ settings: inout Settings) throws(SettingsError) {
      publicURL = try settings.url(
        "FORUM_PORTAL_PUBLIC_URL", default: "http://127.0.0.1:8080", "address by which people reach the pages")
      streams = try settings.int(
        "FORUM_PORTAL_STREAMS", default: 8_000, in: 0...1_000_000,
        "live tallies at most that a process sends; more are answered 503")
      _ = try settings.string(
        "FORUM_PORTAL_SESSION_KEY_FILE", default: "", "key of the sessions; not read while there is no log-in")
    }
  }

  private let chronicle = Chronicle()
  private let pages: Pages
  private let streams: Streams
  private let feed: Feed

  /// Wires the service.
  public init(_ kit: ServiceKit, _ configuration: Configuration) {
    let hub = Hub(limit: configuration.streams)
    kit.metrics.gauge("forum_portal_streams", "Live tallies being sent.") { Double(hub.count) }
    pages = Pages(database: kit.database, site: Site(publicURL: configuration.publicURL), log: kit.log)
    streams = Streams(database: kit.database, hub: hub)
    feed = Feed(database: kit.database, hub: hub)
  }

  /// Pages, streams and assets.
  public var routes: [Route] {
    [
      .get("/", for: .everyone, pages.list),
      .get("/proposals/{id}", for: .everyone, pages.task),
      .get("/proposals/{id}/events", for: .everyone, streams.follow),
      Asset.stylesheet.route,
      Asset.script.route,
      Asset.icon.route,
    ]
  }

  /// The page for unknown addresses.
  public var notFound: Route.Handler? { pages.notFound }

  /// What the read model is made from.
  public var consumers: [EventHandler] {
    [
      .of(ProposalEvent.self, chronicle.apply(proposal:in:)),
      .of(ModerationEvent.self, chronicle.apply(moderation:in:)),
      .of(VoteEvent.self, chronicle.apply(vote:in:)),
      .of(TallyEvent.self, chronicle.apply(tally:in:)),
      .of(NoticeEvent.self, chronicle.apply(notice:in:)),
      .of(ReferralEvent.self, chronicle.apply(referral:in:)),
    ]
  }

  /// What feeds the live tallies.
  public var jobs: [Job] { feed.jobs }
}
