import Contracts
import Crypto
import FoundationEssentials
import Postgres
import ServiceKit

extension Transaction {
  /// Draws the consequences of rulings that have been told to every partition in full: a bar may be lost or crossed, and
  /// a result that was written down is written down anew.
  ///
  /// Not before: what half of a ruling does to a bar is nobody's decision.
  func conclude(_ rulings: [RulingID], at now: Date) async throws {
    guard !rulings.isEmpty else { return }
    let told = try await query(
      """
      SELECT ruling, vote FROM ruling_end WHERE ruling = ANY(\(rulings))
      GROUP BY ruling, vote HAVING count(*) = \(Int(Topics.ballots.partitions)) ORDER BY ruling
      """)
    guard !told.isEmpty else { return }
    let done = try await complete(try told.map { try $0["ruling"] }, at: now)
    let votes = try await settled(Array(Set(try told.map { try $0["vote"] as Int32 })).sorted())
    try await publishLosses(of: votes, at: now)
    try await publishCrossings(where: "v.closed_at IS NOT NULL AND v.number = ANY(\(votes))", at: now)
    try await amend(votes, afterNew: done, at: now)
  }

  /// Those of `votes` on which no other ruling has been told in part: its own end has the consequences of both.
  private func settled(_ votes: [Int32]) async throws -> [Int32] {
    try await query(
      """
      SELECT number FROM vote v WHERE number = ANY(\(votes)) AND NOT EXISTS (
        SELECT FROM vote_ruling r WHERE r.vote = v.number AND r.state = 'confirmed' AND r.completed_at IS NULL
          AND (EXISTS (SELECT FROM ballot_mark WHERE ruling = r.id) OR EXISTS (SELECT FROM ruling_end WHERE ruling = r.id)))
      ORDER BY number
      """
    ).map { try $0["number"] }
  }

  /// Notes that rulings are done, with how many ballots, and tells everyone; nothing of those noted before, which are
  /// passed again when the log is counted anew.
  /// - Returns: the votes of those that were not noted before.
  private func complete(_ rulings: [RulingID], at now: Date) async throws -> Set<Int32> {
    let rows = try await query(
      """
      UPDATE vote_ruling r SET completed_at = \(now),
        yes = (SELECT count(*) FROM ballot_mark m WHERE m.ruling = r.id AND m.yes),
        no = (SELECT count(*) FROM ballot_mark m WHERE m.ruling = r.id AND NOT m.yes)
      FROM vote v
      WHERE r.id = ANY(\(rulings)) AND r.completed_at IS NULL AND v.number = r.vote
      RETURNING r.id, r.vote, r.kind, r.code, r.reason, r.proposed_by, r.decided_by, r.decided_at, r.yes, r.no, v.proposal,
        v.rule_hash, v.totals = 'hidden' AND v.closed_at IS NULL AS hidden
      """)
    for row in rows {
      let isHidden: Bool = try row["hidden"]
      try await publish(
        BallotsRuled(
          proposal: try row["proposal"], ruling: try row["id"], kind: try row["kind"], code: try row["code"],
          reason: try row["reason"], yes: isHidden ? nil : try row["yes"], no: isHidden ? nil : try row["no"],
          proposedBy: try row["proposed_by"], confirmedBy: try row["decided_by"],
          confirmedAt: try row["decided_at"], ruleHash: Hex.encode(try row["rule_hash"] as [UInt8])), at: now)
    }
    return Set(try rows.map { try $0["vote"] })
  }

  /// Tells of tasks that were over their bar and are no more.
  private func publishLosses(of votes: [Int32], at now: Date) async throws {
    let rows = try await query(
      """
      WITH lost AS (
        SELECT t.vote, t.crossed_at FROM tally t JOIN vote v ON v.number = t.vote
        WHERE t.vote = ANY(\(votes)) AND t.crossed_at IS NOT NULL AND NOT (\(fragment: carries))
        ORDER BY t.vote FOR UPDATE OF t)
      UPDATE tally t SET crossed_at = NULL, undone_crossing = l.crossed_at
      FROM lost l JOIN vote v ON v.number = l.vote WHERE t.vote = l.vote
      RETURNING v.proposal, v.title, v.yes_bar, v.rule_hash, t.yes, t.no, l.crossed_at
      """)
    for row in rows {
      try await publish(
        VoteBarLost(
          proposal: try row["proposal"], title: try row["title"], yes: try row["yes"], no: try row["no"],
          yesBar: try row["yes_bar"], ruleHash: Hex.encode(try row["rule_hash"] as [UInt8]),
          crossedAt: try row["crossed_at"], lostAt: now), at: now)
    }
  }

  /// Writes the results of those of `votes` down anew that are closed and have changed.
  /// - Parameter new: votes with rulings that are done now. Of the others the results are written down already: the log is
  ///   counted anew.
  private func amend(_ votes: [Int32], afterNew new: Set<Int32>, at now: Date) async throws {
    let rows = try await query(
      """
      UPDATE vote v SET carried = (\(fragment: carries)) FROM tally t
      WHERE t.vote = v.number AND v.number = ANY(\(votes)) AND v.closed_at IS NOT NULL
      RETURNING v.number, v.yes_bar, v.closed_at
      """)
    for row in rows {
      let number: Int32 = try row["number"]
      guard new.contains(number) else { continue }
      let former = try await newestResult(of: number)
      var result = try await result(of: number, closedAt: try row["closed_at"])
      if let former, former.result.hasSameNumbers(as: result) { continue }
      // Later than the one before, whatever the clocks of two counters say: others order amendments by their times.
      let time = max(now, former?.result.amendment.map { $0.at.addingTimeInterval(0.001) } ?? now).wholeMilliseconds
      result.amendment = VoteResult.Amendment(of: former.map { Hex.encode($0.hash) }, at: time)
      let kept = try await keep(result, of: number, edition: (former?.edition ?? 0) + 1)
      try await publish(
        VoteResultAmended(
          proposal: result.proposal, yes: result.yes, no: result.no, yesBar: try row["yes_bar"],
          carried: result.carried, ruleHash: result.ruleHash, shortfalls: result.shortfalls,
          resultHash: Hex.encode(kept.hash), formerResultHash: result.amendment?.of, amendedAt: time), at: now)
    }
  }
}
