import Contracts
import FoundationEssentials

/// Where a review stands.
enum ReviewState: String, Codable, Sendable, CaseIterable {
  case pending, returned, lapsed, accepted, rejected, appealed, merged, selected, withdrawn

  /// The state of the proposal that belongs to it.
  var task: TaskState {
    switch self {
    case .pending: .submitted
    case .returned: .returned
    case .lapsed: .lapsed
    case .accepted: .accepted
    case .rejected: .rejected
    case .appealed: .appealed
    case .merged: .merged
    case .selected: .selected
    case .withdrawn: .withdrawn
    }
  }

  init?(_ task: TaskState) {
    guard let state = Self.allCases.first(where: { $0.task == task }) else { return nil }
    self = state
  }
}

/// A proposal as the Support Unit has it before it.
struct Review: Sendable, Equatable {
  let proposal: ProposalID
  let author: CitizenID
  var title: String
  var summary: String
  var body: String
  var category: Category
  /// Where it came from, for example the number of a petition.
  var reference: String?
  /// The version of the text.
  var revision = 1
  /// When it came before the Support Unit, last.
  var submittedAt: Date
  var state: ReviewState
  var stateSince: Date
  /// What the author was asked to do; a proposal is returned once.
  var returnNote: String?
  var rejection: Rejection?
  /// Who turned it down, and who agreed where it takes two: another decides on the appeal.
  var rejectedBy: CitizenID?
  var rejectionConfirmedBy: CitizenID?
  var appeal: Appeal?
  var merger: Merger?
  var selection: Selection?
  /// A rejection that hides the text, and waits for a second person.
  var proposedRejection: ProposedRejection?
  /// Who works on it.
  var lock: ReviewLock?
  /// Readers who think that it breaks the rules, since somebody looked last.
  var flags = 0
  /// Citizens who support it, as intake counted last.
  var sympathies: Int64 = 0
}

extension Review {
  init(_ event: ProposalSubmitted) {
    self.init(
      proposal: event.proposal, author: event.author, title: event.title, summary: event.summary, body: event.body,
      category: event.category, reference: event.reference, revision: event.revision ?? 1,
      submittedAt: event.submittedAt, state: .pending, stateSince: event.submittedAt)
  }
}

/// Why a proposal is turned down; public.
struct Rejection: Sendable, Equatable, Encodable {
  let code: RejectionCode
  let explanation: String
}

/// Why a proposal goes to a vote, and by what rule; public.
struct Selection: Sendable, Equatable, Encodable {
  let reason: String
  let rule: VoteRule
}
