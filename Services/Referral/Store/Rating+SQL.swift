import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Rating: StoredCaseText {
  static let table: Query = "rating"
  static let columns: Query = """
    id, case_id, subject, score, reason, rated_at, changed_at, hidden_at, hidden_by, hiding_code, hiding_explanation,
    hiding_confirmed_by, proposed_code, proposed_explanation, proposed_by, proposed_at
    """

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
    let row = try await one(
      """
      INSERT INTO rating (id, case_id, subject, citizen, ministry, score, reason, rated_at, changed_at)
      VALUES (\(RatingID()), \(id), \(subject), \(citizen), \(ministry), \(Int32(draft.score)), \(draft.reason), \(now),
        \(now))
      ON CONFLICT ON CONSTRAINT one_rating_a_citizen DO UPDATE SET
        ministry = EXCLUDED.ministry, score = EXCLUDED.score, reason = EXCLUDED.reason, changed_at = EXCLUDED.changed_at,
        proposed_code = NULL, proposed_explanation = NULL, proposed_by = NULL, proposed_at = NULL
      WHERE rating.hidden_at IS NULL
      RETURNING \(fragment: Rating.columns)
      """)
    guard let row else { return nil }
    try await execute("INSERT INTO rating_change (case_id, subject) VALUES (\(id), \(subject))")
    return try Rating(row)
  }

  /// Newest first, from after the cursor on.
  func ratings(
    of id: CaseID, _ subject: RatingSubject?, after cursor: TimeCursor<RatingKind>?, _ limit: Int
  ) async throws -> [Rating] {
    let bySubject: Query = subject.map { "subject = \($0)" } ?? "true"
    let byCursor: Query = cursor.map { "(rated_at, id) < (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: Rating.columns) FROM rating
      WHERE case_id = \(id) AND \(fragment: bySubject) AND \(fragment: byCursor)
      ORDER BY rated_at DESC, id DESC LIMIT \(limit)
      """
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

  /// Adds up how a result is rated, and keeps what is told of that.
  ///
  /// A rating that commits between the two statements is counted here, and its change counts again to no difference.
  /// - Returns: for each ministry, if it differs from what was told last.
  func countRatings(of result: RatedResult, at now: Date) async throws -> [RatedResult.Counted] {
    try await execute(
      "DELETE FROM rating_change WHERE case_id = \(result.caseID) AND subject = \(result.subject)")
    return try await query(
      """
      WITH given AS (
        SELECT ministry, score FROM rating WHERE case_id = \(result.caseID) AND subject = \(result.subject)
        -- Whoever was rated before, and is not any more.
        UNION ALL
        SELECT ministry, NULL FROM told_ratings WHERE case_id = \(result.caseID) AND subject = \(result.subject))
      INSERT INTO told_ratings (case_id, subject, ministry, distribution, told_at)
      SELECT \(result.caseID), \(result.subject), ministry,
        ARRAY[count(*) FILTER (WHERE score = 1), count(*) FILTER (WHERE score = 2), count(*) FILTER (WHERE score = 3),
          count(*) FILTER (WHERE score = 4), count(*) FILTER (WHERE score = 5)], \(now)
      FROM given GROUP BY ministry
      ON CONFLICT (case_id, subject, ministry) DO UPDATE
        SET distribution = EXCLUDED.distribution, told_at = EXCLUDED.told_at
        WHERE told_ratings.distribution <> EXCLUDED.distribution
      RETURNING ministry, distribution
      """
    ).map { row in
      RatedResult.Counted(
        subject: result.subject, ministry: try row["ministry"], distribution: try row["distribution"])
    }.sorted { $0.ministry < $1.ministry }
  }

  /// - Throws: `Problem` 404
  func requireCase(_ id: CaseID) async throws {
    let found = try await one("SELECT EXISTS (SELECT FROM referral_case WHERE id = \(id)) AS found")
    guard try found?["found"] == true else { throw Problem.noCase(id) }
  }
}

extension Database {
  /// Answers and implementations that were rated since something was last told of them, which was before a moment.
  func resultsRatedAnew(since moment: Date, _ limit: Int) async throws -> [RatedResult] {
    try await query(
      """
      SELECT DISTINCT case_id, subject FROM rating_change
      WHERE NOT EXISTS (
        SELECT FROM told_ratings
        WHERE told_ratings.case_id = rating_change.case_id AND told_ratings.subject = rating_change.subject
          AND told_at >= \(moment))
      LIMIT \(limit)
      """
    ).map { RatedResult(caseID: try $0["case_id"], subject: try $0["subject"]) }
  }
}
