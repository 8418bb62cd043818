import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What stands in the action log: every step of a proposal's way through review, what the Support Unit does beside it, and
/// what offices do to the case that comes of it.
enum Deed: String, Codable, Sendable, CaseIterable {
  case submit, enter, revise, lapse, withdraw
  case accept, reject, `return`, merge, select, appeal, uphold, overturn
  case proposeRejection = "propose-rejection"
  case refuseRejection = "refuse-rejection"
  case dismissFlags = "dismiss-flags"
  // Of opinions, and of what is written about results.
  case proposeHiding = "propose-hiding"
  case refuseHiding = "refuse-hiding"
  case hide, restore
  // Of votes.
  case pauseVote = "pause-vote"
  case resumeVote = "resume-vote"
  case extendVote = "extend-vote"
  case voidBallots = "void-ballots"
  case releaseBallots = "release-ballots"
  // Of cases.
  case referCase = "refer-case"
  case assignMembers = "assign-members"
  case scheduleSession = "schedule-session"
  case recordDeliberation = "record-deliberation"
  case decideCase = "decide-case"
  case supplementCase = "supplement-case"
  case placeOnAgenda = "place-on-agenda"
  case concludeCase = "conclude-case"
  case assignMinistry = "assign-ministry"
  case lapseCase = "lapse-case"
  case acceptCase = "accept-case"
  case transferCase = "transfer-case"
  case answerCase = "answer-case"
  case planCase = "plan-case"
  case reportMilestone = "report-milestone"
  case delayMilestone = "delay-milestone"
  case completeCase = "complete-case"
  case discontinueCase = "discontinue-case"
  case extendCase = "extend-case"

  /// Whether the reason is public: not while one person alone holds something against a text.
  var hasPublicReason: Bool { self != .proposeRejection && self != .proposeHiding }
}

/// What somebody wrote, and staff acted on.
enum LoggedText: Sendable, Equatable {
  case opinion(OpinionID)
  case rating(CaseTextID)
  case resultOpinion(CaseTextID)

  var opinion: OpinionID? { if case .opinion(let id) = self { id } else { nil } }
  var rating: CaseTextID? { if case .rating(let id) = self { id } else { nil } }
  var resultOpinion: CaseTextID? { if case .resultOpinion(let id) = self { id } else { nil } }
}

/// One line of the action log, for good.
struct LoggedAction: Sendable {
  let at: Date
  /// Nil: nobody did it, time ran out.
  let actor: CitizenID?
  /// A role of the token, or the name of a service.
  let role: String
  let deed: Deed
  let proposal: ProposalID
  /// What somebody wrote that it was done to; nil where it was done to the proposal, its vote or its case.
  var text: LoggedText?
  /// What the actor gave as the reason; nil where none is asked for.
  let reason: PostgresJSON?
}

extension LoggedAction {
  /// What a member of staff does.
  init(_ deed: Deed, by caller: Caller, on proposal: ProposalID, reason: PostgresJSON?, at now: Date) {
    self.init(
      at: now, actor: caller.citizen, role: caller.staffRole.rawValue, deed: deed, proposal: proposal, reason: reason)
  }

  /// What the Support Unit does with an opinion, in intake.
  init(_ event: OpinionModerated) throws {
    try self.init(
      event.deed, to: .opinion(event.opinion), on: event.proposal, by: event.actor, as: event.role, event.code,
      event.explanation, at: event.doneAt)
  }

  /// What the Support Unit does with what was written about results, in referral.
  init(_ event: CaseTextModerated) throws {
    let text: LoggedText =
      switch event.kind {
      case .rating: .rating(event.text)
      case .resultOpinion: .resultOpinion(event.text)
      }
    try self.init(
      event.deed, to: text, on: event.proposal, by: event.actor, as: event.role, event.code, event.explanation,
      at: event.doneAt)
  }

  private init(
    _ done: OpinionDeed, to text: LoggedText, on proposal: ProposalID, by actor: CitizenID, as role: String,
    _ code: OpinionHidingCode?, _ explanation: String?, at time: Date
  ) throws {
    let (deed, reason): (Deed, [String: String?]) =
      switch done {
      case .proposeHiding: (.proposeHiding, ["code": code?.rawValue, "explanation": explanation])
      case .hide: (.hide, ["code": code?.rawValue, "explanation": explanation])
      case .refuseHiding: (.refuseHiding, [:])
      case .restore: (.restore, ["reason": explanation])
      }
    let given = reason.compactMapValues { $0 }
    self.init(
      at: time, actor: actor, role: role, deed: deed, proposal: proposal, text: text,
      reason: given.isEmpty ? nil : try PostgresJSON(encoding: given))
  }

  /// What the Support Unit does with a vote, in voting; nil for what happens to the vote by itself.
  /// - Parameter time: when the event was made.
  init?(_ event: VoteEvent, at time: Date) throws {
    let (deed, actor, reason): (Deed, CitizenID?, [String: String])
    switch event {
    case .scheduled, .opened, .barCrossed, .barLost, .closed, .resultAmended, .trendAlarm: return nil
    case .paused(let event): (deed, actor, reason) = (.pauseVote, event.orderedBy, ["reason": event.reason])
    case .ballotsRuled(let event):
      (deed, actor) = (event.kind == .void ? .voidBallots : .releaseBallots, event.confirmedBy)
      reason = ["code": event.code.rawValue, "reason": event.reason]
    case .resumed(let event):
      (deed, actor) = (.resumeVote, event.orderedBy)
      reason = ["reason": event.reason, "closesAt": JSON.timestamp(event.closesAt)]
    case .extended(let event):
      (deed, actor) = (.extendVote, event.orderedBy)
      reason = ["reason": event.reason, "closesAt": JSON.timestamp(event.closesAt)]
    }
    self.init(
      at: time, actor: actor, role: Role.supportUnit.rawValue, deed: deed, proposal: event.proposal,
      reason: try PostgresJSON(encoding: reason))
  }

  /// What moderation hears of; nil where nobody did anything.
  /// - Parameter review: as it was before.
  init?(_ event: ProposalEvent, _ review: Review?) throws {
    func line(
      _ deed: Deed, by actor: CitizenID?, as role: String, at time: Date, reason: [String: String]? = nil
    ) throws -> LoggedAction {
      LoggedAction(
        at: time, actor: actor, role: role, deed: deed, proposal: event.proposal,
        reason: try reason.map(PostgresJSON.init(encoding:)))
    }
    let citizen = Role.citizen.rawValue
    switch event {
    case .supportersSought, .sympathyCounted: return nil
    case .opinionModerated(let event): self = try LoggedAction(event)
    case .submitted(let event):
      self =
        try event.enteredBy.map { try line(.enter, by: $0, as: Role.supportUnit.rawValue, at: event.submittedAt) }
        ?? line(.submit, by: event.author, as: citizen, at: event.submittedAt)
    case .revised(let event): self = try line(.revise, by: review?.author, as: citizen, at: event.revisedAt)
    case .lapsed(let event):
      self = try line(.lapse, by: nil, as: "intake", at: event.lapsedAt, reason: ["reason": event.reason.rawValue])
    case .withdrawn(let event):
      self = try line(
        .withdraw, by: review?.author, as: citizen, at: event.withdrawnAt, reason: ["reason": event.reason.rawValue])
    }
  }
}
