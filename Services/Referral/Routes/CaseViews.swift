import Contracts
import FoundationEssentials
import ServiceKit

/// A case as the API lists it.
struct CaseSummary: Encodable, Sendable {
  let id: CaseID
  let proposal: ProposalID
  let title: String
  let category: Category
  let origin: CaseOrigin
  let state: CaseState
  let holder: Nullable<HoldView>
  let ministry: Nullable<Office>
  let yes: Int64
  let no: Int64
  let yesBar: Int64
  let ruleHash: String
  let receivedAt: Date
  /// Until when whoever has it owes the next step; absent when nobody has it.
  let dueAt: Date?
  let late: Bool
  let suspension: Halt?

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
    /// That it ended the case.
    let lapsedAt: Date?
    let explanation: String?
  }

  init(_ found: Case, at now: Date) {
    id = found.id
    proposal = found.proposal
    title = found.title
    category = found.category
    origin = found.origin
    state = found.state
    holder = Nullable(found.hold.map { HoldView($0, of: found, at: now) })
    ministry = Nullable(found.ministry.map { Office(slug: $0.slug, korean: $0.korean, english: $0.english) })
    yes = found.yes
    no = found.no
    yesBar = found.yesBar
    ruleHash = found.ruleHash
    receivedAt = found.receivedAt
    dueAt = found.hold?.dueAt
    late = found.isLate(at: now)
    suspension = found.suspension.map {
      Halt(
        reason: $0.reason, since: $0.suspendedAt, lostAt: $0.lostAt, yes: $0.yes, no: $0.no,
        lapsedAt: $0.lapse?.at, explanation: $0.lapse?.explanation)
    }
  }
}

/// A link of the chain of custody as the API shows it.
struct HoldView: Encodable, Sendable {
  let name: String
  let step: LegalStep
  let since: Date
  let dueAt: Date
  let until: Date?
  /// Whole days in Korea by which it is, or was, late; 0 when it is not.
  let daysLate: Int64
  let extended: Extension?

  struct Extension: Encodable, Sendable {
    let from: Date
    let reason: String
    let at: Date
  }

  init(_ hold: Hold, of found: Case, at now: Date) {
    name = hold.holder.name
    step = hold.step
    since = hold.since
    dueAt = hold.dueAt
    until = hold.until
    daysLate = found.daysLate(hold, at: now)
    extended = hold.extension.map { Extension(from: $0.from, reason: $0.reason, at: $0.at) }
  }
}

/// A case with everything on record.
struct CaseDetail: Encodable, Sendable {
  let summary: CaseSummary
  let version: Int
  let custody: [HoldView]
  let record: RecordView

  init(_ found: Case, at now: Date) {
    summary = CaseSummary(found, at: now)
    version = found.version
    custody = found.holds.map { HoldView($0, of: found, at: now) }
    record = RecordView(found, at: now)
  }

  private enum CodingKeys: CodingKey { case version, custody, record }

  /// The summary's members, and beside them what it leaves out.
  func encode(to encoder: any Encoder) throws {
    try summary.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(version, forKey: .version)
    try container.encode(custody, forKey: .custody)
    try container.encode(record, forKey: .record)
  }
}

/// What is on record of a case, its milestones with what is late of them.
struct RecordView: Encodable, Sendable {
  private let rest: Dossier
  private let plan: PlanView?

  init(_ found: Case, at now: Date) {
    var rest = found.dossier
    rest.plan = nil
    self.rest = rest
    plan = found.dossier.plan.map { PlanView($0, of: found, at: now) }
  }

  private enum CodingKeys: CodingKey { case plan }

  /// The dossier's members, and the plan in its place.
  func encode(to encoder: any Encoder) throws {
    try rest.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(plan, forKey: .plan)
  }
}

/// A plan as the API shows it.
struct PlanView: Encodable, Sendable {
  let revision: Int
  let milestones: [MilestoneView]
  let reason: String?
  let plannedAt: Date

  init(_ plan: Dossier.Plan, of found: Case, at now: Date) {
    (revision, reason, plannedAt) = (plan.revision, plan.reason, plan.plannedAt)
    milestones = plan.milestones.map { MilestoneView($0, of: found, at: now) }
  }
}

/// A milestone as the API shows it.
struct MilestoneView: Encodable, Sendable {
  private let milestone: Milestone
  /// When it is due: the end of its last day, or later by the days of suspensions.
  private let dueAt: Date
  /// Whole days in Korea by which it is, or was, late; 0 when it is not.
  private let daysLate: Int64

  init(_ milestone: Milestone, of found: Case, at now: Date) {
    self.milestone = milestone
    dueAt = found.deadline(of: milestone.number)?.dueAt ?? milestone.endsOn.end
    daysLate = found.daysLate(milestone, at: now)
  }

  private enum CodingKeys: CodingKey { case dueAt, daysLate }

  /// The milestone's members, and beside them what its clock says.
  func encode(to encoder: any Encoder) throws {
    try milestone.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(dueAt, forKey: .dueAt)
    try container.encode(daysLate, forKey: .daysLate)
  }
}
