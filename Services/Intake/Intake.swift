import Contracts
public import Postgres
public import ServiceKit

/// What intake is made of: citizens hand proposals in, read them and take them back.
public struct IntakeService: ServiceDefinition {
  /// Schema, role, consumer group and prefix of settings.
  public static let name = "intake"
  /// What builds the schema `intake`.
  public static let migrations = Migrations.all

  private let proposals: Proposals

  /// Nothing of its own to set or to open.
  public init(_ kit: ServiceKit, _ configuration: NoConfiguration) {
    proposals = Proposals(database: kit.database, clock: kit.clock)
  }

  /// Submitting, reading and withdrawing.
  public var routes: [Route] {
    [
      .post("/v1/proposals", for: .citizen, proposals.submit),
      .get("/v1/proposals", for: .everyone, proposals.list),
      .get("/v1/proposals/{id}", for: .everyone, proposals.read),
      .post("/v1/proposals/{id}/withdrawal", for: .citizen, proposals.withdraw),
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
}
