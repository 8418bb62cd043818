import Contracts
import FoundationEssentials
import ServiceKit

/// One version of a proposal's text.
struct Revision: Sendable, Equatable {
  let number: Int
  let text: ProposalText
  let madeAt: Date
}

extension Proposal {
  /// The author writes it anew: while it looks for supporters, or because the Support Unit asked for it, to whom it goes
  /// again then. A text that is being reviewed or was accepted stays as it is: nobody accepts what nobody has read.
  /// - Throws: `Problem` 403 for anybody but the author, 409 when it cannot be revised, 422 when nothing is different.
  func revised(_ text: ProposalText, by citizen: CitizenID, at now: Date) throws(Problem) -> Proposal {
    guard author == citizen else { throw .forbidden("Only the author can revise a proposal.") }
    guard var change = moved(by: .revise, at: now) else { throw wrongState("not-revisable") }
    guard text != self.text else { throw .invalid([Problem.FieldError("#", "must differ from the present text")]) }
    change.text = text
    change.revision += 1
    return change
  }
}
