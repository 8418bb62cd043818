import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension QueryRunner {
  /// Accepted proposals with enough support; the most supported thousand.
  func selectionCandidates(atLeast sympathies: Int64) async throws -> [SelectionRule.Candidate] {
    try await query(
      """
      SELECT proposal, sympathies, state_since FROM review
      WHERE state = \(ReviewState.accepted) AND sympathies >= \(sympathies)
      ORDER BY sympathies DESC, state_since, proposal LIMIT 1000
      """
    ).map {
      SelectionRule.Candidate(
        proposal: try $0["proposal"], sympathies: try $0["sympathies"], acceptedAt: try $0["state_since"])
    }
  }

  func selections(since time: Date) async throws -> Int {
    try await one(
      """
      SELECT count(*) AS selections FROM review WHERE state = \(ReviewState.selected) AND state_since >= \(time)
      """)?["selections"] ?? 0
  }

  /// How long pending proposals have waited: their number, and the median in seconds.
  func pendingWait(at now: Date) async throws -> (waiting: Int, seconds: Double) {
    let row = try await one(
      """
      SELECT count(*) AS waiting,
        coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM \(now) - submitted_at)), 0)::float8 AS wait
      FROM review WHERE state = \(ReviewState.pending)
      """)
    return (try row?["waiting"] ?? 0, try row?["wait"] ?? 0)
  }
}
