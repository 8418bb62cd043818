import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Proposals {
  /// What the Support Unit decided.
  func apply(moderation envelope: Envelope<ModerationEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    case .accepted(let event): try await move(event.proposal, by: .accept, at: event.acceptedAt, in: transaction)
    case .rejected(let event):
      let proposal = try await transaction.proposal(event.proposal, locked: true)
      let reason = Proposal.Rejection(code: event.code, explanation: event.explanation)
      try await transaction.update(proposal.rejected(for: reason, at: event.rejectedAt))
    case .returned(let event):
      try await move(event.proposal, by: .return, at: event.returnedAt, in: transaction) { $0.returnNote = event.note }
    case .appealed(let event): try await move(event.proposal, by: .appeal, at: event.appealedAt, in: transaction)
    case .appealDecided(let event):
      let proposal = try await transaction.proposal(event.proposal, locked: true)
      try await transaction.update(proposal.appealDecided(event.outcome, at: event.decidedAt))
    case .merged(let event):
      try await move(event.proposal, by: .merge, at: event.mergedAt, in: transaction) {
        $0.merger = Proposal.Merger(into: event.into, reason: event.reason)
      }
    case .selected(let event): try await move(event.proposal, by: .select, at: event.selectedAt, in: transaction)
    }
  }

  /// How the vote goes.
  func apply(vote envelope: Envelope<VoteEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    case .scheduled(let event): try await move(event.proposal, by: .schedule, at: envelope.time, in: transaction)
    case .opened(let event): try await move(event.proposal, by: .open, at: event.openedAt, in: transaction)
    // The task stays open, whatever its schedule and whatever is looked into; and what numbers mean for it is told by the bar.
    case .paused, .resumed, .extended, .ballotsRuled, .resultAmended, .trendAlarm: break
    case .barCrossed(let event):
      try await follow(event.proposal, in: transaction) { $0.barCrossed(at: event.crossedAt) }
    case .barLost(let event):
      try await follow(event.proposal, in: transaction) { $0.barLost(event.crossedAt, at: event.lostAt) }
    case .closed(let event):
      try await follow(event.proposal, in: transaction) { $0.voteClosed(at: event.closedAt) }
    }
  }

  /// Who has the case.
  func apply(referral envelope: Envelope<ReferralEvent>, in transaction: Transaction) async throws {
    let event = envelope.event
    // The bar tells of a suspension.
    guard let next = event.taskState, next != .suspended else { return }
    try await follow(event.proposal, in: transaction) {
      $0.caseMoved(to: next, by: event.crossing, from: event.origin, at: envelope.time)
    }
  }

  private func follow(
    _ id: ProposalID, in transaction: Transaction, _ change: (Proposal) -> Proposal
  ) async throws {
    let proposal = try await transaction.proposal(id, locked: true)
    let changed = change(proposal)
    if changed != proposal { try await transaction.update(changed) }
  }

  private func move(
    _ id: ProposalID, by action: TaskAction, at time: Date, in transaction: Transaction,
    and fact: (inout Proposal) -> Void = { _ in }
  ) async throws {
    let proposal = try await transaction.proposal(id, locked: true)
    guard var change = proposal.following(action, at: time) else { return }
    fact(&change)
    try await transaction.update(change)
  }
}
