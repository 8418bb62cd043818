import Contracts
import FailPoints
import FoundationEssentials
import Postgres
import ServiceKit

extension Cases {
  /// How the vote goes: what matters is the bar.
  func apply(vote envelope: Envelope<VoteEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    case .barCrossed(let event):
      try await transaction.serialize(on: event.proposal)
      if let known = try await transaction.lockedCase(of: event.proposal) {
        try await resume(known, by: event, in: transaction)
      } else {
        try await receive(event, in: transaction)
      }
    case .barLost(let event):
      try await transaction.serialize(on: event.proposal)
      try await suspend(by: event, in: transaction)
    case .scheduled(let event): try await transaction.remember(event)
    case .closed(let event):
      try await transaction.remember(
        event.proposal, yes: event.yes, no: event.no, carried: event.carried, closedAt: event.closedAt)
      guard !event.carried else { return }
      try await transaction.serialize(on: event.proposal)
      try await lapse(event.proposal, in: transaction)
    // Where numbers change what becomes of a case, a bar is told beside them.
    case .resultAmended(let event):
      try await transaction.remember(
        event.proposal, yes: event.yes, no: event.no, carried: event.carried, closedAt: nil)
    case .opened, .paused, .resumed, .extended, .ballotsRuled, .trendAlarm: return
    }
  }

  /// A task over its bar goes to the Committee by itself, once.
  private func receive(_ event: VoteBarCrossed, in transaction: Transaction) async throws {
    let now = clock.now
    let change = try Case.received(event, as: CaseID(), within: try await transaction.terms(), at: now)
    guard try await transaction.insert(change.changed) else {
      log.warning("proposal has a case already", ["proposal": "\(event.proposal)"])
      return
    }
    try await transaction.publish(change, at: now)
  }

  /// A task that lost the bar that brought it has no case to be worked on, and keeps it for the day on which it crosses
  /// the bar again.
  private func suspend(by event: VoteBarLost, in transaction: Transaction) async throws {
    guard let known = try await transaction.lockedCase(of: event.proposal) else {
      log.warning("a bar was lost that no case came of", ["proposal": "\(event.proposal)"])
      return
    }
    let now = clock.now
    guard let change = known.suspended(by: event, at: now) else {
      log.warning("a lost bar changes nothing", ["case": "\(known.id)"])
      return
    }
    try await transaction.save(change, at: now)
  }

  /// The bar is crossed again: the same case goes on.
  private func resume(_ known: Case, by event: VoteBarCrossed, in transaction: Transaction) async throws {
    let now = clock.now
    guard let change = try known.resumed(by: event, within: try await transaction.terms(), at: now) else {
      log.warning("proposal has a case already", ["proposal": "\(event.proposal)"])
      return
    }
    try await transaction.save(change, at: now)
  }

  /// The vote closed without carrying: a case that was suspended meanwhile has ended.
  private func lapse(_ proposal: ProposalID, in transaction: Transaction) async throws {
    let now = clock.now
    guard let known = try await transaction.lockedCase(of: proposal),
      let change = known.lapsed(for: .voteClosed, at: now)
    else { return }
    try await transaction.save(change, at: now)
  }

  /// The text of a proposal is kept for the ministry that will be in charge.
  func apply(proposal envelope: Envelope<ProposalEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    case .submitted(let event):
      let text = ProposalText(title: event.title, summary: event.summary, body: event.body)
      try await transaction.keep(text, of: event.proposal)
    case .revised(let event):
      let text = ProposalText(title: event.title, summary: event.summary, body: event.body)
      try await transaction.keep(text, of: event.proposal)
    // A withdrawal changes nothing: whatever has a case was selected before, and then it came too late.
    case .supportersSought, .lapsed, .withdrawn, .sympathyCounted, .opinionModerated: return
    }
  }

  /// Assigns the adopted cases that wait for a ministry and have one by the table of categories now, or whose text was not
  /// known when they were adopted.
  func assignWaiting() async throws {
    for proposal in try await database.assignableProposals() {
      try await database.transaction { transaction in
        try await transaction.serialize(on: proposal)
        guard let waiting = try await transaction.lockedCase(of: proposal), waiting.state == .adopted,
          let competent = try await transaction.competent(for: waiting)
        else { return }
        let now = clock.now
        let change = try waiting.assigned(
          to: competent.ministry, text: competent.text, within: try await transaction.terms(), at: now)
        try await transaction.save(change, at: now)
      }
    }
  }
}

extension Transaction {
  /// The case as it is now, and what is told of it.
  func save(_ change: Change, at now: Date) async throws {
    try await update(change.changed)
    FailPoint.reach("updated")
    try await publish(change, at: now)
    FailPoint.reach("published")
  }

  /// The ministry that the table of categories names for a case, with what it gets to read; nil while either is missing.
  func competent(for known: Case) async throws -> (ministry: Ministry, text: ProposalText)? {
    guard let ministry = try await ministry(for: known.category), let text = try await text(of: known.proposal) else {
      return nil
    }
    return (ministry, text)
  }
}
