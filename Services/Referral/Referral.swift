import Contracts
public import Postgres
public import ServiceKit

/// What referral is made of: tasks over their bar become cases of the Committee, go on to the strategy meeting, and
/// to a ministry that carries them out.
public struct ReferralService: ServiceDefinition {
  /// Schema, role, consumer group and prefix of settings.
  public static let name = "referral"
  /// What builds the schema `referral`.
  public static let migrations = Migrations.all

  private let cases: Cases

  /// Nothing of its own to set or to open.
  public init(_ kit: ServiceKit, _ configuration: NoConfiguration) {
    cases = Cases(database: kit.database, clock: kit.clock, log: kit.log)
  }

  /// The cases and the ministries, for everyone; and what those do who have a case.
  public var routes: [Route] { Self.routes(of: cases) }

  static func routes(of cases: Cases) -> [Route] {
    [
      .get("/v1/cases", for: .everyone, cases.list),
      .get("/v1/cases/{id}", for: .everyone, cases.read),
      .get("/v1/cases/{id}/timeline", for: .everyone, cases.timeline),
      .post("/v1/cases/{id}/members", for: .committee, cases.assignMembers),
      .post("/v1/cases/{id}/session", for: .committee, cases.schedule),
      .post("/v1/cases/{id}/deliberation", for: .committee, cases.deliberate),
      .post("/v1/cases/{id}/decision", for: .committee, cases.decide),
      .post("/v1/cases/{id}/supplement", for: .supportUnit, cases.supplement),
      .post("/v1/cases/{id}/agenda", for: .strategyMeeting, cases.placeOnAgenda),
      .post("/v1/cases/{id}/conclusion", for: .strategyMeeting, cases.conclude),
      .post("/v1/cases/{id}/assignment", for: .supportUnit, cases.assign),
      .post("/v1/cases/{id}/lapse", for: .supportUnit, cases.lapse),
      .post("/v1/cases/{id}/acceptance", for: .ministry, cases.accept),
      .post("/v1/cases/{id}/transfer", for: .ministry, cases.transfer),
      .post("/v1/cases/{id}/answer", for: .ministry, cases.answer),
      .put("/v1/cases/{id}/plan", for: .ministry, cases.plan),
      .post("/v1/cases/{id}/milestones/{milestone}/reports", for: .ministry, cases.report),
      .post("/v1/cases/{id}/milestones/{milestone}/delay", for: .ministry, cases.delay),
      .post("/v1/cases/{id}/completion", for: .ministry, cases.complete),
      .post("/v1/cases/{id}/discontinuation", for: .ministry, cases.discontinue),
      .get("/v1/ministries", for: .everyone, cases.ministries),
    ]
  }

  /// Bars that were crossed, and the texts of proposals for the ministry in charge.
  public var consumers: [EventHandler] {
    [
      .of(VoteEvent.self, cases.apply(vote:in:)),
      .of(ProposalEvent.self, cases.apply(proposal:in:)),
    ]
  }

  /// Adopted cases whose category was given a ministry later.
  public var jobs: [Job] { [Job("assignment", every: .seconds(30)) { try await cases.assignWaiting() }] }
}

/// The cases and what can be done with them; routes, consumers and SQL are in extensions.
struct Cases: Sendable {
  let database: Database
  let clock: WallClock
  let log: Log
}
