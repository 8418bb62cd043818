import Contracts
import FoundationEssentials
import ServiceKit

extension Proposal {
  /// The author takes the proposal back, until it is selected for a vote.
  /// - Throws: `Problem` 403 for anybody but the author, 409 when it is too late.
  func withdrawn(by citizen: CitizenID, for reason: WithdrawalReason, at now: Date) throws(Problem) -> Proposal {
    guard author == citizen else { throw .forbidden("Only the author can withdraw a proposal.") }
    guard var change = moved(by: .withdraw, at: now) else { throw wrongState("too-late") }
    change.withdrawalReason = reason
    return change
  }
}
