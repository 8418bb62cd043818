import Contracts
import FoundationEssentials
import ServiceKit

/// Each decision is a function from a review to the changed review and the event that tells the others.
extension Review {
  /// Lets the proposal through, so that it is open for discussion and can be selected.
  /// - Throws: `Problem` 409 unless the review is pending.
  func accepted(at now: Date) throws(Problem) -> (Review, ProposalAccepted) {
    (try moved(by: .accept, at: now), ProposalAccepted(proposal: proposal, acceptedAt: now))
  }

  /// Turns the proposal down.
  /// - Throws: `Problem` 409 unless the review is pending.
  func rejected(_ rejection: Rejection, at now: Date) throws(Problem) -> (Review, ProposalRejected) {
    var review = try moved(by: .reject, at: now)
    review.rejection = rejection
    return (
      review,
      ProposalRejected(
        proposal: proposal, code: rejection.code, explanation: rejection.explanation, rejectedAt: now)
    )
  }

  /// Sends the proposal to a vote: from here on it is a task.
  /// - Throws: `Problem` 409 unless the review is accepted.
  func selected(_ selection: Selection, at now: Date) throws(Problem) -> (Review, TaskSelected) {
    var review = try moved(by: .select, at: now)
    review.selection = selection
    return (
      review,
      TaskSelected(
        proposal: proposal, author: author, title: title, category: category, reference: reference,
        rule: selection.rule, reason: selection.reason, selectedAt: now)
    )
  }

  /// The author took the proposal back; nil when that comes too late, since the proposal has been selected.
  ///
  /// A rejection is no obstacle: author and Support Unit may act at the same moment, and to intake the withdrawal came
  /// first. Both services then say withdrawn.
  func withdrawn(at time: Date) -> Review? {
    guard state != .selected, state != .withdrawn else { return nil }
    var review = self
    review.state = .withdrawn
    review.stateSince = time
    return review
  }

  private func moved(by action: TaskAction, at now: Date) throws(Problem) -> Review {
    // The lifecycle lets a selection overtake a withdrawal for those who hear of both; here the withdrawal is known.
    guard state != .withdrawn, let next = Lifecycle.next(from: state.task, on: action), let moved = ReviewState(next)
    else {
      throw .conflict("wrong-state", "The review is \(state.rawValue) since \(JSON.timestamp(stateSince)).")
    }
    var review = self
    review.state = moved
    review.stateSince = now
    return review
  }
}
