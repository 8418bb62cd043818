import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Cases {
  /// A task over its bar goes to the Committee by itself, once.
  func apply(vote envelope: Envelope<VoteEvent>, in transaction: Transaction) async throws {
    guard case .barCrossed(let event) = envelope.event else { return }
    try await transaction.serialize(on: event.proposal)
    let now = clock.now
    let period = try await transaction.period(of: .committee)
    let (new, received) = Case.received(event, as: CaseID(), within: period, at: now)
    guard try await transaction.insert(new) else {
      log.warning("proposal has a case already", ["proposal": "\(event.proposal)"])
      return
    }
    try await transaction.publish(received, at: now)
    if let text = try await transaction.text(of: event.proposal) {
      try await assign(new, text, at: now, in: transaction)
    } else {
      log.info("case waits for the text of its proposal", ["case": "\(new.id)"])
    }
  }

  /// The text of a proposal is kept for the ministry, and assigns the case that has been waiting for it.
  func apply(proposal envelope: Envelope<ProposalEvent>, in transaction: Transaction) async throws {
    let (proposal, text): (ProposalID, ProposalText)
    switch envelope.event {
    case .submitted(let event):
      (proposal, text) = (event.proposal, ProposalText(title: event.title, summary: event.summary, body: event.body))
    case .revised(let event):
      (proposal, text) = (event.proposal, ProposalText(title: event.title, summary: event.summary, body: event.body))
    // A withdrawal changes nothing: whatever has a case was selected before, and then it came too late.
    case .supportersSought, .lapsed, .withdrawn, .sympathyCounted, .opinionModerated: return
    }
    try await transaction.serialize(on: proposal)
    try await transaction.keep(text, of: proposal)
    if let waiting = try await transaction.openCase(of: proposal) {
      try await assign(waiting, text, at: clock.now, in: transaction)
    }
  }

  /// Assigns the cases that still wait although their text is there: those of a category that had no ministry when the
  /// second of the two events came, and has one now.
  func assignWaiting() async throws {
    for proposal in try await database.assignableProposals() {
      try await database.transaction { transaction in
        try await transaction.serialize(on: proposal)
        guard let waiting = try await transaction.openCase(of: proposal),
          let text = try await transaction.text(of: proposal)
        else { return }
        try await assign(waiting, text, at: clock.now, in: transaction)
      }
    }
  }

  private func assign(_ waiting: Case, _ text: ProposalText, at now: Date, in transaction: Transaction) async throws {
    guard let ministry = try await transaction.ministry(for: waiting.category) else {
      log.error(
        "no ministry for the category", ["case": "\(waiting.id)", "category": "\(waiting.category.rawValue)"])
      return
    }
    let period = try await transaction.period(of: .ministry)
    guard let (changed, assigned) = waiting.assigned(to: ministry, text: text, within: period, at: now) else { return }
    try await transaction.update(changed)
    try await transaction.publish(assigned, at: now)
    try await transaction.publish(assigned, on: Topics.referrals(to: ministry), at: now)
  }
}
