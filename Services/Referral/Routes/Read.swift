import Contracts
import FoundationEssentials
import ServiceKit

extension Cases {
  /// `GET /v1/cases?ministry=&state=&limit=&after=`: newest first. 400 for an unknown ministry, state or cursor.
  func list(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    var ministry: Ministry?
    if let slug = request.query("ministry") {
      guard let known = Ministry.named(slug) else { throw Problem.badRequest("There is no such ministry.") }
      ministry = known
    }
    let state: CaseState? = try request.choice("state")
    let found = try await database.cases(
      of: ministry, in: state, after: try request.query("after").map(TimeCursor.init), limit + 1)
    let now = clock.now
    let page = Page(found, limit: limit) { TimeCursor($0.receivedAt, $0.id).text }
    return try .json(page.map { CaseView($0, at: now) }, cache: .seconds(1))
  }

  /// `GET /v1/cases/{id}`: 404 when there is no such case.
  func read(_ request: Request) async throws -> Response {
    let id: CaseID = try request.id()
    guard let found = try await database.singleCase(id) else { throw Problem.notFound("There is no case \(id).") }
    return try .json(CaseView(found, at: clock.now), cache: .seconds(1))
  }

  /// `GET /v1/ministries`: all on one page, with the topic that each can subscribe to.
  func ministries(_ request: Request) async throws -> Response {
    let counts = try await database.ministryCounts()
    let views = counts.compactMap { count in
      Ministry.named(count.slug).map { MinistryView(count, topic: Topics.referrals(to: $0)) }
    }
    return try .json(Page(views, limit: views.count) { $0.slug }, cache: .seconds(1))
  }
}

/// A case as the API shows it.
struct CaseView: Encodable, Sendable {
  let id: CaseID
  let proposal: ProposalID
  let title: String
  let category: Category
  let state: CaseState
  let ministry: Nullable<Office>
  let yes: Int64
  let no: Int64
  let yesBar: Int64
  let ruleHash: String
  let receivedAt: Date
  let dueAt: Date
  let assignedAt: Date?
  let ministryDueAt: Date?
  let late: Bool
  let suspension: Halt?
  let events: [Step]

  struct Office: Encodable, Sendable {
    let slug: String
    let korean: String
    let english: String
  }

  /// Why and since when nobody owes anything on the case; absent while it goes on.
  struct Halt: Encodable, Sendable, Equatable {
    let reason: SuspensionReason
    let since: Date
    /// When the count lost the bar.
    let lostAt: Date
    /// Votes that were left.
    let yes: Int64
    let no: Int64
  }

  /// One entry of the timeline; `type` is that of the event that told it.
  struct Step: Encodable, Sendable, Equatable {
    let type: String
    let at: Date
  }

  init(_ found: Case, at now: Date) {
    id = found.id
    proposal = found.proposal
    title = found.title
    category = found.category
    state = found.state
    ministry = Nullable(
      found.assignment.map {
        Office(slug: $0.ministry.slug, korean: $0.ministry.korean, english: $0.ministry.english)
      })
    yes = found.yes
    no = found.no
    yesBar = found.yesBar
    ruleHash = found.ruleHash
    receivedAt = found.receivedAt
    dueAt = found.dueAt
    assignedAt = found.assignment?.assignedAt
    ministryDueAt = found.assignment?.dueAt
    late = found.isLate(at: now)
    suspension = found.suspension.map {
      Halt(reason: $0.reason, since: $0.suspendedAt, lostAt: $0.lostAt, yes: $0.yes, no: $0.no)
    }
    events = Self.timeline(of: found)
  }
}

extension CaseView {
  /// In the order in which it happened.
  static func timeline(of found: Case) -> [Step] {
    let halts = found.suspensions.flatMap { suspension in
      [Step(type: CaseSuspended.type, at: suspension.suspendedAt)]
        + (suspension.resumedAt.map { [Step(type: CaseResumed.type, at: $0)] } ?? [])
    }
    let assigned = found.assignment.map { [Step(type: CaseAssigned.type, at: $0.assignedAt)] } ?? []
    let steps = [Step(type: CaseReceived.type, at: found.receivedAt)] + halts + assigned
    // What happened at the same moment stays in this order: a case that waited is assigned as soon as it is resumed.
    return steps.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }
}

/// A ministry as the API shows it.
struct MinistryView: Encodable, Sendable {
  let slug: String
  let korean: String
  let english: String
  let topic: String
  let cases: Int

  init(_ count: MinistryCount, topic: Topic) {
    slug = count.slug
    korean = count.korean
    english = count.english
    self.topic = topic.name
    cases = count.cases
  }
}
