import Contracts
import FoundationEssentials
import Postgres

extension Transaction {
  /// One more supporter; somebody who is one already changes nothing.
  func insertSupporter(_ citizen: CitizenID, of proposal: ProposalID, at now: Date) async throws {
    try await execute(
      """
      INSERT INTO supporter (proposal, citizen, supported_at) VALUES (\(proposal), \(citizen), \(now))
      ON CONFLICT DO NOTHING
      """)
  }
}

extension QueryRunner {
  /// In the order in which they came.
  func supporters(of proposal: ProposalID) async throws -> [CitizenID] {
    try await query(
      "SELECT citizen FROM supporter WHERE proposal = \(proposal) ORDER BY supported_at, citizen"
    ).map { try $0["citizen"] }
  }
}
