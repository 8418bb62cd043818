import Contracts
import FoundationEssentials
import ServiceKit

/// A task that the Committee has before it, and what became of it.
struct Case: Sendable, Equatable {
  let id: CaseID
  let proposal: ProposalID
  let title: String
  let category: Category
  let origin: CaseOrigin
  var yes: Int64
  var no: Int64
  let yesBar: Int64
  let ruleHash: String
  /// Names the crossing of the bar by which it is before the Committee; nil for one that no bar brought, or that came before
  /// a bar could be lost.
  var crossedAt: Date?
  let receivedAt: Date
  /// Counts the changes; the entity tag of the case.
  var version = 1
  var stage = CaseStage.received
  /// The ministry in charge.
  var ministry: Ministry?
  /// Oldest first; only the last may still last.
  var suspensions: [Suspension] = []
  /// The chain of custody, oldest first; only the last may still last.
  var holds: [Hold] = []
  var dossier = Dossier()
  /// Of the milestones of the plan.
  var deadlines: [MilestoneDeadline] = []

  /// Who has it now; nil when it has ended.
  var hold: Hold? { holds.last.flatMap { $0.until == nil ? $0 : nil } }

  /// Whether the one who has the case has let its time pass; nobody does while it is suspended.
  func isLate(at now: Date) -> Bool { suspension == nil && hold.map { now > $0.dueAt } ?? false }

  /// Where the task stands by it, as other services follow it.
  var taskState: TaskState {
    switch stage {
    case .received, .withMembers, .scheduled, .deliberated, .returned: .referred
    case .submitted, .onAgenda, .deferred, .adopted: .endorsed
    case .assigned: .assigned
    case .accepted: .underway
    case .completed: .completed
    case .discontinued: .discontinued
    case .declined: .declined
    }
  }
}

/// The rules of time of all steps: until when somebody owes the next one.
struct Terms: Sendable {
  let clocks: [LegalStep: LegalClock]

  /// - Throws: `Problem` 503: the migrations seed all of them.
  func clock(of step: LegalStep) throws(Problem) -> LegalClock {
    guard let clock = clocks[step] else { throw .unavailable("The legal period of a step is missing.") }
    return clock
  }

  /// The last millisecond of the step's period that begins at `start`.
  /// - Throws: `Problem` 503
  func end(of step: LegalStep, from start: Date) throws(Problem) -> Date {
    try clock(of: step).period.end(from: start)
  }
}

/// A changed case, and what is told of it.
struct Change: Sendable {
  /// An event, and the ministry that gets a copy on its own topic.
  struct Told: Sendable {
    let event: any CaseEvent
    let ministry: Ministry?
  }

  var changed: Case
  private(set) var told: [Told] = []

  init(_ changed: Case) { self.changed = changed }

  /// To everybody, and to the ministry in charge as it is then.
  mutating func tell(_ event: any CaseEvent) { tell(event, and: changed.ministry) }

  /// To everybody and to one ministry.
  mutating func tell(_ event: any CaseEvent, and ministry: Ministry?) {
    told.append(Told(event: event, ministry: ministry))
  }

  /// What followed from it at the same moment.
  mutating func append(_ next: Change) {
    changed = next.changed
    told += next.told
  }
}

extension Case {
  /// The case is somebody's now, who owes the next step by a day.
  mutating func pass(to holder: Holder, owing step: LegalStep, by dueAt: Date, at now: Date) {
    release(at: now)
    holds.append(Hold(number: Int32(holds.count + 1), step: step, holder: holder, since: now, dueAt: dueAt))
  }

  /// Nobody has the case any more.
  mutating func release(at now: Date) {
    if hold != nil { holds[holds.count - 1].until = now }
  }

  /// The hold that lasts is due when an earlier one was: what was told of that is not told again.
  mutating func keepTold(of earlier: Hold) {
    if hold != nil { holds[holds.count - 1].keepTold(of: earlier) }
  }

  /// What the holder owes is due at another time.
  mutating func setDue(_ dueAt: Date) {
    guard let hold, hold.dueAt.milliseconds != dueAt.milliseconds else { return }
    keepTold(ofMilestonesDueWith: hold)
    holds[holds.count - 1].setDue(dueAt)
  }

  /// What the holder owes is due at another time from now on. What was late stays late: that link of the chain ends, and the
  /// same holder has the case anew.
  mutating func renewDue(_ dueAt: Date, at now: Date) {
    guard let hold, hold.dueAt.milliseconds != dueAt.milliseconds else { return }
    guard now > hold.dueAt else { return setDue(dueAt) }
    keepTold(ofMilestonesDueWith: hold)
    pass(to: hold.holder, owing: hold.step, by: dueAt, at: now)
  }

  /// Whether the holder has taken more time for the step already, in this link of the chain or in one that it goes on from.
  var wasExtended: Bool {
    guard let hold else { return false }
    let links = holds.reversed().prefix { $0.holder == hold.holder && $0.step == hold.step }
    return links.contains { $0.extension != nil }
  }

  /// The case in its next stage.
  /// - Throws: `Problem` 409 while it is suspended, and where the table has no such row.
  func moved(by action: CaseAction) throws(Problem) -> Case {
    guard suspension == nil else {
      throw .conflict(
        "case-suspended", "The vote that brought the case does not carry; nothing is done on it until it does.")
    }
    guard let next = CaseLifecycle.next(from: stage, on: action) else {
      throw .conflict("wrong-stage", "The case is \(stage.rawValue): \(action.rawValue) is not what comes next.")
    }
    var changed = self
    changed.stage = next
    return changed
  }

  /// A task over its bar comes to the Committee.
  /// - Throws: `Problem` 503 when the rules of the step are missing.
  static func received(
    _ event: VoteBarCrossed, as id: CaseID, within terms: Terms, at now: Date
  ) throws(Problem) -> Change {
    try Case(
      id: id, proposal: event.proposal, title: event.title, category: event.category, origin: .bar, yes: event.yes,
      no: event.no, yesBar: event.yesBar, ruleHash: event.ruleHash, crossedAt: event.crossedAt, receivedAt: now
    ).received(within: terms)
  }

  /// A task that is among the first of a month comes to the Committee without its bar.
  /// - Throws: `Problem` 503 when the rules of the step are missing.
  static func received(
    _ vote: ClosedVote, as id: CaseID, within terms: Terms, at now: Date
  ) throws(Problem) -> Change {
    try Case(
      id: id, proposal: vote.proposal, title: vote.title, category: vote.category, origin: .month, yes: vote.yes,
      no: vote.no, yesBar: vote.yesBar, ruleHash: vote.ruleHash, receivedAt: now
    ).received(within: terms)
  }

  /// A task that an off-line event left outstanding comes to the Committee without its bar.
  /// - Throws: `Problem` 503 when the rules of the step are missing.
  static func received(
    _ vote: ClosedVote, as id: CaseID, from event: OfflineEvent, for reasons: String, within terms: Terms,
    by actor: CitizenID, at now: Date
  ) throws(Problem) -> Change {
    var new = Case(
      id: id, proposal: vote.proposal, title: vote.title, category: vote.category, origin: .event, yes: vote.yes,
      no: vote.no, yesBar: vote.yesBar, ruleHash: vote.ruleHash, receivedAt: now)
    new.dossier.referral = Dossier.Referral(event: event, reasons: reasons, referredAt: now)
    return try new.received(within: terms, by: actor)
  }

  /// The new case with the Committee, which owes its decision.
  private func received(within terms: Terms, by actor: CitizenID? = nil) throws(Problem) -> Change {
    let dueAt = try terms.end(of: .committee, from: receivedAt)
    var change = Change(self)
    change.changed.pass(to: .committee, owing: .committee, by: dueAt, at: receivedAt)
    change.tell(
      CaseReceived(
        caseID: id, proposal: proposal, title: title, category: category, yes: yes, no: no, yesBar: yesBar,
        ruleHash: ruleHash, receivedAt: receivedAt, dueAt: dueAt, crossedAt: crossedAt, origin: origin,
        event: dossier.referral?.event, reasons: dossier.referral?.reasons, actor: actor))
    return change
  }
}
