import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Revision {
  init(_ row: Row) throws {
    self.init(number: Int(try row["revision"] as Int32), text: try ProposalText(row), madeAt: try row["made_at"])
  }
}

extension Transaction {
  /// Keeps the present text for good.
  func insertRevision(of proposal: Proposal, at time: Date) async throws {
    let text = proposal.text
    try await execute(
      """
      INSERT INTO revision (proposal, revision, title, summary, body, category, reference, made_at)
      VALUES (\(proposal.id), \(Int32(proposal.revision)), \(text.title), \(text.summary), \(text.body),
        \(text.category), \(text.reference), \(time))
      """)
  }

  /// Newest first.
  func revisions(of proposal: ProposalID) async throws -> [Revision] {
    try await query(
      """
      SELECT revision, title, summary, body, category, reference, made_at FROM revision
      WHERE proposal = \(proposal) ORDER BY revision DESC
      """
    ).map(Revision.init)
  }
}
