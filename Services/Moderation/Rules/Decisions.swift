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

  /// Turns the proposal down; one person can do that where the text stays readable.
  /// - Throws: `Problem` 409 unless the review is pending, or accepted and put before the Support Unit again by its readers;
  ///   what an appeal let through stays.
  func rejected(_ rejection: Rejection, by staff: CitizenID, at now: Date) throws(Problem) -> (
    Review, ProposalRejected
  ) {
    var review = try moved(by: .reject, at: now)
    guard appeal == nil else { throw .conflict("already-appealed", "The appeal for the proposal is final.") }
    guard state != .accepted || isFlagged else {
      throw .conflict(
        "wrong-state", "The review is accepted since \(JSON.timestamp(stateSince)), and no readers flagged it.")
    }
    review.rejection = rejection
    review.rejectedBy = staff
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

  /// Asks the author to revise the proposal; that is done once, so that nobody is sent to and fro.
  /// - Throws: `Problem` 409 unless the review is pending, and the second time.
  func returned(_ note: String, at now: Date) throws(Problem) -> (Review, ProposalReturned) {
    var review = try moved(by: .return, at: now)
    guard returnNote == nil else {
      throw .conflict("already-returned", "The proposal was returned before. Accept or reject it.")
    }
    review.returnNote = note
    return (review, ProposalReturned(proposal: proposal, revision: revision, note: note, returnedAt: now))
  }

  /// Ends a proposal that is the same as another, which goes on for both.
  /// - Throws: `Problem` 409 unless this one is pending or accepted, and the other one pending, accepted or selected.
  func merged(into other: Review, reason: String, at now: Date) throws(Problem) -> (Review, ProposalMerged) {
    guard other.proposal != proposal else { throw .conflict("same-proposal", "A proposal cannot go on for itself.") }
    guard [.pending, .accepted, .selected].contains(other.state) else {
      throw .conflict("wrong-target", "The proposal that is to go on is \(other.state.rawValue).")
    }
    var review = try moved(by: .merge, at: now)
    review.merger = Merger(into: other.proposal, reason: reason)
    return (review, ProposalMerged(proposal: proposal, into: other.proposal, reason: reason, mergedAt: now))
  }

  func moved(by action: TaskAction, at now: Date) throws(Problem) -> Review {
    // The lifecycle lets a selection overtake a withdrawal for those who hear of both; here the withdrawal is known.
    guard state != .withdrawn, let next = Lifecycle.next(from: state.task, on: action), let moved = ReviewState(next)
    else {
      throw .conflict("wrong-state", "The review is \(state.rawValue) since \(JSON.timestamp(stateSince)).")
    }
    return changed(to: moved, at: now)
  }

  private func changed(to state: ReviewState, at time: Date) -> Review {
    var review = self
    review.state = state
    review.stateSince = time
    // Whoever worked on it is done, and so is what was to be decided.
    review.lock = nil
    review.proposedRejection = nil
    return review
  }
}

/// What authors do, as moderation hears of it.
extension Review {
  /// Nil for what changes nothing here.
  func changed(by event: ProposalEvent) -> Review? {
    switch event {
    case .supportersSought, .submitted, .sympathyCounted, .opinionModerated: nil
    case .revised(let event): revised(event)
    case .lapsed(let event): lapsed(at: event.lapsedAt)
    case .withdrawn(let event): withdrawn(at: event.withdrawnAt)
    }
  }

  /// The author took the proposal back; nil when that comes too late, since the proposal has been selected.
  ///
  /// A rejection is no obstacle: author and Support Unit may act at the same moment, and to intake the withdrawal came
  /// first. Both services then say withdrawn.
  func withdrawn(at time: Date) -> Review? {
    guard state != .selected, state != .withdrawn else { return nil }
    return changed(to: .withdrawn, at: time)
  }

  /// The author handed it in again; nil unless it was returned.
  func revised(_ event: ProposalRevised) -> Review? {
    guard state == .returned else { return nil }
    var review = changed(to: .pending, at: event.revisedAt)
    review.title = event.title
    review.summary = event.summary
    review.body = event.body
    review.category = event.category
    review.reference = event.reference
    review.revision = event.revision
    review.submittedAt = event.revisedAt
    return review
  }

  /// The author did not revise it in time; nil unless it was returned.
  func lapsed(at time: Date) -> Review? { state == .returned ? changed(to: .lapsed, at: time) : nil }
}
