import Contracts
public import Postgres
public import ServiceKit

/// What moderation is made of: the Support Unit reviews proposals and selects those that go to a vote.
public struct ModerationService: ServiceDefinition {
  /// Schema, role, consumer group and prefix of settings.
  public static let name = "moderation"
  /// What builds the schema `moderation`.
  public static let migrations = Migrations.all

  /// Settings of moderation.
  public struct Configuration: ServiceConfiguration {
    let clock: ReviewClock
    let appealDays: Int
    let lockMinutes: Int
    let targetDays: Int
    let delaySeconds: Int
    let downloads: Int
    let downloadSeconds: Int
    let selectionRule: SelectionRule

    /// Reads the settings that start with `FORUM_MODERATION_`.
    /// - Throws: `SettingsError` also when proposals would be late before they are soon.
    public init(_ settings: inout Settings) throws(SettingsError) {
      let soon = try settings.int(
        "FORUM_MODERATION_SOON_DAYS", default: 7, in: 0...3650, "Review: days after which a proposal is marked soon")
      let late = try settings.int(
        "FORUM_MODERATION_LATE_DAYS", default: 10, in: 0...3650, "Review: days after which a proposal is marked late")
      guard soon <= late else {
        throw SettingsError("FORUM_MODERATION_SOON_DAYS is \(soon), more than FORUM_MODERATION_LATE_DAYS, \(late)")
      }
      clock = ReviewClock(soonDays: soon, lateDays: late)
      appealDays = try settings.int(
        "FORUM_MODERATION_APPEAL_DAYS", default: 14, in: 1...3650,
        "Review: days after a rejection within which its author can appeal")
      lockMinutes = try settings.int(
        "FORUM_MODERATION_LOCK_MINUTES", default: 15, in: 1...1440,
        "Review: minutes for which one person works on a proposal before others may")
      targetDays = try settings.int(
        "FORUM_MODERATION_TARGET_DAYS", default: 10, in: 0...3650,
        "Review: days within which it should end; when half of what waits has waited longer, everybody is told")
      delaySeconds = try settings.int(
        "FORUM_MODERATION_DELAY_SECONDS", default: 10, in: 1...3600,
        "Review: seconds after which is looked again whether everybody has to be told that it takes long")
      downloads = try settings.int(
        "FORUM_MODERATION_DOWNLOADS", default: 2, in: 0...1_000,
        "Open data: files at most that a process sends at a time; more are answered 503")
      downloadSeconds = try settings.int(
        "FORUM_MODERATION_DOWNLOAD_SECONDS", default: 1_800, in: 1...86_400,
        "Open data: seconds that a file may take; it is broken off then, since the database keeps a snapshot for it")
      selectionRule = SelectionRule(
        monthly: try settings.int(
          "FORUM_MODERATION_SELECTION_MONTHLY", default: 5, in: 0...10_000,
          "Selection: proposals that the rule proposes for a vote in a month"),
        leastSympathies: Int64(
          try settings.int(
            "FORUM_MODERATION_SELECTION_SYMPATHIES", default: 100, in: 0...60_000_000,
            "Selection: citizens who must support a proposal at least, for the rule to propose it")))
    }
  }

  private let reviews: Reviews
  private let delaySeconds: Int
  private let openData: OpenData

  /// Opens nothing of its own.
  public init(_ kit: ServiceKit, _ configuration: Configuration) {
    delaySeconds = configuration.delaySeconds
    openData = OpenData(
      [.actions], database: kit.database,
      downloads: Downloads(
        database: kit.database, limit: configuration.downloads, seconds: configuration.downloadSeconds, log: kit.log))
    reviews = Reviews(
      database: kit.database, clock: kit.clock, reviewClock: configuration.clock,
      appealDays: configuration.appealDays, lockMinutes: configuration.lockMinutes,
      targetDays: configuration.targetDays, selectionRule: configuration.selectionRule, log: kit.log)
  }

  /// The queue of reviews, and what the Support Unit decides.
  public var routes: [Route] {
    [
      .get("/v1/reviews", for: .supportUnit, reviews.list),
      .get("/v1/reviews/delay", for: .everyone, reviews.delay),
      .get("/v1/reviews/{id}", for: .supportUnit, reviews.read),
      .post("/v1/reviews/{id}/lock", for: .supportUnit, reviews.lock),
      .delete("/v1/reviews/{id}/lock", for: .supportUnit, reviews.unlock),
      .post("/v1/proposals/{id}/acceptance", for: .supportUnit, reviews.accept),
      .post("/v1/proposals/{id}/rejection", for: .supportUnit, reviews.reject),
      .post("/v1/proposals/{id}/rejection/confirmation", for: .supportUnit, reviews.confirmRejection),
      .post("/v1/proposals/{id}/rejection/refusal", for: .supportUnit, reviews.refuseRejection),
      .post("/v1/proposals/{id}/return", for: .supportUnit, reviews.return),
      .post("/v1/proposals/{id}/merger", for: .supportUnit, reviews.merge),
      .post("/v1/proposals/{id}/selection", for: .supportUnit, reviews.select),
      .post("/v1/proposals/{id}/appeal", for: .citizen, reviews.appeal),
      .get("/v1/proposals/{id}/appeal", for: .everyone, reviews.readAppeal),
      .post("/v1/proposals/{id}/appeal/decision", for: .supportUnit, reviews.decideAppeal),
      .post("/v1/proposals/{id}/flags", for: .citizen, reviews.flag),
      .get("/v1/proposals/{id}/flags", for: .supportUnit, reviews.readFlags),
      .post("/v1/proposals/{id}/flags/dismissal", for: .supportUnit, reviews.dismissFlags),
      .get("/v1/selections/rule", for: .everyone, reviews.readSelectionRule),
      .get("/v1/selections/proposed", for: .everyone, reviews.proposedSelections),
      .get("/v1/actions", for: .everyone, reviews.actions),
    ] + openData.routes + DownloadFormat.allCases.map { download(as: $0) }
  }

  /// `GET /v1/open-data/downloads/actions.csv` and `.jsonl`: fixed addresses, for the other files are the portal's.
  private func download(as format: DownloadFormat) -> Route {
    let file = "\(Dataset.actions.name).\(format.rawValue)"
    return .get("\(OpenData.address)/downloads/\(file)", for: .everyone) { [openData] in
      try await openData.download(file, $0)
    }.openToOtherSites()
  }

  /// Everybody is told when reviews take longer than they should.
  public var jobs: [Job] { [Job("delay notice", every: .seconds(delaySeconds), reviews.noticeDelay)] }

  /// What authors do, what the Support Unit does in other services, and what offices do to cases.
  public var consumers: [EventHandler] {
    [
      .of(ProposalEvent.self, reviews.apply(proposal:in:)),
      .of(VoteEvent.self, reviews.apply(vote:in:)),
      .of(ReferralEvent.self, reviews.apply(referral:in:)),
    ]
  }
}

/// The reviews and what can be done with them; routes, consumers and SQL are in extensions.
struct Reviews: Sendable {
  let database: Database
  let clock: WallClock
  let reviewClock: ReviewClock
  /// Days after a rejection within which its author can appeal.
  let appealDays: Int
  let lockMinutes: Int
  /// Days within which a review should end.
  let targetDays: Int
  let selectionRule: SelectionRule
  let log: Log
}
