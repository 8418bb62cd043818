import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Transaction {
  /// Once a citizen, held by the primary key; the second time changes nothing.
  func giveSympathy(to proposal: ProposalID, by citizen: CitizenID, at time: Date) async throws {
    try await execute(
      """
      WITH given AS (
        INSERT INTO sympathy (proposal, citizen, given_at) VALUES (\(proposal), \(citizen), \(time))
        ON CONFLICT DO NOTHING RETURNING proposal)
      INSERT INTO sympathy_change (proposal, change) SELECT proposal, 1 FROM given
      """)
  }

  func takeSympathyBack(from proposal: ProposalID, by citizen: CitizenID) async throws {
    try await execute(
      """
      WITH taken AS (
        DELETE FROM sympathy WHERE proposal = \(proposal) AND citizen = \(citizen) RETURNING proposal)
      INSERT INTO sympathy_change (proposal, change) SELECT proposal, -1 FROM taken
      """)
  }

  /// How many support the proposal, and whether this citizen does, and was among those who brought it before the Support Unit.
  func sympathy(
    for proposal: ProposalID, of citizen: CitizenID
  ) async throws -> (sympathies: Int64, given: Bool, supporter: Bool) {
    let row = try await one(
      """
      SELECT sympathies_of(\(proposal)) AS sympathies,
        EXISTS (SELECT FROM sympathy WHERE proposal = \(proposal) AND citizen = \(citizen)) AS given,
        EXISTS (SELECT FROM supporter WHERE proposal = \(proposal) AND citizen = \(citizen)) AS supporter
      """)
    return (try row?["sympathies"] ?? 0, try row?["given"] ?? false, try row?["supporter"] ?? false)
  }

  /// Adds up the changes since the last time.
  /// - Returns: the proposals with another number than before.
  func countSympathies(at time: Date) async throws -> [SympathyCounted] {
    try await query(
      """
      WITH taken AS (DELETE FROM sympathy_change RETURNING proposal, change),
      changed AS (SELECT proposal, sum(change) AS change FROM taken GROUP BY proposal HAVING sum(change) <> 0)
      UPDATE sympathy_count SET sympathies = sympathies + change FROM changed
      WHERE sympathy_count.proposal = changed.proposal
      RETURNING sympathy_count.proposal, sympathies
      """
    ).map { row in
      SympathyCounted(proposal: try row["proposal"], sympathies: try row["sympathies"], countedAt: time)
    }
  }
}

extension Database {
  /// Most supported first, by the number as it was last added up; from after the cursor on.
  func proposals(in state: TaskState?, after cursor: SympathyCursor?, _ limit: Int) async throws
    -> [(proposal: Proposal, cursor: SympathyCursor)]
  {
    let byState: Query = state.map { "state = \($0)" } ?? "true"
    let byCursor: Query =
      cursor.map { "(counted.sympathies, counted.proposal) < (\($0.sympathies), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: Proposal.allColumns), counted.sympathies AS counted
      FROM sympathy_count AS counted JOIN proposal ON id = counted.proposal
      WHERE submitted_at IS NOT NULL AND \(fragment: byState) AND \(fragment: byCursor)
      ORDER BY counted.sympathies DESC, counted.proposal DESC LIMIT \(limit)
      """
    ).map { row in
      let proposal = try Proposal(row)
      return (proposal, SympathyCursor(try row["counted"], proposal.id))
    }
  }
}
