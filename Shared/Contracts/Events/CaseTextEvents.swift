public import FoundationEssentials

/// What people write about the results of a case.
public enum CaseTextKind: String, Codable, Sendable, CaseIterable {
  /// The reason that somebody gave with a rating.
  case rating
  /// The opinion of a member of the Forum.
  case resultOpinion = "result-opinion"
}

/// A member of staff acted on what somebody wrote about the results of a case: one event for each act. The text is in none of
/// them, nor who wrote it.
public struct CaseTextModerated: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.text-moderated.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// Of which kind the text is.
  public var kind: CaseTextKind
  /// What was acted on: the rating or the opinion.
  public var text: CaseTextID
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
    caseID: CaseID, proposal: ProposalID, title: String, kind: CaseTextKind, text: CaseTextID, deed: OpinionDeed,
    actor: CitizenID, role: String, code: OpinionHidingCode? = nil, explanation: String? = nil, doneAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.kind = kind
    self.text = text
    self.deed = deed
    self.actor = actor
    self.role = role
    self.code = code
    self.explanation = explanation
    self.doneAt = doneAt
  }
}
