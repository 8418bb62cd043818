import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Cases {
  /// How the vote goes: what matters is the bar.
  func apply(vote envelope: Envelope<VoteEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    case .barCrossed(let event):
      try await transaction.serialize(on: event.proposal)
      if let known = try await transaction.openCase(of: event.proposal) {
        try await resume(known, by: event, in: transaction)
      } else {
        try await receive(event, in: transaction)
      }
    case .barLost(let event):
      try await transaction.serialize(on: event.proposal)
      try await suspend(by: event, in: transaction)
    // Numbers alone change nothing: where they do, a bar is told beside them.
    case .scheduled, .opened, .paused, .resumed, .extended, .ballotsRuled, .closed, .resultAmended, .trendAlarm: return
    }
  }

  /// A task over its bar goes to the Committee by itself, once.
  private func receive(_ event: VoteBarCrossed, in transaction: Transaction) async throws {
    let now = clock.now
    let period = try await transaction.period(of: .committee)
    let (new, received) = Case.received(event, as: CaseID(), within: period, at: now)
    guard try await transaction.insert(new) else {
      log.warning("proposal has a case already", ["proposal": "\(event.proposal)"])
      return
    }
    try await transaction.publish(received, at: now)
    try await assignIfPossible(new, at: now, in: transaction)
  }

  /// A task that lost its bar has no case to be worked on, and keeps it for the day on which it crosses the bar again.
  private func suspend(by event: VoteBarLost, in transaction: Transaction) async throws {
    guard let known = try await transaction.openCase(of: event.proposal) else {
      log.warning("a bar was lost that no case came of", ["proposal": "\(event.proposal)"])
      return
    }
    let now = clock.now
    guard let (changed, suspended) = known.suspended(by: event, at: now) else {
      log.warning("a lost bar tells nothing new", ["case": "\(known.id)"])
      return
    }
    try await transaction.update(changed)
    try await publish(suspended, of: changed, at: now, in: transaction)
  }

  /// The bar is crossed again: the same case goes on.
  private func resume(_ known: Case, by event: VoteBarCrossed, in transaction: Transaction) async throws {
    let now = clock.now
    guard let (changed, resumed) = known.resumed(by: event, at: now) else {
      log.warning("proposal has a case already", ["proposal": "\(event.proposal)"])
      return
    }
    try await transaction.update(changed)
    try await publish(resumed, of: changed, at: now, in: transaction)
    if changed.state == .received { try await assignIfPossible(changed, at: now, in: transaction) }
  }

  /// To everybody, and to the ministry in charge.
  private func publish<Payload: Event>(
    _ event: Payload, of changed: Case, at now: Date, in transaction: Transaction
  ) async throws {
    try await transaction.publish(event, at: now)
    if let ministry = changed.assignment?.ministry {
      try await transaction.publish(event, on: Topics.referrals(to: ministry), at: now)
    }
  }

  private func assignIfPossible(_ new: Case, at now: Date, in transaction: Transaction) async throws {
    if let text = try await transaction.text(of: new.proposal) {
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
    if let waiting = try await transaction.openCase(of: proposal), waiting.state == .received {
      try await assign(waiting, text, at: clock.now, in: transaction)
    }
  }

  /// Assigns the cases that still wait although their text is there: those of a category that had no ministry when the
  /// second of the two events came, and has one now.
  func assignWaiting() async throws {
    for proposal in try await database.assignableProposals() {
      try await database.transaction { transaction in
        try await transaction.serialize(on: proposal)
        guard let waiting = try await transaction.openCase(of: proposal), waiting.state == .received,
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
    try await publish(assigned, of: changed, at: now, in: transaction)
  }
}
