import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = """
  r.id, r.vote, r.kind, r.code, r.reason, r.condition, r.state, r.listed_yes, r.listed_no, r.proposed_by, r.proposed_at,
  r.decided_by, r.decided_at, r.refusal, r.completed_at, r.yes, r.no
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

  /// Rulings that were confirmed and are not in the log yet, oldest first.
  func rulingsToTell(limit: Int) async throws -> [(ruling: Ruling, proposal: ProposalID)] {
    try await query(
      """
      SELECT \(fragment: columns), v.proposal FROM vote_ruling r JOIN vote v ON v.number = r.vote
      WHERE r.state = \(RulingState.confirmed) AND r.told_at IS NULL ORDER BY r.decided_at, r.id LIMIT \(limit)
      """
    ).map { (try Ruling($0), try $0["proposal"]) }
  }

  /// The ballots of a ruling, in the order of the log, after a place.
  func ballots(
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

  /// The ballots of a vote that a condition means and that are not void; at most `limit`.
  func ballots(
    of vote: Vote, meant condition: BallotCondition.Checked, limit: Int
  ) async throws -> [ListedBallot] {
    guard let origins = condition.origins else {
      return try await ballots(of: vote, condition, from: nil, limit: limit)
    }
    var found: [ListedBallot] = []
    try await self.origins(of: vote.proposal, matching: origins) { page in
      guard found.count < limit else { return }
      found += try await ballots(of: vote, condition, from: page, limit: limit - found.count)
    }
    return found
  }

  /// - Parameter page: origins; nil: whatever they are.
  private func ballots(
    of vote: Vote, _ condition: BallotCondition.Checked, from page: [OriginEntry]?, limit: Int
  ) async throws -> [ListedBallot] {
    // A voter's later ballots have an origin, too: it is that of the ballot that was counted which decides.
    let byOrigin: Query =
      page.map { page in
        """
        JOIN unnest(\(page.map(\.uuid)), \(page.map(\.acceptedAt))) AS o (pseudonym, accepted_ms)
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
    let byMark: Query = condition.isQuarantined.map { "coalesce(m.quarantined, false) = \($0)" } ?? "true"
    return try await query(
      """
      SELECT b.partition, b.log_offset, b.pseudonym, b.yes, coalesce(m.quarantined, false) AS quarantined
      FROM ballot b \(fragment: byOrigin)
      LEFT JOIN (
        SELECT pseudonym, bool_or(kind = 1) AS void, bool_or(kind = 0) AND NOT bool_or(kind = 2) AS quarantined
        FROM ballot_mark WHERE vote = \(vote.number) GROUP BY pseudonym) m ON m.pseudonym = b.pseudonym
      WHERE b.vote = \(vote.number) AND NOT coalesce(m.void, false)
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

  /// Whether a ruling on the vote waits for a second person; the vote's row must be locked.
  func hasProposedRuling(_ vote: Vote) async throws -> Bool {
    try await one(
      "SELECT 1 AS one FROM vote_ruling WHERE vote = \(vote.number) AND state = \(RulingState.proposed)") != nil
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
