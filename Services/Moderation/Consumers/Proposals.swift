import Contracts
import Postgres
import ServiceKit

extension Reviews {
  /// What citizens hand in and take back.
  func apply(proposal envelope: Envelope<ProposalEvent>, in transaction: Transaction) async throws {
    switch envelope.event {
    case .submitted(let event): try await transaction.insert(Review(event))
    case .withdrawn(let event):
      guard let review = try await transaction.review(event.proposal, locked: true),
        let change = review.withdrawn(at: event.withdrawnAt)
      else {
        log.info("withdrawal without effect", ["proposal": "\(event.proposal)"])
        return
      }
      try await transaction.update(change)
    // No decision hangs on it yet.
    case .sympathyCounted: break
    }
  }
}
