import Contracts
import HTTPClient
public import Postgres
public import ServiceKit

/// What referral is made of: tasks over their bar become cases of the Committee, go on to the strategy meeting, and
/// to a ministry that carries them out.
public struct ReferralService: ServiceDefinition {
  /// Schema, role, consumer group and prefix of settings.
  public static let name = "referral"
  /// What builds the schema `referral`.
  public static let migrations = Migrations.all

  /// FORUM_REFERRAL_*
  public struct Configuration: ServiceConfiguration {
    let monthly: MonthlyReferral
    let intakeURL: String
    let votingURL: String

    /// - Throws: `SettingsError`
    public init(_ settings: inout Settings) throws(SettingsError) {
      monthly = MonthlyReferral(
        count: try settings.int(
          "FORUM_REFERRAL_MONTHLY", default: 0, in: 0...1_000,
          "Cases: votes of a month that go to the Committee by their yes votes although none was over its bar; 0: none")
      )
      intakeURL = try settings.url(
        "FORUM_REFERRAL_INTAKE_URL", "Ratings: where intake's HTTP API is, to ask whether a citizen is a supporter")
      votingURL = try settings.url(
        "FORUM_REFERRAL_VOTING_URL", "Ratings: where voting's HTTP API is, to ask whether a citizen has voted")
    }
  }

  private let cases: Cases
  private let periods: Periods
  private let overdue: OverdueFigures
  private let ratings: Ratings
  private let opinions: ResultOpinions

  /// Opens nothing of its own but what asks intake and voting.
  public init(_ kit: ServiceKit, _ configuration: Configuration) {
    cases = Cases(database: kit.database, clock: kit.clock, log: kit.log, monthly: configuration.monthly)
    periods = Periods(database: kit.database, clock: kit.clock, log: kit.log)
    overdue = OverdueFigures(database: kit.database, clock: kit.clock, kit.metrics)
    ratings = Ratings(
      database: kit.database, clock: kit.clock,
      participants: Participants(
        client: HTTPClient(connections: 32, userAgent: "citizen-forum-referral"), intake: configuration.intakeURL,
        voting: configuration.votingURL, log: kit.log), log: kit.log)
    opinions = ResultOpinions(database: kit.database, clock: kit.clock)
  }

  /// The cases, the ministries and the rules of time, for everyone; and what those do who have a case.
  public var routes: [Route] { Self.routes(of: cases) + periods.routes + ratings.routes + opinions.routes }

  static func routes(of cases: Cases) -> [Route] {
    [
      .get("/v1/cases", for: .everyone, cases.list),
      .post("/v1/cases", for: .supportUnit, cases.refer),
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
      .post("/v1/cases/{id}/extension", for: .holders, cases.extend),
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

  /// Ends what is still being asked.
  public func close() async { ratings.participants.client.close() }

  /// Bars that were crossed, and the texts of proposals for the ministry in charge.
  public var consumers: [EventHandler] {
    [
      .of(VoteEvent.self, cases.apply(vote:in:)),
      .of(ProposalEvent.self, cases.apply(proposal:in:)),
    ]
  }

  /// Adopted cases whose category was given a ministry later, and the first of a month; how results are rated; the clocks;
  /// and what is late, for the figures.
  public var jobs: [Job] {
    [
      Job("assignment", every: .seconds(30)) { try await cases.assignWaiting() },
      Job("first of the month", every: .seconds(60)) { try await cases.referMonths() },
      Job("ratings", every: .seconds(30)) { [ratings] in try await ratings.tellCounts() },
      Job("clocks", every: .seconds(30)) { try await cases.moveClocks() },
      Job("figures", every: .seconds(30), exclusive: false) { [overdue] in try await overdue.refresh() },
    ]
  }
}

/// The cases and what can be done with them; routes, consumers and SQL are in extensions.
struct Cases: Sendable {
  let database: Database
  let clock: WallClock
  let log: Log
  var monthly = MonthlyReferral(count: 0)
}
