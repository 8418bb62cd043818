import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import Synchronization
import Testing

@testable import Referral
@testable import ServiceKit

/// Cases under a clock that the test sets.
final class ClockBench: Sendable {
  private let time = Mutex(Date(milliseconds: 0))
  let database: Database

  init(_ database: Database) { self.database = database }

  var now: Date {
    get { time.withLock { $0 } }
    set { time.withLock { $0 = newValue } }
  }
  var clock: WallClock { WallClock { self.now } }
  var log: Log { Log(service: "referral", minimum: .error) }
  var cases: Cases { Cases(database: database, clock: clock, log: log) }
  var periods: Periods { Periods(database: database, clock: clock, log: log) }

  static func run(_ body: (ClockBench) async throws -> Void) async throws {
    try await withTestDatabase(schema: "referral", migrations: Referral.Migrations.all) { database, _ in
      try await body(ClockBench(database))
    }
  }

  /// Noon of a day in Korea.
  static func noon(_ day: String) throws -> Date { try #require(Day(day)).hour(12) }

  /// A case of a new proposal, received now.
  func receive() async throws -> CaseID {
    let proposal = ProposalID()
    let event = VoteBarCrossed(
      proposal: proposal, title: "밤 버스", category: .transport, yes: 11, no: 3, yesBar: 10, ruleHash: "ab",
      crossedAt: now)
    try await apply(.barCrossed(event), of: proposal)
    return try #require(try await database.transaction { try await $0.lockedCase(of: proposal) }).id
  }

  /// The vote of a case loses its bar, or crosses it again.
  func vote(carries: Bool, of id: CaseID) async throws {
    let known = try await database.singleCase(id)
    if carries {
      try await apply(
        .barCrossed(
          VoteBarCrossed(
            proposal: known.proposal, title: "밤 버스", category: .transport, yes: 11, no: 3, yesBar: 10, ruleHash: "ab",
            crossedAt: now)), of: known.proposal)
    } else {
      try await apply(
        .barLost(
          VoteBarLost(
            proposal: known.proposal, title: "밤 버스", yes: 9, no: 3, yesBar: 10, ruleHash: "ab",
            crossedAt: try #require(known.crossedAt), lostAt: now)), of: known.proposal)
    }
  }

  private func apply(_ event: VoteEvent, of proposal: ProposalID) async throws {
    let envelope = Envelope(id: UUID(), type: "", time: now, subject: proposal.uuid, sequence: 1, event: event)
    try await database.transaction { try await cases.apply(vote: envelope, in: $0) }
  }

  /// Somebody else has the case from now on, or nobody.
  func pass(_ id: CaseID, to next: (holder: Holder, step: LegalStep)?) async throws {
    try await database.transaction { transaction in
      var change = Change(try await transaction.lockedCase(id))
      if let next {
        let dueAt = try await transaction.terms().end(of: next.step, from: now)
        change.changed.pass(to: next.holder, owing: next.step, by: dueAt, at: now)
        if case .ministry(let ministry) = next.holder { change.changed.ministry = ministry }
      } else {
        change.changed.release(at: now)
      }
      try await transaction.save(change, at: now)
    }
  }

  /// The ministry in charge, which has accepted the case, plans milestones that end so many days from now.
  func plan(_ id: CaseID, _ days: [Int]) async throws {
    let today = Day(of: now)
    let steps = days.map { days in
      PlanDraft.Step(
        number: nil, title: "단계", deliverable: "노선도", startsOn: today, endsOn: today.adding(Int64(days)))
    }
    try await change(id) { known, now in
      var accepted = known
      accepted.stage = .accepted
      return try accepted.planned(CheckedPlan(steps: steps, reason: nil), by: CitizenID(), at: now)
    }
  }

  /// What somebody does on a case now.
  func change(_ id: CaseID, _ decide: (Case, Date) throws -> Change) async throws {
    try await database.transaction { transaction in
      try await transaction.save(try decide(try await transaction.lockedCase(id), now), at: now)
    }
  }

  func request(
    _ roles: [String], office: String? = nil, case id: CaseID? = nil, date: String? = nil, query: String? = nil,
    body: String = ""
  ) -> Request {
    let claims = AccessTokenClaims(
      iss: "https://id.example", sub: "clerk", aud: ["citizen-forum"], exp: 2_000_000_000, iat: 1_790_000_000,
      roles: roles, office: office)
    var parameters: [String: String] = [:]
    if let id { parameters["id"] = id.description }
    if let date { parameters["date"] = date }
    return Request(
      http: HTTPRequest(
        method: .post, path: "/v1/x", query: query, headers: ["content-type": "application/json"],
        body: Array(body.utf8)),
      parameters: parameters, caller: Caller(claims: claims))
  }

  /// How often each kind of event of a clock was published on `forum.referrals`, for each case, due date and office.
  func told() async throws -> [Told: Int] {
    let rows = try await database.query(
      """
      SELECT type, payload FROM outbox WHERE topic = 'forum.referrals' AND type IN
        ('kr.forum.case.reminded.v1', 'kr.forum.case.overdue.v1', 'kr.forum.case.escalated.v1') ORDER BY id
      """)
    var counts: [Told: Int] = [:]
    for row in rows {
      var told: Told = try JSON.decode(from: row["payload"])
      told.type = try row["type"]
      counts[told, default: 0] += 1
    }
    return counts
  }

  struct Told: Hashable, Decodable {
    var type = ""
    let caseID: CaseID
    let holder: String
    let dueAt: Date
    let to: String?
    let step: LegalStep
    /// Nil: of the step as a whole.
    let milestone: Int?

    private enum CodingKeys: CodingKey { case caseID, holder, dueAt, to, step, milestone }
  }
}
