import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What a member of staff did, for good.
struct LoggedAction: Sendable {
  let at: Date
  let actor: CitizenID
  let role: Role
  let action: TaskAction
  let proposal: ProposalID
  /// What the actor gave as the reason; nil where none is asked for.
  let reason: PostgresJSON?
}

extension Transaction {
  func append(_ entry: LoggedAction) async throws {
    try await execute(
      """
      INSERT INTO action_log (at, actor, role, action, proposal, reason)
      VALUES (\(entry.at), \(entry.actor), \(entry.role.rawValue), \(entry.action.rawValue), \(entry.proposal),
        \(entry.reason))
      """)
  }
}
