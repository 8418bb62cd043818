import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension FlagReason: PostgresEncodable, PostgresDecodable {}

extension Transaction {
  /// When a citizen flagged something since `time`, oldest first. Of all requests of one citizen only one at a time comes
  /// past here.
  func flagTimes(of citizen: CitizenID, since time: Date) async throws -> [Date] {
    _ = try await query("SELECT pg_advisory_xact_lock(hashtextextended('flags ' || \(citizen)::text, 0))")
    return try await query(
      "SELECT flagged_at FROM flag WHERE citizen = \(citizen) AND flagged_at > \(time) ORDER BY flagged_at"
    ).map { try $0["flagged_at"] }
  }

  /// - Returns: whether it is the citizen's first for this proposal; another changes nothing.
  func insertFlag(_ reason: FlagReason, on proposal: ProposalID, by citizen: CitizenID, at now: Date) async throws
    -> Bool
  {
    try await execute(
      """
      INSERT INTO flag (proposal, citizen, reason, flagged_at) VALUES (\(proposal), \(citizen), \(reason), \(now))
      ON CONFLICT DO NOTHING
      """) == 1
  }
}

extension QueryRunner {
  /// How many flagged a proposal for each reason, all that were ever.
  func flagCounts(of proposal: ProposalID) async throws -> [FlagReason: Int] {
    let rows = try await query(
      "SELECT reason, count(*) AS flags FROM flag WHERE proposal = \(proposal) GROUP BY reason")
    return try Dictionary(rows.map { (try $0["reason"], try $0["flags"]) }) { $0 + $1 }
  }
}
