import FoundationEssentials
import Postgres

extension Database {
  /// How to learn who has voted in the partitions, newest votes first.
  /// - Parameter limit: bytes of memory at most.
  func voterPlan(partitions: PartitionSet, limit: Int) async throws -> VoterPlan {
    let rows = try await query(
      """
      SELECT t.vote, b.ballots FROM tally t JOIN vote v ON v.number = t.vote
      CROSS JOIN LATERAL (SELECT t.yes + t.no + t.void + t.quarantined AS ballots) b
      WHERE v.closed_at IS NULL AND b.ballots > 0 ORDER BY t.vote DESC
      """)
    return VoterPlan(try rows.map { (try $0["vote"], try $0["ballots"]) }, partitions: partitions, limit: limit)
  }

  /// The voters of a portion, 16 bytes of pseudonym each.
  func voters(_ portion: VoterPlan.Portion) async throws -> [UInt8] {
    // One value of many pseudonyms: a row each would cost more than the reading does. Nothing but the key's columns is
    // asked for, so the table itself is hardly read.
    let row = try await one(
      """
      SELECT string_agg(uuid_send(pseudonym), ''::bytea) AS pseudonyms FROM ballot
      WHERE vote = ANY(\(portion.votes))
        AND pseudonym BETWEEN \(portion.pseudonyms.lowerBound) AND \(portion.pseudonyms.upperBound)
      """)
    return try row?["pseudonyms"] ?? []
  }
}
