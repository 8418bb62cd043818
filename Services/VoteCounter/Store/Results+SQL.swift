import Contracts
import Crypto
import FoundationEssentials
import Postgres
import ServiceKit

extension Transaction {
  /// Ends the votes of `numbers` whose closing every partition has passed: their numbers are final, and so is the
  /// document that says so.
  func close(_ numbers: [Int32], at now: Date) async throws {
    guard !numbers.isEmpty else { return }
    let rows = try await query(
      """
      UPDATE vote v SET state = 'closed', closed_at = \(now), carried = (\(fragment: carries)) FROM tally t
      WHERE t.vote = v.number AND v.number = ANY(\(numbers)) AND v.closed_at IS NULL
        AND (SELECT count(*) FROM ballot_control c WHERE c.vote = v.number AND c.action = 2)
          = \(Int(Topics.ballots.partitions))
      RETURNING v.number, v.yes_bar
      """)
    guard !rows.isEmpty else { return }
    let closed = try rows.map { try $0["number"] as Int32 }
    try await publishCrossings(where: "v.number = ANY(\(closed))", at: now)
    for row in rows {
      let number: Int32 = try row["number"]
      let result = try await result(of: number, closedAt: now)
      let kept = try await keep(result, of: number, edition: 1)
      try await publish(
        VoteClosed(
          proposal: kept.result.proposal, yes: kept.result.yes, no: kept.result.no, yesBar: try row["yes_bar"],
          carried: kept.result.carried, ruleHash: kept.result.ruleHash, closedAt: kept.result.closedAt,
          shortfalls: kept.result.shortfalls, resultHash: Hex.encode(kept.hash)), at: now)
    }
  }

  /// A result as it was written down.
  struct KeptResult {
    let edition: Int32
    let result: VoteResult
    /// SHA-256 of its document.
    let hash: [UInt8]

    init(_ row: Row) throws {
      edition = try row["edition"]
      result = try JSON.decode(from: row["document"] as [UInt8])
      hash = try row["hash"]
    }
  }

  /// Writes a result down, if there is none of this edition: when the log is counted anew, the one that everybody has read
  /// stays.
  func keep(_ result: VoteResult, of number: Int32, edition: Int32) async throws -> KeptResult {
    let document = try result.canonicalJSON()
    let row = try await one(
      """
      WITH new AS (
        INSERT INTO vote_result (vote, edition, document, hash) VALUES (\(number), \(edition), \(document), \(sha256(document)))
        ON CONFLICT DO NOTHING RETURNING edition, document, hash)
      SELECT * FROM new
      UNION ALL SELECT edition, document, hash FROM vote_result WHERE vote = \(number) AND edition = \(edition)
      LIMIT 1
      """)
    guard let row else { throw Problem.internalError }
    return try KeptResult(row)
  }

  /// The last edition; nil: none is written down.
  func newestResult(of number: Int32) async throws -> KeptResult? {
    try await one(
      "SELECT edition, document, hash FROM vote_result WHERE vote = \(number) ORDER BY edition DESC LIMIT 1"
    ).map(KeptResult.init)
  }

  /// The result as of now.
  func result(of number: Int32, closedAt: Date) async throws -> VoteResult {
    let row = try await one(
      """
      SELECT v.proposal, v.title, v.rule, v.rule_hash, v.opened_at, coalesce(v.ends_at, v.closes_at) AS ends_at,
        t.yes, t.no, t.void, t.quarantined, t.crossed_at
      FROM vote v JOIN tally t ON t.vote = v.number WHERE v.number = \(number)
      """)
    guard let row else { throw Problem.internalError }
    let changes = try await query(
      """
      SELECT kind, reason, at, closes_at FROM vote_change
      WHERE vote = \(number) AND made_at IS NOT NULL ORDER BY number
      """)
    let partitions = try await query(
      """
      SELECT o.partition, o.log_offset AS opened, c.log_offset AS closed FROM ballot_control o
      JOIN ballot_control c ON c.vote = o.vote AND c.partition = o.partition AND c.action = 2
      WHERE o.vote = \(number) AND o.action = 1 ORDER BY o.partition
      """)
    return VoteResult(
      proposal: try row["proposal"], title: try row["title"],
      rule: try JSON.decode(from: Array((try row["rule"] as String).utf8)),
      ruleHash: Hex.encode(try row["rule_hash"] as [UInt8]), yes: try row["yes"], no: try row["no"],
      void: try row["void"], quarantined: try row["quarantined"],
      openedAt: try row["opened_at"], closesAt: try row["ends_at"], closedAt: closedAt,
      crossedAt: try row["crossed_at"],
      changes: try changes.map {
        VoteResult.Change(
          kind: try $0["kind"], reason: try $0["reason"], at: try $0["at"], closesAt: try $0["closes_at"])
      },
      counted: try partitions.map {
        VoteResult.Partition(partition: try $0["partition"], openedAt: try $0["opened"], closedAt: try $0["closed"])
      })
  }
}
