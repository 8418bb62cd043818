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
    let downloads: Int
    let downloadSeconds: Int

    /// Reads and declares the settings.
    public init(_ settings: inout Settings) throws(SettingsError) {
      publicURL = try settings.url(
        "FORUM_PORTAL_PUBLIC_URL", default: "http://127.0.0.1:8080", "address by which people reach the pages")
      streams = try settings.int(
        "FORUM_PORTAL_STREAMS", default: 8_000, in: 0...1_000_000,
        "live tallies at most that a process sends; more are answered 503")
      downloads = try settings.int(
        "FORUM_PORTAL_DOWNLOADS", default: 4, in: 0...1_000,
        "files of open data at most that a process sends at a time; more are answered 503")
      downloadSeconds = try settings.int(
        "FORUM_PORTAL_DOWNLOAD_SECONDS", default: 1_800, in: 1...86_400,
        "seconds that one may take; it is broken off then, since the database keeps a snapshot for it")
      _ = try settings.string(
        "FORUM_PORTAL_SESSION_KEY_FILE", default: "", "key of the sessions; not read while there is no log-in")
    }
  }

  private let chronicle = Chronicle()
  private let pages: Pages
  private let streams: Streams
  private let feed: Feed
  private let openData: OpenDataRoutes
  private let database: Database

  /// Wires the service.
  public init(_ kit: ServiceKit, _ configuration: Configuration) {
    let hub = Hub(limit: configuration.streams)
    kit.metrics.gauge("forum_portal_streams", "Live tallies being sent.") { Double(hub.count) }
    let kept = KeptStatistics(database: kit.database, clock: kit.clock)
    pages = Pages(
      database: kit.database, kept: kept, site: Site(publicURL: configuration.publicURL), log: kit.log,
      clock: kit.clock)
    streams = Streams(database: kit.database, hub: hub)
    feed = Feed(database: kit.database, hub: hub)
    database = kit.database
    let downloads = Downloads(
      database: kit.database, limit: configuration.downloads, seconds: configuration.downloadSeconds, log: kit.log)
    kit.metrics.gauge("forum_portal_downloads", "Files of open data being sent.") { Double(downloads.underWay) }
    openData = OpenDataRoutes(
      database: kit.database, openData: OpenData(Dataset.ofThePortal, database: kit.database, downloads: downloads),
      kept: kept, publicURL: configuration.publicURL, clock: kit.clock)
  }

  /// Pages, streams and assets.
  public var routes: [Route] {
    [
      .get("/", for: .everyone, pages.list),
      .get("/proposals/{id}", for: .everyone, pages.task),
      .get("/proposals/{id}/events", for: .everyone, streams.follow),
      .get("/statistics", for: .everyone, pages.statistics),
      Asset.stylesheet.route,
      Asset.script.route,
      Asset.icon.route,
    ] + openData.all
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

  /// What feeds the live tallies, and makes chains of custody anew whose rules have changed.
  public var jobs: [Job] {
    feed.jobs + [Job("chains of custody", every: .seconds(5)) { [database] in try await database.renewChains() }]
  }
}
