import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What stands in the action log: every step of a proposal's way through review, and what the Support Unit does beside it.
enum Deed: String, Codable, Sendable, CaseIterable {
  case submit, enter, revise, lapse, withdraw
  case accept, reject, `return`, merge, select, appeal, uphold, overturn
  case proposeRejection = "propose-rejection"
  case refuseRejection = "refuse-rejection"
  case dismissFlags = "dismiss-flags"
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
  /// What the actor gave as the reason; nil where none is asked for.
  let reason: PostgresJSON?
}

extension LoggedAction {
  /// What a member of staff does.
  init(_ deed: Deed, by caller: Caller, on proposal: ProposalID, reason: PostgresJSON?, at now: Date) {
    let role: Role = caller.roles.contains(.supportUnit) ? .supportUnit : .admin
    self.init(at: now, actor: caller.citizen, role: role.rawValue, deed: deed, proposal: proposal, reason: reason)
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
