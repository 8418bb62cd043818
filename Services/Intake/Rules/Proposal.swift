import Contracts
import FoundationEssentials

/// A proposal as intake remembers it.
struct Proposal: Sendable, Equatable {
  let id: ProposalID
  let author: CitizenID
  let text: ProposalText
  var state: TaskState
  var stateSince: Date
  let submittedAt: Date
  var withdrawalReason: WithdrawalReason?
  var rejection: Rejection?
  /// Citizens who support it.
  var sympathies: Int64 = 0

  /// Why the Support Unit turned it down.
  struct Rejection: Sendable, Equatable {
    let code: RejectionCode
    let explanation: String
  }

  /// Whether the public may not read the text: a hiding code hides it for good, also when the author has taken the
  /// proposal back.
  var isTextHidden: Bool { rejection?.code.hidesText ?? false }
}

/// What a citizen wrote.
struct ProposalText: Sendable, Equatable {
  let title: String
  let summary: String
  let body: String
  let category: Category
  /// Where it came from, for example the number of a petition.
  let reference: String?
}

extension Proposal {
  /// Moves on by the table of the lifecycle, as this service decides.
  /// - Returns: the changed proposal; nil if the table does not allow `action` in this state.
  func moved(by action: TaskAction, at time: Date) -> Proposal? {
    Lifecycle.next(from: state, on: action).map { changed(to: $0, at: time) }
  }

  /// Follows what another service decided, whatever was heard before it.
  /// - Returns: the changed proposal; nil if it tells nothing new.
  func following(_ action: TaskAction, at time: Date) -> Proposal? {
    Lifecycle.following(state, on: action).map { changed(to: $0, at: time) }
  }

  /// Follows a rejection. Its reason is kept also where a withdrawal was faster and decides the state: a text that is not
  /// for the public must not stay readable because its author took it back in time.
  func rejected(for reason: Rejection, at time: Date) -> Proposal {
    var changed = following(.reject, at: time) ?? self
    changed.rejection = reason
    return changed
  }

  private func changed(to next: TaskState, at time: Date) -> Proposal {
    var changed = self
    changed.state = next
    changed.stateSince = time
    return changed
  }
}
