import Contracts
public import Postgres
public import ServiceKit

/// What intake is made of: citizens write drafts, hand proposals in, read them and take them back.
public struct IntakeService: ServiceDefinition {
  /// Schema, role, consumer group and prefix of settings.
  public static let name = "intake"
  /// What builds the schema `intake`.
  public static let migrations = Migrations.all

  /// Settings of intake.
  public struct Configuration: ServiceConfiguration {
    let gate: GateRule
    let revisionDays: Int
    let draftDays: Int
    let similarSearches: Int
    let sympathySeconds: Int
    let opinionRate: OpinionRate

    /// Reads the settings that start with `FORUM_INTAKE_`.
    /// - Throws: `SettingsError`
    public init(_ settings: inout Settings) throws(SettingsError) {
      gate = GateRule(
        needed: try settings.int(
          "FORUM_INTAKE_SUPPORTERS", default: 5, in: 0...1_000,
          "supporters that a proposal takes before its review; 0 for none"),
        days: try settings.int(
          "FORUM_INTAKE_SUPPORTERS_DAYS", default: 30, in: 1...3_650,
          "days after which a proposal lapses that has too few supporters"))
      revisionDays = try settings.int(
        "FORUM_INTAKE_REVISION_DAYS", default: 30, in: 1...3_650,
        "days after which a proposal lapses that was returned and not revised")
      draftDays = try settings.int(
        "FORUM_INTAKE_DRAFT_DAYS", default: 90, in: 1...3_650,
        "days without being saved after which a draft is deleted")
      similarSearches = try settings.int(
        "FORUM_INTAKE_SIMILAR_SEARCHES", default: 4, in: 1...100,
        "searches for similar proposals at once; who comes with a further one is answered 503")
      sympathySeconds = try settings.int(
        "FORUM_INTAKE_SYMPATHY_SECONDS", default: 5, in: 1...3_600,
        "seconds between two additions of the support that proposals were given, each told to the other services")
      opinionRate = OpinionRate(
        limit: try settings.int(
          "FORUM_INTAKE_OPINIONS_PER_HOUR", default: 10, in: 1...1_000,
          "opinions and answers that a citizen may write within an hour; a further one is answered 429"))
    }
  }

  private let proposals: Proposals
  private let drafts: Drafts
  private let similar: SimilarProposals
  private let sympathies: Sympathies
  private let sympathySeconds: Int
  private let discussion: Discussion
  private let attachments: Attachments

  /// Needs no connection beyond the kit's.
  public init(_ kit: ServiceKit, _ configuration: Configuration) {
    proposals = Proposals(
      database: kit.database, clock: kit.clock, gate: configuration.gate, revisionDays: configuration.revisionDays)
    drafts = Drafts(
      database: kit.database, clock: kit.clock, gate: configuration.gate, days: configuration.draftDays)
    similar = SimilarProposals(database: kit.database, slots: SearchSlots(configuration.similarSearches))
    sympathies = Sympathies(database: kit.database, clock: kit.clock)
    sympathySeconds = configuration.sympathySeconds
    discussion = Discussion(database: kit.database, clock: kit.clock, rate: configuration.opinionRate)
    attachments = Attachments(database: kit.database, clock: kit.clock)
  }

  /// Writing, submitting, finding supporters, reading, revising and withdrawing.
  public var routes: [Route] {
    discussion.routes + attachments.routes + [
      .post("/v1/drafts", for: .citizen, drafts.create),
      .get("/v1/drafts", for: .citizen, drafts.list),
      .get("/v1/drafts/{id}", for: .citizen, drafts.read),
      .put("/v1/drafts/{id}", for: .citizen, drafts.save),
      .delete("/v1/drafts/{id}", for: .citizen, drafts.delete),
      .post("/v1/drafts/{id}/submission", for: .citizen, drafts.submit),
      .post("/v1/proposals", for: .citizen, proposals.submit),
      .get("/v1/proposals", for: .everyone, proposals.list),
      .post("/v1/proposals/similar", for: .roles([.citizen, .supportUnit, .admin]), similar.search),
      .get("/v1/proposals/{id}", for: .everyone, proposals.read),
      .get("/v1/proposals/{id}/supporters", for: .citizen, proposals.supporters),
      .get("/v1/invitations/{invitation}", for: .everyone, proposals.invitation),
      .post("/v1/invitations/{invitation}/support", for: .citizen, proposals.support),
      .get("/v1/proposals/{id}/revisions", for: .everyone, proposals.revisions),
      .post("/v1/proposals/{id}/revisions", for: .citizen, proposals.revise),
      .get("/v1/proposals/{id}/sympathy", for: .citizen, sympathies.read),
      .put("/v1/proposals/{id}/sympathy", for: .citizen, sympathies.give),
      .delete("/v1/proposals/{id}/sympathy", for: .citizen, sympathies.takeBack),
      .post("/v1/proposals/{id}/withdrawal", for: .citizen, proposals.withdraw),
      .post("/v1/offline-proposals", for: .supportUnit, proposals.enter),
      .get("/v1/offline-proposals/{id}", for: .supportUnit, proposals.entered),
    ]
  }

  /// Drafts that nobody goes on with are deleted, proposals that wait in vain lapse, sympathies are counted, and what most
  /// texts have in common is learnt.
  public var jobs: [Job] {
    [
      Job("drafts", every: .seconds(3_600), drafts.expire),
      Job("lapse", every: .seconds(60), proposals.lapse),
      Job("sympathies", every: .seconds(sympathySeconds), sympathies.count),
      Job("common trigrams", every: .seconds(600), similar.learn),
    ]
  }

  /// What others decided about proposals, to show their state.
  public var consumers: [EventHandler] {
    [
      .of(ModerationEvent.self, proposals.apply(moderation:in:)),
      .of(VoteEvent.self, proposals.apply(vote:in:)),
      .of(ReferralEvent.self, proposals.apply(referral:in:)),
    ]
  }
}

/// The proposals and what can be done with them; routes, consumers and SQL are in extensions.
struct Proposals: Sendable {
  let database: Database
  let clock: WallClock
  let gate: GateRule
  /// Days that an author has to revise what was returned.
  let revisionDays: Int
}
