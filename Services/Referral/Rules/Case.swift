import Contracts
import FoundationEssentials

/// Where a case stands.
enum CaseState: String, Codable, Sendable, CaseIterable { case received, assigned }

/// A task that the Committee has before it.
struct Case: Sendable, Equatable {
  let id: CaseID
  let proposal: ProposalID
  let title: String
  let category: Category
  let yes: Int64
  let no: Int64
  let yesBar: Int64
  let ruleHash: String
  let receivedAt: Date
  /// When the Committee owes its decision.
  let dueAt: Date
  var assignment: Assignment?

  /// The ministry in charge.
  struct Assignment: Sendable, Equatable {
    let ministry: Ministry
    let assignedAt: Date
    /// When the ministry owes its answer.
    let dueAt: Date
  }

  var state: CaseState { assignment == nil ? .received : .assigned }

  /// Whether the one who holds the case has let its time pass: the Committee at first, then the ministry.
  func isLate(at now: Date) -> Bool { now > assignment?.dueAt ?? dueAt }
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
      yesBar: event.yesBar, ruleHash: event.ruleHash, receivedAt: now, dueAt: period.end(from: now))
    return (
      new,
      CaseReceived(
        caseID: id, proposal: new.proposal, title: new.title, category: new.category, yes: new.yes, no: new.no,
        yesBar: new.yesBar, ruleHash: new.ruleHash, receivedAt: now, dueAt: new.dueAt)
    )
  }

  /// A ministry is put in charge; nil if one is already.
  func assigned(
    to ministry: Ministry, text: ProposalText, within period: LegalPeriod, at now: Date
  ) -> (Case, CaseAssigned)? {
    guard assignment == nil else { return nil }
    var changed = self
    let due = period.end(from: now)
    changed.assignment = Assignment(ministry: ministry, assignedAt: now, dueAt: due)
    return (
      changed,
      CaseAssigned(
        caseID: id, proposal: proposal, ministry: ministry.slug, title: text.title, summary: text.summary,
        body: text.body, category: category, yes: yes, no: no, yesBar: yesBar, ruleHash: ruleHash, assignedAt: now,
        dueAt: due)
    )
  }
}
