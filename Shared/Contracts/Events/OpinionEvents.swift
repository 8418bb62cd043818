public import FoundationEssentials

/// Why the Support Unit hides what a citizen said about a proposal or about results; public once a second person has agreed.
public enum OpinionHidingCode: String, Codable, Sendable, CaseIterable {
  case libellous, offensive, advertisement, personalData = "personal-data", doesNotBelong = "does-not-belong"
}

/// What the Support Unit does with an opinion on a proposal, and with what was written about results.
public enum OpinionDeed: String, Codable, Sendable, CaseIterable {
  /// One person proposes to hide the text.
  case proposeHiding = "propose-hiding"
  /// A second person does not agree.
  case refuseHiding = "refuse-hiding"
  /// A second person agrees: the text is hidden.
  case hide
  /// The text is readable again.
  case restore
}

/// A member of staff acted on an opinion or an answer: one event for each act. Its text is in none of them.
public struct OpinionModerated: Event, Equatable {
  /// One of the events of `ProposalEvent`.
  public typealias Family = ProposalEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.opinion.moderated.v1"
  /// The proposal: key of the record.
  public var subject: UUID { proposal.uuid }

  /// The proposal that the opinion is about.
  public var proposal: ProposalID
  /// What was acted on.
  public var opinion: OpinionID
  /// What was done.
  public var deed: OpinionDeed
  /// Who did it.
  public var actor: CitizenID
  /// As what: a role of the token.
  public var role: String
  /// Of a hiding, and of one that is only proposed: to be kept from the public until it is agreed to.
  public var code: OpinionHidingCode?
  /// Beside the code, or why the text is readable again: plain text, at most 300 characters.
  public var explanation: String?
  /// When it was done.
  public var doneAt: Date

  /// An event of these members.
  public init(
    proposal: ProposalID, opinion: OpinionID, deed: OpinionDeed, actor: CitizenID, role: String,
    code: OpinionHidingCode? = nil, explanation: String? = nil, doneAt: Date
  ) {
    self.proposal = proposal
    self.opinion = opinion
    self.deed = deed
    self.actor = actor
    self.role = role
    self.code = code
    self.explanation = explanation
    self.doneAt = doneAt
  }
}
