public import FoundationEssentials

/// The Support Unit asks the author to revise a proposal; once a proposal.
public struct ProposalReturned: Event, Equatable {
  /// One of the events of `ModerationEvent`.
  public typealias Family = ModerationEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.returned.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// What is to be revised.
  public var proposal: ProposalID
  /// The version of the text that was reviewed.
  public var revision: Int
  /// What is to be done, public: plain text, at most 2000 characters.
  public var note: String
  /// When the Support Unit decided.
  public var returnedAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, revision: Int, note: String, returnedAt: Date) {
    self.proposal = proposal
    self.revision = revision
    self.note = note
    self.returnedAt = returnedAt
  }
}

/// The author appealed against a rejection; once a proposal.
public struct RejectionAppealed: Event, Equatable {
  /// One of the events of `ModerationEvent`.
  public typealias Family = ModerationEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.appealed.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// What had been rejected.
  public var proposal: ProposalID
  /// What the author holds against the decision; public.
  public var ground: AppealGround
  /// The same in the author's words, public: plain text, at most 2000 characters.
  public var statement: String
  /// When the author appealed.
  public var appealedAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, ground: AppealGround, statement: String, appealedAt: Date) {
    self.proposal = proposal
    self.ground = ground
    self.statement = statement
    self.appealedAt = appealedAt
  }
}

/// Another member of the Support Unit than the one who rejected the proposal decided on the appeal.
public struct AppealDecided: Event, Equatable {
  /// One of the events of `ModerationEvent`.
  public typealias Family = ModerationEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.appeal-decided.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// What had been rejected.
  public var proposal: ProposalID
  /// Whether the rejection stands.
  public var outcome: AppealOutcome
  /// Why, public: plain text, at most 4000 characters.
  public var explanation: String
  /// When it was decided.
  public var decidedAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, outcome: AppealOutcome, explanation: String, decidedAt: Date) {
    self.proposal = proposal
    self.outcome = outcome
    self.explanation = explanation
    self.decidedAt = decidedAt
  }
}

/// The Support Unit found two proposals to be the same: one goes on for both, and both stay readable.
public struct ProposalMerged: Event, Equatable {
  /// One of the events of `ModerationEvent`.
  public typealias Family = ModerationEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.proposal.merged.v1"
  /// The proposal that ends: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The proposal that ends.
  public var proposal: ProposalID
  /// The one that goes on for both.
  public var into: ProposalID
  /// Why, public: plain text, at most 1000 characters.
  public var reason: String
  /// When the Support Unit decided.
  public var mergedAt: Date

  /// An event of these members.
  public init(proposal: ProposalID, into: ProposalID, reason: String, mergedAt: Date) {
    self.proposal = proposal
    self.into = into
    self.reason = reason
    self.mergedAt = mergedAt
  }
}
