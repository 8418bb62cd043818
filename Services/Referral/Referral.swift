import Contracts
public import Postgres
public import ServiceKit

/// What referral is made of: tasks over their bar become cases of the Committee, and a ministry is put in charge.
public struct ReferralService: ServiceDefinition {
  /// Schema, role, consumer group and prefix of settings.
  public static let name = "referral"
  /// What builds the schema `referral`.
  public static let migrations = Migrations.all

  private let cases: Cases
  private let periods: Periods

  /// Nothing of its own to set or to open.
  public init(_ kit: ServiceKit, _ configuration: NoConfiguration) {
    cases = Cases(database: kit.database, clock: kit.clock, log: kit.log)
    periods = Periods(database: kit.database, clock: kit.clock, log: kit.log)
  }

  /// The cases, the ministries and the rules of time, for everyone.
  public var routes: [Route] {
    [
      .get("/v1/cases", for: .everyone, cases.list),
      .get("/v1/cases/{id}", for: .everyone, cases.read),
      .get("/v1/ministries", for: .everyone, cases.ministries),
    ] + periods.routes
  }

  /// Bars that were crossed, and the texts of proposals for the ministry in charge.
  public var consumers: [EventHandler] {
    [
      .of(VoteEvent.self, cases.apply(vote:in:)),
      .of(ProposalEvent.self, cases.apply(proposal:in:)),
    ]
  }

  /// Cases whose category was given a ministry after both events had come.
  public var jobs: [Job] { [Job("assignment", every: .seconds(30)) { try await cases.assignWaiting() }] }
}

/// The cases and what can be done with them; routes, consumers and SQL are in extensions.
struct Cases: Sendable {
  let database: Database
  let clock: WallClock
  let log: Log
}
