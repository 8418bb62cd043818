import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = """
  r.id, r.vote, r.kind, r.code, r.reason, r.condition, r.state, r.listed_yes, r.listed_no, r.proposed_by, r.proposed_at,
  r.decided_by, r.decided_at, r.refusal, r.completed_at, r.yes, r.no
  """

/// Of a vote `v`: it does not close while a ruling is being told, since its result would be that of half a ruling. A
/// closing record that is written late costs nothing.
let hasNoRulingOnItsWay: Query = """
  NOT EXISTS (SELECT FROM vote_ruling r
    WHERE r.vote = v.number AND r.state = \(RulingState.confirmed) AND r.told_at IS NULL)
  """

extension Ruling {
  init(_ row: Row) throws {
    id = try row["id"]
    vote = try row["vote"]
    kind = try row["kind"]
    code = try row["code"]
    reason = try row["reason"]
    condition = try JSON.decode(from: Array((try row["condition"] as String).utf8))
    completedAt = try row["completed_at"]
    state = try completedAt == nil ? row["state"] : .complete
    listedYes = try row["listed_yes"]
    listedNo = try row["listed_no"]
    proposedBy = try row["proposed_by"]
    proposedAt = try row["proposed_at"]
    decidedBy = try row["decided_by"]
    decidedAt = try row["decided_at"]
    refusal = try row["refusal"]
    yes = try row["yes"]
    no = try row["no"]
  }
}

extension RulingState: PostgresEncodable, PostgresDecodable {}

extension Database {
  /// The rulings on a vote, newest first, before a place in that order.
  /// - Parameter all: those that nobody has confirmed, too.
  func rulings(
    on vote: Vote, all: Bool, before place: TimeCursor<Kinds.Ruling>?, _ limit: Int
  ) async throws -> [Ruling] {
    let byState: Query = all ? "true" : "r.state = 'confirmed'"
    let byPlace: Query = place.map { "(r.proposed_at, r.id) < (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: columns) FROM vote_ruling r
      WHERE r.vote = \(vote.number) AND \(fragment: byState) AND \(fragment: byPlace)
      ORDER BY r.proposed_at DESC, r.id DESC LIMIT \(limit)
      """
    ).map(Ruling.init)
  }

  /// Rulings that were confirmed and are not in the log yet, oldest first; not of votes that are closing, whose result
  /// must not be that of half a ruling.
  func rulingsToTell(limit: Int) async throws -> [(ruling: Ruling, proposal: ProposalID)] {
    try await query(
      """
      SELECT \(fragment: columns), v.proposal FROM vote_ruling r JOIN vote v ON v.number = r.vote
      WHERE r.state = \(RulingState.confirmed) AND r.told_at IS NULL AND v.state <> \(VoteState.closing)
      ORDER BY r.decided_at, r.id LIMIT \(limit)
      """
    ).map { (try Ruling($0), try $0["proposal"]) }
  }

  /// The ballots of a ruling, in the order of the log, after a place.
  func ruledBallots(
    of ruling: Ruling, after place: (partition: Int16, offset: Int64), limit: Int
  ) async throws -> [(partition: Int16, offset: Int64, pseudonym: UUID)] {
    try await query(
      """
      SELECT partition, log_offset, pseudonym FROM ruled_ballot
      WHERE ruling = \(ruling.id) AND (partition, log_offset) > (\(place.partition), \(place.offset))
      ORDER BY partition, log_offset LIMIT \(limit)
      """
    ).map { (try $0["partition"], try $0["log_offset"], try $0["pseudonym"]) }
  }

  func markTold(_ ruling: Ruling, at now: Date) async throws {
    try await execute("UPDATE vote_ruling SET told_at = \(now) WHERE id = \(ruling.id)")
  }

  /// Empties the origins in conditions of rulings before a time: that one was asked for stays.
  func forgetOriginsOfRulings(before time: Date) async throws {
    try await execute(
      """
      UPDATE vote_ruling SET condition = jsonb_set(condition::jsonb, '{origin}', '""')::text
      WHERE proposed_at < \(time) AND condition::jsonb ->> 'origin' <> ''
      """)
  }

  /// The ballots of a vote that a condition means and that are not void; at most `limit`.
  func ballotsMeant(
    of vote: Vote, by condition: BallotCondition.Checked, limit: Int
  ) async throws -> [ListedBallot] {
    guard let origins = condition.origins else {
      return try await ballots(of: vote, condition, from: nil, limit: limit)
    }
    // Who sends two ballots within a millisecond has two origins of that time, on two pages perhaps, and one ballot.
    var found = Set<ListedBallot>()
    try await self.origins(of: vote.proposal, matching: origins) { page in
      guard found.count < limit else { return }
      found.formUnion(try await ballots(of: vote, condition, from: page, limit: limit))
    }
    return Array(found)
  }

  /// - Parameter page: origins; nil: whatever they are.
  private func ballots(
    of vote: Vote, _ condition: BallotCondition.Checked, from page: [OriginEntry]?, limit: Int
  ) async throws -> [ListedBallot] {
    // A voter's later ballots have an origin, too: it is that of the ballot that was counted which decides.
    let byOrigin: Query =
      page.map { page in
        """
        JOIN (
          SELECT DISTINCT * FROM unnest(\(page.map(\.uuid)), \(page.map(\.acceptedAt))) AS o (pseudonym, accepted_ms)) o
          ON o.pseudonym = b.pseudonym AND o.accepted_ms = b.accepted_ms
        """
      } ?? ""
    let byTime: Query =
      condition.accepted.map { "b.accepted_ms >= \($0.lowerBound) AND b.accepted_ms < \($0.upperBound)" } ?? "true"
    let byPlace: Query =
      condition.places.map { places in
        """
        (b.partition, b.log_offset) IN (SELECT * FROM unnest(\(places.map(\.partition)), \(places.map(\.offset))))
        """
      } ?? "true"
    let byMark: Query = condition.isQuarantined.map { "\(fragment: BallotMark.isQuarantined) = \($0)" } ?? "true"
    return try await query(
      """
      SELECT b.partition, b.log_offset, b.pseudonym, b.yes, \(fragment: BallotMark.isQuarantined) AS quarantined
      FROM ballot b \(fragment: byOrigin) \(fragment: BallotMark.join)
      WHERE b.vote = \(vote.number) AND NOT \(fragment: BallotMark.isVoid)
        AND \(fragment: byTime) AND \(fragment: byPlace) AND \(fragment: byMark)
      LIMIT \(limit)
      """
    ).map {
      ListedBallot(
        partition: try $0["partition"], offset: try $0["log_offset"], pseudonym: try $0["pseudonym"],
        isYes: try $0["yes"], isQuarantined: try $0["quarantined"])
    }
  }
}

extension Transaction {
  func ruling(_ id: RulingID, on vote: Vote) async throws -> Ruling? {
    try await one(
      "SELECT \(fragment: columns) FROM vote_ruling r WHERE r.id = \(id) AND r.vote = \(vote.number) FOR UPDATE"
    ).map(Ruling.init)
  }

  func insert(_ ruling: Ruling, over ballots: [ListedBallot]) async throws {
    try await execute(
      """
      INSERT INTO vote_ruling (id, vote, kind, code, reason, condition, state, listed_yes, listed_no, proposed_by,
        proposed_at)
      VALUES (\(ruling.id), \(ruling.vote), \(ruling.kind), \(ruling.code), \(ruling.reason),
        \(String(decoding: try JSON.encode(ruling.condition), as: UTF8.self)), \(ruling.state), \(ruling.listedYes),
        \(ruling.listedNo), \(ruling.proposedBy), \(ruling.proposedAt))
      """)
    for start in stride(from: 0, to: ballots.count, by: 10_000) {
      let part = ballots[start..<min(start + 10_000, ballots.count)]
      try await execute(
        """
        INSERT INTO ruled_ballot (ruling, partition, log_offset, pseudonym)
        SELECT \(ruling.id), * FROM unnest(\(part.map(\.partition)), \(part.map(\.offset)), \(part.map(\.pseudonym)))
        """)
    }
  }

  func update(_ ruling: Ruling) async throws {
    try await execute(
      """
      UPDATE vote_ruling SET state = \(ruling.state), decided_by = \(ruling.decidedBy),
        decided_at = \(ruling.decidedAt), refusal = \(ruling.refusal)
      WHERE id = \(ruling.id)
      """)
  }
}
