import Contracts
import FoundationEssentials

/// Where a review stands.
enum ReviewState: String, Codable, Sendable, CaseIterable {
  case pending, accepted, rejected, selected, withdrawn

  /// The state of the proposal that belongs to it.
  var task: TaskState {
    switch self {
    case .pending: .submitted
    case .accepted: .accepted
    case .rejected: .rejected
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
  let title: String
  let summary: String
  let body: String
  let category: Category
  /// Where it came from, for example the number of a petition.
  let reference: String?
  let submittedAt: Date
  var state: ReviewState
  var stateSince: Date
  var rejection: Rejection?
  var selection: Selection?

  init(_ event: ProposalSubmitted) {
    self.init(
      proposal: event.proposal, author: event.author, title: event.title, summary: event.summary, body: event.body,
      category: event.category, reference: event.reference, submittedAt: event.submittedAt, state: .pending,
      stateSince: event.submittedAt, rejection: nil, selection: nil)
  }

  init(
    proposal: ProposalID, author: CitizenID, title: String, summary: String, body: String, category: Category,
    reference: String?, submittedAt: Date, state: ReviewState, stateSince: Date, rejection: Rejection?,
    selection: Selection?
  ) {
    self.proposal = proposal
    self.author = author
    self.title = title
    self.summary = summary
    self.body = body
    self.category = category
    self.reference = reference
    self.submittedAt = submittedAt
    self.state = state
    self.stateSince = stateSince
    self.rejection = rejection
    self.selection = selection
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
