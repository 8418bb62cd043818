import Contracts
import FoundationEssentials
import ServiceKit

/// What a citizen wrote, for the ministry in charge.
struct ProposalText: Sendable, Equatable {
  let title: String
  let summary: String
  let body: String
}

/// That somebody, and not the table of categories, named the ministry.
struct NamedByHand: Sendable {
  let actor: CitizenID
  let reason: String
}

extension Case {
  /// A ministry is put in charge.
  /// - Throws: `Problem` 409
  func assigned(
    to ministry: Ministry, text: ProposalText, within terms: Terms, at now: Date, by hand: NamedByHand? = nil
  ) throws(Problem) -> Change {
    var change = Change(try moved(by: .assign))
    try change.putInCharge(ministry, text: text, within: terms, at: now, by: hand)
    return change
  }

  /// The ministry in charge hands the case to another one, until it has answered.
  /// - Throws: `Problem` 409
  func transferred(
    to other: Ministry, for reason: String, text: ProposalText, within terms: Terms, by actor: CitizenID, at now: Date
  ) throws(Problem) -> Change {
    var change = Change(try moved(by: .transfer))
    guard let ministry, ministry != other else {
      throw .invalid([Problem.FieldError("#/ministry", "must be another ministry than the one in charge")])
    }
    guard dossier.transfers.count < Self.mostTransfers else {
      throw .conflict(
        "transferred-twice",
        "A case is transferred \(Self.mostTransfers) times at most; the ministry in charge answers it.")
    }
    guard dossier.answer == nil else {
      throw .conflict("answered", "The ministry has answered the case, and carries it out itself.")
    }
    change.changed.dossier.transfers.append(
      Dossier.Transfer(from: ministry.slug, to: other.slug, reason: reason, transferredAt: now))
    // What one ministry planned binds no other one.
    (change.changed.dossier.department, change.changed.dossier.plan) = (nil, nil)
    change.changed.deadlines = []
    change.tell(
      CaseTransferred(
        caseID: id, proposal: proposal, title: title, ministry: ministry.slug, to: other.slug, reason: reason,
        transfer: change.changed.dossier.transfers.count, actor: actor, transferredAt: now))
    try change.putInCharge(other, text: text, within: terms, at: now, from: ministry)
    return change
  }

  /// How often a case may go from one ministry to another.
  static let mostTransfers = 2
}

extension Change {
  fileprivate mutating func putInCharge(
    _ ministry: Ministry, text: ProposalText, within terms: Terms, at now: Date, by hand: NamedByHand? = nil,
    from other: Ministry? = nil
  ) throws(Problem) {
    let dueAt = try terms.end(of: .ministry, from: now)
    changed.ministry = ministry
    changed.pass(to: .ministry(ministry), owing: .ministry, by: dueAt, at: now)
    tell(
      CaseAssigned(
        caseID: changed.id, proposal: changed.proposal, ministry: ministry.slug, title: text.title,
        summary: text.summary, body: text.body, category: changed.category, yes: changed.yes, no: changed.no,
        yesBar: changed.yesBar, ruleHash: changed.ruleHash, assignedAt: now, dueAt: dueAt,
        crossedAt: changed.crossedAt, changes: changed.dossier.decisions.last?.changes,
        conditions: changed.dossier.conclusions.last?.conditions, transferredFrom: other?.slug, actor: hand?.actor,
        reason: hand?.reason))
  }
}
