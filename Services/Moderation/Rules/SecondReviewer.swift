import Contracts
import FoundationEssentials
import ServiceKit

/// A rejection for a reason that hides the text: one person proposes it, and another confirms it.
struct ProposedRejection: Sendable, Equatable, Encodable, AwaitsSecondPerson {
  let code: RejectionCode
  let explanation: String
  let proposedBy: CitizenID
  let proposedAt: Date

  var rejection: Rejection { Rejection(code: code, explanation: explanation) }
}

extension Review {
  /// Puts a rejection before a second person.
  /// - Throws: `Problem` 409 where the proposal could not be rejected.
  func proposed(_ rejection: Rejection, by staff: CitizenID, at now: Date) throws(Problem) -> Review {
    _ = try rejected(rejection, by: staff, at: now)
    var review = self
    review.proposedRejection = ProposedRejection(
      code: rejection.code, explanation: rejection.explanation, proposedBy: staff, proposedAt: now)
    review.lock = nil
    return review
  }

  /// The second person agrees.
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  func rejectionConfirmed(by staff: CitizenID, at now: Date) throws(Problem) -> (Review, ProposalRejected) {
    let proposed = try proposedRejection.forSecondPerson(staff, "rejection of the proposal")
    var (review, event) = try rejected(proposed.rejection, by: proposed.proposedBy, at: now)
    review.rejectionConfirmedBy = staff
    return (review, event)
  }

  /// The second person does not agree: the review goes on as if nothing had been proposed.
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  func rejectionRefused(by staff: CitizenID) throws(Problem) -> Review {
    _ = try proposedRejection.forSecondPerson(staff, "rejection of the proposal")
    var review = self
    review.proposedRejection = nil
    review.lock = nil
    return review
  }
}
