import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Reviews {
  /// What citizens hand in, revise, let lapse and take back.
  func apply(proposal envelope: Envelope<ProposalEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    // Not before the Support Unit yet.
    case .supportersSought: break
    case .submitted(let event): try await transaction.insert(Review(event))
    case .revised(let event): try await change(event.proposal, in: transaction) { $0.revised(event) }
    case .lapsed(let event): try await change(event.proposal, in: transaction) { $0.lapsed(at: event.lapsedAt) }
    case .withdrawn(let event):
      try await change(event.proposal, in: transaction) { $0.withdrawn(at: event.withdrawnAt) }
    // No decision hangs on it yet.
    case .sympathyCounted: break
    }
  }

  private func change(
    _ proposal: ProposalID, in transaction: Transaction, _ rule: (Review) -> Review?
  ) async throws {
    // None for what never came before the Support Unit.
    guard let review = try await transaction.review(proposal, locked: true), let change = rule(review) else {
      return log.info("event without effect", ["proposal": "\(proposal)"])
    }
    try await transaction.update(change)
  }
}
