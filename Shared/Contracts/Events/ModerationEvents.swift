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

/// What an author holds against a rejection; public.
public enum AppealGround: String, Codable, Sendable, CaseIterable {
  /// The reason given does not fit the proposal.
  case wrongReason = "wrong-reason"
  /// What the decision rests on is not so.
  case factualError = "factual-error"
  /// Like proposals were accepted.
  case unequalTreatment = "unequal-treatment"
  /// The rules of review were not kept.
  case procedure
}

/// How an appeal ends; public.
public enum AppealOutcome: String, Codable, Sendable, CaseIterable {
  /// The rejection stands.
  case upheld
  /// The proposal is accepted after all.
  case overturned
}

/// What moderation publishes on `forum.moderation`.
public enum ModerationEvent: EventFamily {
  case accepted(ProposalAccepted)
  case rejected(ProposalRejected)
  case returned(ProposalReturned)
  case appealed(RejectionAppealed)
  case appealDecided(AppealDecided)
  case merged(ProposalMerged)
  case selected(TaskSelected)

  /// `forum.moderation`.
  public static let topic = Topics.moderation
  /// How each type is read.
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(ProposalAccepted.self, Self.accepted),
    EventDecoder(ProposalRejected.self, Self.rejected),
    EventDecoder(ProposalReturned.self, Self.returned),
    EventDecoder(RejectionAppealed.self, Self.appealed),
    EventDecoder(AppealDecided.self, Self.appealDecided),
    EventDecoder(ProposalMerged.self, Self.merged),
    EventDecoder(TaskSelected.self, Self.selected),
  ]

  /// The proposal that the event is about.
  public var proposal: ProposalID {
    switch self {
    case .accepted(let event): event.proposal
    case .rejected(let event): event.proposal
    case .returned(let event): event.proposal
    case .appealed(let event): event.proposal
    case .appealDecided(let event): event.proposal
    case .merged(let event): event.proposal
    case .selected(let event): event.proposal
    }
  }
}

/// The Support Unit let a proposal through.
public struct ProposalAccepted: Event, Equatable {
  /// One of the events of `ModerationEvent`.
  public typealias Family = ModerationEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.accepted.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// What was let through.
  public var proposal: ProposalID
  /// When the Support Unit decided.
  public var acceptedAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, acceptedAt: Date) {
    self.proposal = proposal
    self.acceptedAt = acceptedAt
  }
}

/// The Support Unit turned a proposal down, with a public reason.
public struct ProposalRejected: Event, Equatable {
  /// One of the events of `ModerationEvent`.
  public typealias Family = ModerationEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.rejected.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// What was turned down.
  public var proposal: ProposalID
  /// The public reason; it also says whether the text is hidden.
  public var code: RejectionCode
  /// The reason in the Support Unit's words, public: plain text, at most 4000 characters.
  public var explanation: String
  /// When the Support Unit decided.
  public var rejectedAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, code: RejectionCode, explanation: String, rejectedAt: Date) {
    self.proposal = proposal
    self.code = code
    self.explanation = explanation
    self.rejectedAt = rejectedAt
  }
}

/// The Support Unit selected an accepted proposal for a yes-or-no vote: from here on it is a task.
public struct TaskSelected: Event, Equatable {
  /// One of the events of `ModerationEvent`.
  public typealias Family = ModerationEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.task.selected.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The proposal that has become a task; it keeps its number.
  public var proposal: ProposalID
  /// Who wrote it.
  public var author: CitizenID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// The subject that its author chose; it decides the ministry in charge.
  public var category: Category
  /// Where it came from, for example the number of a petition; absent when written here.
  public var reference: String?
  /// What will decide its vote; fixed and hashed by voting when it is scheduled.
  public var rule: VoteRule
  /// Why it goes to a vote, public: plain text, at most 1000 characters.
  public var reason: String
  /// When the Support Unit decided.
  public var selectedAt: Date

  /// An event of these members.
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
