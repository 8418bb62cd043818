import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Deed: PostgresEncodable, PostgresDecodable {}

extension Transaction {
  func append(_ entry: LoggedAction) async throws {
    try await execute(
      """
      INSERT INTO action_log (at, actor, role, action, proposal, opinion, reason)
      VALUES (\(entry.at), \(entry.actor), \(entry.role), \(entry.deed), \(entry.proposal), \(entry.opinion),
        \(entry.reason))
      """)
  }
}

extension Database {
  /// Newest first, with a number below `before`.
  func actions(on proposal: ProposalID?, before: Int64?, _ limit: Int) async throws -> [(number: Int64, LoggedAction)] {
    let byProposal: Query = proposal.map { "proposal = \($0)" } ?? "true"
    let byNumber: Query = before.map { "id < \($0)" } ?? "true"
    return try await query(
      """
      SELECT id, at, actor, role, action, proposal, opinion, reason FROM action_log
      WHERE \(fragment: byProposal) AND \(fragment: byNumber) ORDER BY id DESC LIMIT \(limit)
      """
    ).map { row in
      (
        try row["id"],
        LoggedAction(
          at: try row["at"], actor: try row["actor"], role: try row["role"], deed: try row["action"],
          proposal: try row["proposal"], opinion: try row["opinion"], reason: try row["reason"])
      )
    }
  }
}
