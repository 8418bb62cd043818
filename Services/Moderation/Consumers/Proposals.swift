import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Reviews {
  /// What citizens hand in, revise, let lapse and take back; each is a line of the action log too.
  func apply(proposal envelope: Envelope<ProposalEvent>, in transaction: Transaction) async throws {
    let event = envelope.event
    let review = try await transaction.review(event.proposal, locked: true)
    switch event {
    // Not before the Support Unit yet.
    case .supportersSought: return
    case .sympathyCounted(let event):
      return try await transaction.setSympathies(event.sympathies, of: event.proposal)
    case .submitted(let event): try await transaction.insert(Review(event))
    // It changes no review, and stands in the log.
    case .opinionModerated: break
    case .revised, .lapsed, .withdrawn:
      // None for what never came before the Support Unit.
      guard let change = review?.changed(by: event) else {
        return log.info("event without effect", ["proposal": "\(event.proposal)"])
      }
      try await transaction.update(change)
    }
    if let entry = try LoggedAction(event, review) { try await transaction.append(entry) }
  }

  /// What the Support Unit does with a vote is a line of the action log; how the vote goes is none of moderation's business.
  func apply(vote envelope: Envelope<VoteEvent>, in transaction: Transaction) async throws {
    if let entry = try LoggedAction(envelope.event, at: envelope.time) { try await transaction.append(entry) }
  }

  /// What offices do to a case is a line of the action log.
  func apply(referral envelope: Envelope<ReferralEvent>, in transaction: Transaction) async throws {
    if let entry = try LoggedAction(envelope.event, at: envelope.time) { try await transaction.append(entry) }
  }
}
