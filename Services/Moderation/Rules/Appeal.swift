import Contracts
import FoundationEssentials
import ServiceKit

/// What an author holds against a rejection, and what became of it; public.
struct Appeal: Sendable, Equatable, Encodable {
  let ground: AppealGround
  let statement: String
  let appealedAt: Date
  var decision: Decision?

  struct Decision: Sendable, Equatable, Encodable {
    let outcome: AppealOutcome
    let explanation: String
    let decidedAt: Date
  }
}

/// The proposal that goes on for one that is the same; public.
struct Merger: Sendable, Equatable, Encodable {
  let into: ProposalID
  let reason: String
}

extension Review {
  /// The author appeals against the rejection; once, and not for ever.
  /// - Parameter days: within which an appeal is in time.
  /// - Throws: `Problem` 403 for anybody but the author, 409 when there is no rejection, too late and the second time.
  func appealed(
    _ appeal: Appeal, by citizen: CitizenID, days: Int
  ) throws(Problem) -> (Review, RejectionAppealed) {
    guard citizen == author else { throw .forbidden("Only the author can appeal.") }
    guard self.appeal == nil else { throw .conflict("already-appealed", "There was an appeal before: it is final.") }
    var review = try moved(by: .appeal, at: appeal.appealedAt)
    guard appeal.appealedAt < stateSince.addingTimeInterval(86_400 * Double(days)) else {
      throw .conflict("too-late", "An appeal is possible within \(days) days of the rejection.")
    }
    review.appeal = appeal
    return (
      review,
      RejectionAppealed(
        proposal: proposal, ground: appeal.ground, statement: appeal.statement, appealedAt: appeal.appealedAt)
    )
  }

  /// Decides on the appeal.
  /// - Throws: `Problem` 403 for who rejected the proposal, 409 when there is no appeal to decide on.
  func appealDecided(_ decision: Appeal.Decision, by staff: CitizenID) throws(Problem) -> (Review, AppealDecided) {
    var review = try moved(by: decision.outcome.action, at: decision.decidedAt)
    guard staff != rejectedBy, staff != rejectionConfirmedBy else {
      throw .forbidden("Another person than those who rejected the proposal decides on the appeal.")
    }
    review.appeal?.decision = decision
    return (
      review,
      AppealDecided(
        proposal: proposal, outcome: decision.outcome, explanation: decision.explanation,
        decidedAt: decision.decidedAt)
    )
  }
}

extension AppealOutcome {
  var action: TaskAction {
    switch self {
    case .upheld: .uphold
    case .overturned: .overturn
    }
  }
}
