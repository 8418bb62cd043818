public import FoundationEssentials

/// Why a citizen takes a proposal back.
public enum WithdrawalReason: String, Codable, Sendable, CaseIterable {
  case duplicated, alreadyStarted = "already-started", notFeasible = "not-feasible", mistake, other
}

/// What intake publishes on `forum.proposals`.
public enum ProposalEvent: EventFamily {
  case submitted(ProposalSubmitted)
  case withdrawn(ProposalWithdrawn)
  case sympathyCounted(SympathyCounted)

  /// `forum.proposals`.
  public static let topic = Topics.proposals
  /// How each type is read.
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(ProposalSubmitted.self, Self.submitted),
    EventDecoder(ProposalWithdrawn.self, Self.withdrawn),
    EventDecoder(SympathyCounted.self, Self.sympathyCounted),
  ]

  /// The proposal that the event is about.
  public var proposal: ProposalID {
    switch self {
    case .submitted(let event): event.proposal
    case .withdrawn(let event): event.proposal
    case .sympathyCounted(let event): event.proposal
    }
  }
}

/// A citizen handed a proposal in; it awaits review.
public struct ProposalSubmitted: Event, Equatable {
  /// One of the events of `ProposalEvent`.
  public typealias Family = ProposalEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.submitted.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The proposal, by the number that it keeps as a task.
  public var proposal: ProposalID
  /// Who wrote it.
  public var author: CitizenID
  /// Plain text, one line, 1 to 80 characters.
  public var title: String
  /// What the author asks for, in short: plain text, line breaks allowed, 1 to 300 characters.
  public var summary: String
  /// The whole proposal: plain text, line breaks allowed, 1 to 2000 characters.
  public var body: String
  /// The subject that the author chose.
  public var category: Category
  /// Where it came from, for example the number of a petition; absent when written here.
  public var reference: String?
  /// When intake took it; the days of its review count from here.
  public var submittedAt: Date

  /// An event of these members.
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
  /// One of the events of `ProposalEvent`.
  public typealias Family = ProposalEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.withdrawn.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// What was taken back.
  public var proposal: ProposalID
  /// The author's reason; public.
  public var reason: WithdrawalReason
  /// When the author took it back.
  public var withdrawnAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, reason: WithdrawalReason, withdrawnAt: Date) {
    self.proposal = proposal
    self.reason = reason
    self.withdrawnAt = withdrawnAt
  }
}
