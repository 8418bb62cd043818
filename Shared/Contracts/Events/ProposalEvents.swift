public import FoundationEssentials

/// Why a citizen takes a proposal back.
public enum WithdrawalReason: String, Codable, Sendable, CaseIterable {
  case duplicated, alreadyStarted = "already-started", notFeasible = "not-feasible", mistake, other
}

/// Why a proposal ends that nobody decided on.
public enum LapseReason: String, Codable, Sendable, CaseIterable {
  /// Too few supporters in time.
  case noSupporters = "no-supporters"
  /// Returned, and not revised in time.
  case notRevised = "not-revised"
}

/// On which way a proposal came.
public enum FilingChannel: String, Codable, Sendable, CaseIterable {
  case online
  /// On paper or by word of mouth; a member of the Support Unit entered it.
  case offline
}

/// What intake publishes on `forum.proposals`.
public enum ProposalEvent: EventFamily {
  case supportersSought(SupportersSought)
  case submitted(ProposalSubmitted)
  case revised(ProposalRevised)
  case lapsed(ProposalLapsed)
  case withdrawn(ProposalWithdrawn)
  case sympathyCounted(SympathyCounted)
  case opinionModerated(OpinionModerated)

  /// `forum.proposals`.
  public static let topic = Topics.proposals
  /// How each type is read.
  public static let decoders: [EventDecoder<Self>] = [
    EventDecoder(SupportersSought.self, Self.supportersSought),
    EventDecoder(ProposalSubmitted.self, Self.submitted),
    EventDecoder(ProposalRevised.self, Self.revised),
    EventDecoder(ProposalLapsed.self, Self.lapsed),
    EventDecoder(ProposalWithdrawn.self, Self.withdrawn),
    EventDecoder(SympathyCounted.self, Self.sympathyCounted),
    EventDecoder(OpinionModerated.self, Self.opinionModerated),
  ]

  /// The proposal that the event is about.
  public var proposal: ProposalID {
    switch self {
    case .supportersSought(let event): event.proposal
    case .submitted(let event): event.proposal
    case .revised(let event): event.proposal
    case .lapsed(let event): event.proposal
    case .withdrawn(let event): event.proposal
    case .sympathyCounted(let event): event.proposal
    case .opinionModerated(let event): event.proposal
    }
  }
}

/// A citizen handed a proposal in, and looks for supporters: until there are enough of them it is nobody else's business.
public struct SupportersSought: Event, Equatable {
  /// One of the events of `ProposalEvent`.
  public typealias Family = ProposalEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.supporters-sought.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The proposal, by the number that it keeps as a task.
  public var proposal: ProposalID
  /// Who wrote it.
  public var author: CitizenID
  /// Plain text, one line, 1 to 80 characters; nobody has reviewed it.
  public var title: String
  /// The subject that the author chose.
  public var category: Category
  /// How many supporters it takes.
  public var needed: Int
  /// When it lapses unless there are enough.
  public var endsAt: Date
  /// When intake took it.
  public var filedAt: Date

  /// An event of these members.
  public init(
    proposal: ProposalID, author: CitizenID, title: String, category: Category, needed: Int, endsAt: Date, filedAt: Date
  ) {
    self.proposal = proposal
    self.author = author
    self.title = title
    self.category = category
    self.needed = needed
    self.endsAt = endsAt
    self.filedAt = filedAt
  }
}

/// A proposal has the supporters that it needs, or needs none; it awaits review.
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
  /// Counts the versions of its text; absent: 1.
  public var revision: Int?
  /// SHA-256 of the canonical text (`CanonicalText`), 64 lower-case hexadecimal digits.
  public var fingerprint: String?
  /// The files that go with it, covered by the fingerprint; absent when there are none.
  public var attachments: [PublishedFile]?
  /// Who supported it until it came this far.
  public var supporters: [CitizenID]?
  /// On which way it came; absent: online.
  public var channel: FilingChannel?
  /// The member of the Support Unit who entered it, if it did not come online.
  public var enteredBy: CitizenID?
  /// When it came before the Support Unit; the days of its review count from here.
  public var submittedAt: Date

  /// An event of these members.
  public init(
    proposal: ProposalID, author: CitizenID, title: String, summary: String, body: String, category: Category,
    reference: String?, revision: Int? = nil, fingerprint: String? = nil,
    attachments: [PublishedFile]? = nil, supporters: [CitizenID]? = nil,
    channel: FilingChannel? = nil, enteredBy: CitizenID? = nil, submittedAt: Date
  ) {
    self.proposal = proposal
    self.author = author
    self.title = title
    self.summary = summary
    self.body = body
    self.category = category
    self.reference = reference
    self.revision = revision
    self.fingerprint = fingerprint
    self.attachments = attachments
    self.supporters = supporters
    self.channel = channel
    self.enteredBy = enteredBy
    self.submittedAt = submittedAt
  }
}

/// The author revised a proposal that the Support Unit had returned; it awaits review again.
public struct ProposalRevised: Event, Equatable {
  /// One of the events of `ProposalEvent`.
  public typealias Family = ProposalEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.revised.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// What was revised.
  public var proposal: ProposalID
  /// Counts the versions of its text.
  public var revision: Int
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
  /// SHA-256 of the canonical text (`CanonicalText`), 64 lower-case hexadecimal digits.
  public var fingerprint: String
  /// The files that go with it, covered by the fingerprint; absent when there are none. A revision changes none.
  public var attachments: [PublishedFile]?
  /// When the author handed it in again; the days of its review count from here.
  public var revisedAt: Date

  /// An event of these members.
  public init(
    proposal: ProposalID, revision: Int, title: String, summary: String, body: String, category: Category,
    reference: String?, fingerprint: String, attachments: [PublishedFile]? = nil, revisedAt: Date
  ) {
    self.proposal = proposal
    self.revision = revision
    self.title = title
    self.summary = summary
    self.body = body
    self.category = category
    self.reference = reference
    self.fingerprint = fingerprint
    self.attachments = attachments
    self.revisedAt = revisedAt
  }
}

/// Time ran out for a proposal on which nobody decided.
public struct ProposalLapsed: Event, Equatable {
  /// One of the events of `ProposalEvent`.
  public typealias Family = ProposalEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.lapsed.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// What lapsed.
  public var proposal: ProposalID
  /// What it had waited for in vain; public.
  public var reason: LapseReason
  /// When its time was over.
  public var lapsedAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, reason: LapseReason, lapsedAt: Date) {
    self.proposal = proposal
    self.reason = reason
    self.lapsedAt = lapsedAt
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
