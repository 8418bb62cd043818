import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = """
  id, author, title, summary, body, category, reference, state, state_since, submitted_at, withdrawal_reason,
  rejection_code, rejection_explanation, sympathies_of(id) AS sympathies
  """

extension Proposal {
  /// What `init` reads.
  static var allColumns: Query { columns }

  init(_ row: Row) throws {
    id = try row["id"]
    author = try row["author"]
    text = ProposalText(
      title: try row["title"], summary: try row["summary"], body: try row["body"], category: try row["category"],
      reference: try row["reference"])
    state = try row["state"]
    stateSince = try row["state_since"]
    submittedAt = try row["submitted_at"]
    withdrawalReason = try row["withdrawal_reason"]
    sympathies = try row["sympathies"]
    if let code: RejectionCode = try row["rejection_code"] {
      rejection = Rejection(code: code, explanation: try row["rejection_explanation"])
    }
  }
}

extension Transaction {
  /// - Parameter locked: holds the row until the end of the transaction.
  /// - Throws: `Problem` 404
  func proposal(_ id: ProposalID, locked: Bool) async throws -> Proposal {
    let lock: Query = locked ? "FOR UPDATE" : ""
    guard let row = try await one("SELECT \(fragment: columns) FROM proposal WHERE id = \(id) \(fragment: lock)") else {
      throw Problem.notFound("There is no proposal \(id).")
    }
    return try Proposal(row)
  }

  func insert(_ proposal: Proposal) async throws {
    let text = proposal.text
    try await execute(
      """
      INSERT INTO proposal (id, author, title, summary, body, category, reference, state, state_since, submitted_at)
      VALUES (\(proposal.id), \(proposal.author), \(text.title), \(text.summary), \(text.body), \(text.category),
        \(text.reference), \(proposal.state), \(proposal.stateSince), \(proposal.submittedAt))
      """)
  }

  func update(_ proposal: Proposal) async throws {
    try await execute(
      """
      UPDATE proposal SET state = \(proposal.state), state_since = \(proposal.stateSince),
        withdrawal_reason = \(proposal.withdrawalReason), rejection_code = \(proposal.rejection?.code),
        rejection_explanation = \(proposal.rejection?.explanation)
      WHERE id = \(proposal.id)
      """)
  }
}

extension Database {
  /// Newest first, from after the cursor on.
  func proposals(in state: TaskState?, after cursor: TimeCursor<Kinds.Proposal>?, _ limit: Int) async throws
    -> [Proposal]
  {
    let byState: Query = state.map { "state = \($0)" } ?? "true"
    let byCursor: Query = cursor.map { "(submitted_at, id) < (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: columns) FROM proposal WHERE \(fragment: byState) AND \(fragment: byCursor)
      ORDER BY submitted_at DESC, id DESC LIMIT \(limit)
      """
    ).map(Proposal.init)
  }
}
