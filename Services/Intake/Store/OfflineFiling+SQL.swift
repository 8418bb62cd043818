import Contracts
import FoundationEssentials
import Postgres

extension Transaction {
  func insert(_ filing: OfflineFiling, of proposal: ProposalID, at now: Date) async throws {
    try await execute(
      """
      INSERT INTO offline_filing (proposal, entered_by, name, contact, received_at, entered_at)
      VALUES (\(proposal), \(filing.enteredBy), \(filing.name), \(filing.contact), \(filing.receivedAt), \(now))
      """)
  }
}

extension QueryRunner {
  func offlineFiling(of proposal: ProposalID) async throws -> OfflineFiling? {
    try await one(
      "SELECT entered_by, name, contact, received_at FROM offline_filing WHERE proposal = \(proposal)"
    ).map {
      OfflineFiling(
        enteredBy: try $0["entered_by"], name: try $0["name"], contact: try $0["contact"],
        receivedAt: try $0["received_at"])
    }
  }
}
