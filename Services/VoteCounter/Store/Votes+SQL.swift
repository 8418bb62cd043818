import Contracts
import Crypto
import FoundationEssentials
import Postgres
import ServiceKit

extension QueryRunner {
  /// How the votes on `proposals` stand in every partition, as of the last batch of its owner.
  func standings(of proposals: [UInt128]) async throws -> [UInt128: VoteStanding] {
    let rows = try await query(
      """
      SELECT v.number, v.proposal, v.rule_hash, v.closes_at, coalesce(c.opened, 0) AS opened,
        coalesce(c.closed, 0) AS closed
      FROM vote v CROSS JOIN LATERAL (
        SELECT bit_or(1::bigint << partition) FILTER (WHERE action = 1) AS opened,
          bit_or(1::bigint << partition) FILTER (WHERE action = 2) AS closed
        FROM ballot_control WHERE vote = v.number) c
      WHERE v.proposal = ANY(\(proposals.map(ProposalKey.init)))
      """)
    let standings = try rows.map { row in
      let proposal: ProposalID = try row["proposal"]
      let closesAt: Date = try row["closes_at"]
      let opened: Int64 = try row["opened"]
      let closed: Int64 = try row["closed"]
      return (
        UInt128(proposal),
        VoteStanding(
          number: try row["number"], ruleHash: try row["rule_hash"], closesAt: closesAt.milliseconds,
          opened: PartitionSet(bits: UInt64(bitPattern: opened)), closed: PartitionSet(bits: UInt64(bitPattern: closed))
        )
      )
    }
    var found = Dictionary(standings) { first, _ in first }
    try await passChanges(&found)
    return found
  }

  /// Takes the standings over the changes of the schedule that their partitions have passed.
  private func passChanges(_ standings: inout [UInt128: VoteStanding]) async throws {
    let places = Dictionary(standings.map { ($0.value.number, $0.key) }) { first, _ in first }
    let rows = try await query(
      """
      SELECT vote, partition, number, kind, at_ms, closes_ms FROM ballot_schedule
      WHERE vote = ANY(\(Array(places.keys))) ORDER BY vote, partition, number
      """)
    for row in rows {
      let raw: Int16 = try row["kind"]
      guard let place = places[try row["vote"]], let kind = ScheduleChange.Kind(rawValue: UInt8(clamping: raw)) else {
        continue
      }
      let change = ScheduleChange(kind, number: try row["number"], closesAt: try row["closes_ms"])
      try standings[place]?.pass(change, from: row["at_ms"], in: row["partition"])
    }
  }
}

/// A proposal's identifier as the ballots' log has it.
private struct ProposalKey: PostgresEncodable {
  let value: UInt128

  static let postgresType = PostgresType.uuid

  func encode(into buffer: inout PostgresBuffer) { buffer.append(value) }
}

extension UInt128 {
  /// The 16 bytes of an identifier as a number.
  init(_ id: ProposalID) { self = id.bytes.reduce(0) { $0 << 8 | UInt128($1) } }
}

/// `VoteRule.isCarried` in SQL, of a tally `t` and its vote `v`.
let carries: Query = """
  t.yes > v.yes_bar AND t.yes + t.no >= v.minimum_turnout AND (NOT v.majority OR t.yes > t.no)
  """

extension Transaction {
  /// Holds the rows of votes that are about to close, so that of two counters with the last partitions one comes second
  /// and sees all.
  func lockVotes(_ numbers: [Int32]) async throws {
    guard !numbers.isEmpty else { return }
    _ = try await query(
      "SELECT number FROM vote WHERE number = ANY(\(Array(Set(numbers)))) ORDER BY number FOR NO KEY UPDATE")
  }

  func insert(controls: [BallotBatch.Control]) async throws {
    guard !controls.isEmpty else { return }
    let rows = controls.sorted { ($0.vote, $0.partition) < ($1.vote, $1.partition) }
    try await execute(
      """
      INSERT INTO ballot_control (vote, action, partition, log_offset)
      SELECT * FROM unnest(\(rows.map(\.vote)), \(rows.map { Int16($0.action.rawValue) }), \(rows.map(\.partition)),
        \(rows.map(\.offset)))
      ON CONFLICT DO NOTHING
      """)
  }

  func insert(changes: [BallotBatch.Change]) async throws {
    guard !changes.isEmpty else { return }
    let rows = changes.sorted {
      ($0.vote, $0.partition, $0.change.number) < ($1.vote, $1.partition, $1.change.number)
    }
    try await execute(
      """
      INSERT INTO ballot_schedule (vote, partition, number, kind, at_ms, closes_ms, log_offset)
      SELECT * FROM unnest(\(rows.map(\.vote)), \(rows.map(\.partition)), \(rows.map(\.change.number)),
        \(rows.map { Int16($0.change.kind.rawValue) }), \(rows.map(\.time)), \(rows.map(\.change.closesAt)),
        \(rows.map(\.offset)))
      ON CONFLICT DO NOTHING
      """)
  }

  /// Sends tasks over their bar to the Committee, where the rule says at once. The tally's row is locked by this
  /// transaction, so of all that add to it exactly one sees the crossing.
  func publishCrossings(of votes: [Int32], at now: Date) async throws {
    guard !votes.isEmpty else { return }
    try await publishCrossings(
      where: "v.referral = 'at-once' AND v.closed_at IS NULL AND v.number = ANY(\(votes))", at: now)
  }

  func publishCrossings(where condition: Query, at now: Date) async throws {
    let rows = try await query(
      """
      UPDATE tally t SET crossed_at = greatest(\(now), t.undone_crossing + interval '1 millisecond') FROM vote v
      WHERE v.number = t.vote AND t.crossed_at IS NULL AND \(fragment: carries) AND \(fragment: condition)
      RETURNING v.proposal, v.title, v.category, v.yes_bar, v.rule_hash, t.yes, t.no, t.crossed_at
      """)
    for row in rows {
      try await publish(
        VoteBarCrossed(
          proposal: try row["proposal"], title: try row["title"], category: try row["category"], yes: try row["yes"],
          no: try row["no"], yesBar: try row["yes_bar"], ruleHash: Hex.encode(try row["rule_hash"] as [UInt8]),
          crossedAt: try row["crossed_at"]),
        at: now)
    }
  }
}
