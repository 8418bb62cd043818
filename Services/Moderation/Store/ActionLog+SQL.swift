import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Deed: PostgresEncodable, PostgresDecodable {}

extension LoggedText {
  /// Nil where it was done to no text.
  fileprivate init?(_ row: Row) throws {
    if let id: OpinionID = try row["opinion"] {
      self = .opinion(id)
    } else if let id: CaseTextID = try row["rating"] {
      self = .rating(id)
    } else if let id: CaseTextID = try row["result_opinion"] {
      self = .resultOpinion(id)
    } else {
      return nil
    }
  }
}

extension Transaction {
  func append(_ entry: LoggedAction) async throws {
    try await execute(
      """
      INSERT INTO action_log (at, actor, role, action, proposal, opinion, rating, result_opinion, reason)
      VALUES (\(entry.at), \(entry.actor), \(entry.role), \(entry.deed), \(entry.proposal), \(entry.text?.opinion),
        \(entry.text?.rating), \(entry.text?.resultOpinion), \(entry.reason))
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
      SELECT id, at, actor, role, action, proposal, opinion, rating, result_opinion, reason FROM action_log
      WHERE \(fragment: byProposal) AND \(fragment: byNumber) ORDER BY id DESC LIMIT \(limit)
      """
    ).map { row in
      (
        try row["id"],
        LoggedAction(
          at: try row["at"], actor: try row["actor"], role: try row["role"], deed: try row["action"],
          proposal: try row["proposal"], text: try LoggedText(row), reason: try row["reason"])
      )
    }
  }
}
