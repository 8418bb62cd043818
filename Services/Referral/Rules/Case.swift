import Contracts
import FoundationEssentials

/// Where a case stands.
enum CaseState: String, Codable, Sendable, CaseIterable { case received, assigned, suspended }

/// A task that the Committee has before it.
struct Case: Sendable, Equatable {
  let id: CaseID
  let proposal: ProposalID
  let title: String
  let category: Category
  var yes: Int64
  var no: Int64
  let yesBar: Int64
  let ruleHash: String
  /// Names the crossing of the bar by which it is before the Committee; nil for one that came before a bar could be lost.
  var crossedAt: Date?
  let receivedAt: Date
  /// When the Committee owes its decision.
  var dueAt: Date
  var assignment: Assignment?
  /// Oldest first; only the last may still last.
  var suspensions: [Suspension] = []

  /// The ministry in charge.
  struct Assignment: Sendable, Equatable {
    let ministry: Ministry
    let assignedAt: Date
    /// When the ministry owes its answer.
    var dueAt: Date
  }

  var state: CaseState {
    if suspension != nil { return .suspended }
    return assignment == nil ? .received : .assigned
  }

  /// Until when the one who holds the case owes something: the Committee at first, then the ministry.
  var holderDueAt: Date { assignment?.dueAt ?? dueAt }

  /// Whether the one who holds the case has let its time pass; nobody does while it is suspended.
  func isLate(at now: Date) -> Bool { suspension == nil && now > holderDueAt }
}

/// What a citizen wrote, for the ministry in charge.
struct ProposalText: Sendable, Equatable {
  let title: String
  let summary: String
  let body: String
}

extension Case {
  /// A task over its bar comes to the Committee.
  static func received(
    _ event: VoteBarCrossed, as id: CaseID, within period: LegalPeriod, at now: Date
  ) -> (Case, CaseReceived) {
    let new = Case(
      id: id, proposal: event.proposal, title: event.title, category: event.category, yes: event.yes, no: event.no,
      yesBar: event.yesBar, ruleHash: event.ruleHash, crossedAt: event.crossedAt, receivedAt: now,
      dueAt: period.end(from: now))
    return (
      new,
      CaseReceived(
        caseID: id, proposal: new.proposal, title: new.title, category: new.category, yes: new.yes, no: new.no,
        yesBar: new.yesBar, ruleHash: new.ruleHash, receivedAt: now, dueAt: new.dueAt)
    )
  }

  /// A ministry is put in charge; nil if one is already, or while the case is suspended.
  func assigned(
    to ministry: Ministry, text: ProposalText, within period: LegalPeriod, at now: Date
  ) -> (Case, CaseAssigned)? {
    guard state == .received else { return nil }
    var changed = self
    let due = period.end(from: now)
    changed.assignment = Assignment(ministry: ministry, assignedAt: now, dueAt: due)
    return (
      changed,
      CaseAssigned(
        caseID: id, proposal: proposal, ministry: ministry.slug, title: text.title, summary: text.summary,
        body: text.body, category: category, yes: yes, no: no, yesBar: yesBar, ruleHash: ruleHash, assignedAt: now,
        dueAt: due, crossedAt: crossedAt)
    )
  }
}
