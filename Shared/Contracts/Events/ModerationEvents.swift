public import FoundationEssentials

/// Why the Support Unit rejects a proposal; public.
public enum RejectionCode: String, Codable, Sendable, CaseIterable {
  case duplicate, irrelevant, noAction = "no-action", honours, fakeName = "fake-name"
  case freedomOfInformation = "freedom-of-information"
  case libellous, offensive, advertisement

  /// Whether the text is hidden from the public; a rejected proposal stays readable otherwise.
  public var hidesText: Bool {
    switch self {
    case .libellous, .offensive, .advertisement: true
    default: false
    }
  }
}

/// What moderation publishes on `forum.moderation`.
public enum ModerationEvent: EventFamily {
  case accepted(ProposalAccepted)
  case rejected(ProposalRejected)
  case selected(TaskSelected)

  public static let topic = Topics.moderation
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(ProposalAccepted.self, Self.accepted),
    EventDecoder(ProposalRejected.self, Self.rejected),
    EventDecoder(TaskSelected.self, Self.selected),
  ]
}

/// The Support Unit let a proposal through.
public struct ProposalAccepted: Event, Equatable {
  public typealias Family = ModerationEvent
  public static let type = "kr.forum.proposal.accepted.v1"
  public var subject: UUID { proposal.uuid }

  public var proposal: ProposalID
  public var acceptedAt: Date

  public init(proposal: ProposalID, acceptedAt: Date) {
    self.proposal = proposal
    self.acceptedAt = acceptedAt
  }
}

/// The Support Unit turned a proposal down, with a public reason.
public struct ProposalRejected: Event, Equatable {
  public typealias Family = ModerationEvent
  public static let type = "kr.forum.proposal.rejected.v1"
  public var subject: UUID { proposal.uuid }

  public var proposal: ProposalID
  public var code: RejectionCode
  public var explanation: String
  public var rejectedAt: Date

  public init(proposal: ProposalID, code: RejectionCode, explanation: String, rejectedAt: Date) {
    self.proposal = proposal
    self.code = code
    self.explanation = explanation
    self.rejectedAt = rejectedAt
  }
}

/// The Support Unit selected an accepted proposal for a yes-or-no vote: from here on it is a task.
public struct TaskSelected: Event, Equatable {
  public typealias Family = ModerationEvent
  public static let type = "kr.forum.task.selected.v1"
  public var subject: UUID { proposal.uuid }

  public var proposal: ProposalID
  public var author: CitizenID
  public var title: String
  public var category: Category
  public var reference: String?
  public var rule: VoteRule
  public var reason: String
  public var selectedAt: Date

  public init(
    proposal: ProposalID, author: CitizenID, title: String, category: Category, reference: String?, rule: VoteRule,
    reason: String, selectedAt: Date
  ) {
    self.proposal = proposal
    self.author = author
    self.title = title
    self.category = category
    self.reference = reference
    self.rule = rule
    self.reason = reason
    self.selectedAt = selectedAt
  }
}
