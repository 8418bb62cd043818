public import FoundationEssentials

/// Why a citizen takes a proposal back.
public enum WithdrawalReason: String, Codable, Sendable, CaseIterable {
  case duplicated, alreadyStarted = "already-started", notFeasible = "not-feasible", mistake, other
}

/// What intake publishes on `forum.proposals`.
public enum ProposalEvent: EventFamily {
  case submitted(ProposalSubmitted)
  case withdrawn(ProposalWithdrawn)

  public static let topic = Topics.proposals
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(ProposalSubmitted.self, Self.submitted),
    EventDecoder(ProposalWithdrawn.self, Self.withdrawn),
  ]
}

/// A citizen handed a proposal in; it awaits review.
public struct ProposalSubmitted: Event, Equatable {
  public typealias Family = ProposalEvent
  public static let type = "kr.forum.proposal.submitted.v1"
  public var subject: UUID { proposal.uuid }

  public var proposal: ProposalID
  public var author: CitizenID
  public var title: String
  public var summary: String
  public var body: String
  public var category: Category
  /// Where it came from, for example the number of a petition; absent when written here.
  public var reference: String?
  public var submittedAt: Date

  public init(
    proposal: ProposalID, author: CitizenID, title: String, summary: String, body: String, category: Category,
    reference: String?, submittedAt: Date
  ) {
    self.proposal = proposal
    self.author = author
    self.title = title
    self.summary = summary
    self.body = body
    self.category = category
    self.reference = reference
    self.submittedAt = submittedAt
  }
}

/// The author took it back.
public struct ProposalWithdrawn: Event, Equatable {
  public typealias Family = ProposalEvent
  public static let type = "kr.forum.proposal.withdrawn.v1"
  public var subject: UUID { proposal.uuid }

  public var proposal: ProposalID
  public var reason: WithdrawalReason
  public var withdrawnAt: Date

  public init(proposal: ProposalID, reason: WithdrawalReason, withdrawnAt: Date) {
    self.proposal = proposal
    self.reason = reason
    self.withdrawnAt = withdrawnAt
  }
}
