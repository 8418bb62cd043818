import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension RatingSubject: PostgresEncodable, PostgresDecodable {}

private let columns: Query = """
  id, case_id, subject, score, reason, rated_at, changed_at, hidden_at, hidden_by, hiding_code, hiding_explanation,
  hiding_confirmed_by, proposed_code, proposed_explanation, proposed_by, proposed_at
  """

extension Rating {
  init(_ row: Row) throws {
    id = try row["id"]
    caseID = try row["case_id"]
    subject = try row["subject"]
    score = Int(try row["score"] as Int32)
    reason = try row["reason"]
    ratedAt = try row["rated_at"]
    changedAt = try row["changed_at"]
    hiding = try row.hiding()
    proposedHiding = try row.proposedHiding()
  }
}

extension Transaction {
  /// One a citizen, held by the unique key: the next takes the place of the one before, and a hiding that was only proposed falls
  /// with the text that it was about.
  /// - Returns: nil when its reason is hidden; then nothing is changed.
  func rate(
    _ id: CaseID, _ subject: RatingSubject, of ministry: String, _ draft: RatingDraft, by citizen: CitizenID,
    at now: Date
  ) async throws -> Rating? {
    try await one(
      """
      INSERT INTO rating (id, case_id, subject, citizen, ministry, score, reason, rated_at, changed_at)
      VALUES (\(RatingID()), \(id), \(subject), \(citizen), \(ministry), \(Int32(draft.score)), \(draft.reason), \(now),
        \(now))
      ON CONFLICT ON CONSTRAINT one_rating_a_citizen DO UPDATE SET
        ministry = EXCLUDED.ministry, score = EXCLUDED.score, reason = EXCLUDED.reason, changed_at = EXCLUDED.changed_at,
        proposed_code = NULL, proposed_explanation = NULL, proposed_by = NULL, proposed_at = NULL
      WHERE rating.hidden_at IS NULL
      RETURNING \(fragment: columns)
      """
    ).map(Rating.init)
  }

  /// - Throws: `Problem` 404
  func lockedRating(_ id: RatingID) async throws -> Rating {
    guard let row = try await one("SELECT \(fragment: columns) FROM rating WHERE id = \(id) FOR UPDATE") else {
      throw Problem.notFound("There is no rating \(id).")
    }
    return try Rating(row)
  }

  /// Keeps whether its reason is hidden; nobody but the citizen changes the rest.
  func update(_ rating: Rating) async throws {
    let (hiding, proposed) = (rating.hiding, rating.proposedHiding)
    try await execute(
      """
      UPDATE rating SET hidden_at = \(hiding?.at), hidden_by = \(hiding?.by), hiding_code = \(hiding?.code),
        hiding_explanation = \(hiding?.explanation), hiding_confirmed_by = \(hiding?.confirmedBy),
        proposed_code = \(proposed?.code), proposed_explanation = \(proposed?.explanation),
        proposed_by = \(proposed?.proposedBy), proposed_at = \(proposed?.proposedAt)
      WHERE id = \(rating.id)
      """)
  }

  /// Newest first, from after the cursor on.
  func ratings(
    of id: CaseID, _ subject: RatingSubject?, after cursor: TimeCursor<RatingKind>?, _ limit: Int
  ) async throws -> [Rating] {
    let bySubject: Query = subject.map { "subject = \($0)" } ?? "true"
    let byCursor: Query = cursor.map { "(rated_at, id) < (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: columns) FROM rating
      WHERE case_id = \(id) AND \(fragment: bySubject) AND \(fragment: byCursor)
      ORDER BY rated_at DESC, id DESC LIMIT \(limit)
      """
    ).map(Rating.init)
  }

  /// Those whose hiding waits for a second person, longest first.
  func ratingsWithProposedHiding(_ limit: Int) async throws -> [Rating] {
    try await query(
      "SELECT \(fragment: columns) FROM rating WHERE proposed_by IS NOT NULL ORDER BY proposed_at, id LIMIT \(limit)"
    ).map(Rating.init)
  }

  /// How often each score was given, those with hidden reasons included.
  func ratingCounts(_ condition: Query) async throws -> [RatingSubject: RatingCounts] {
    let rows = try await query(
      "SELECT subject, score, count(*) AS number FROM rating WHERE \(fragment: condition) GROUP BY subject, score")
    return try rows.reduce(into: [:]) { counts, row in
      counts[try row["subject"], default: RatingCounts()].add(try row["number"], of: Int(try row["score"] as Int32))
    }
  }

  /// - Throws: `Problem` 404
  func requireCase(_ id: CaseID) async throws {
    let found = try await one("SELECT EXISTS (SELECT FROM referral_case WHERE id = \(id)) AS found")
    guard try found?["found"] == true else { throw Problem.noCase(id) }
  }
}
