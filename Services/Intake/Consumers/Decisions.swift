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
    case .selected(let event): try await move(event.proposal, by: .select, at: event.selectedAt, in: transaction)
    }
  }

  /// How the vote goes.
  func apply(vote envelope: Envelope<VoteEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    case .scheduled(let event): try await move(event.proposal, by: .schedule, at: envelope.time, in: transaction)
    case .opened(let event): try await move(event.proposal, by: .open, at: event.openedAt, in: transaction)
    // The task stays open, whatever its schedule.
    case .paused, .resumed, .extended: break
    case .barCrossed(let event): try await move(event.proposal, by: .crossBar, at: event.crossedAt, in: transaction)
    case .closed(let event): try await move(event.proposal, by: .close, at: event.closedAt, in: transaction)
    }
  }

  /// Who has the case.
  func apply(referral envelope: Envelope<ReferralEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    case .received: break
    case .assigned(let event): try await move(event.proposal, by: .assign, at: event.assignedAt, in: transaction)
    }
  }

  private func move(
    _ id: ProposalID, by action: TaskAction, at time: Date, in transaction: Transaction
  ) async throws {
    let proposal = try await transaction.proposal(id, locked: true)
    guard let change = proposal.following(action, at: time) else { return }
    try await transaction.update(change)
  }
}
