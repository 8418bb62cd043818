import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = """
  id, case_id, author, text, written_at, hidden_at, hidden_by, hiding_code, hiding_explanation, hiding_confirmed_by,
  proposed_code, proposed_explanation, proposed_by, proposed_at
  """

extension ResultOpinion {
  init(_ row: Row) throws {
    id = try row["id"]
    caseID = try row["case_id"]
    author = try row["author"]
    text = try row["text"]
    writtenAt = try row["written_at"]
    hiding = try row.hiding()
    proposedHiding = try row.proposedHiding()
  }
}

extension Transaction {
  /// Lets of all requests that write in one member's name only one at a time through.
  func lockResultOpinions(of author: CitizenID) async throws {
    try await execute("SELECT pg_advisory_xact_lock(hashtextextended('opinion on results ' || \(author)::text, 0))")
  }

  /// When a member wrote the latest ones, newest first.
  func latestResultOpinions(of author: CitizenID, _ count: Int) async throws -> [Date] {
    try await query(
      "SELECT written_at FROM result_opinion WHERE author = \(author) ORDER BY written_at DESC LIMIT \(count)"
    ).map { try $0["written_at"] }
  }

  /// - Throws: `Problem` 404
  func lockedResultOpinion(_ id: ResultOpinionID) async throws -> ResultOpinion {
    let row = try await one("SELECT \(fragment: columns) FROM result_opinion WHERE id = \(id) FOR UPDATE")
    guard let row else { throw Problem.notFound("There is no opinion \(id).") }
    return try ResultOpinion(row)
  }

  func insert(_ opinion: ResultOpinion) async throws {
    try await execute(
      """
      INSERT INTO result_opinion (id, case_id, author, text, written_at)
      VALUES (\(opinion.id), \(opinion.caseID), \(opinion.author), \(opinion.text), \(opinion.writtenAt))
      """)
  }

  /// Keeps whether it is hidden; nothing else changes.
  func update(_ opinion: ResultOpinion) async throws {
    let (hiding, proposed) = (opinion.hiding, opinion.proposedHiding)
    try await execute(
      """
      UPDATE result_opinion SET hidden_at = \(hiding?.at), hidden_by = \(hiding?.by), hiding_code = \(hiding?.code),
        hiding_explanation = \(hiding?.explanation), hiding_confirmed_by = \(hiding?.confirmedBy),
        proposed_code = \(proposed?.code), proposed_explanation = \(proposed?.explanation),
        proposed_by = \(proposed?.proposedBy), proposed_at = \(proposed?.proposedAt)
      WHERE id = \(opinion.id)
      """)
  }

  /// Newest first, from after the cursor on.
  func resultOpinions(
    on id: CaseID, after cursor: TimeCursor<ResultOpinionKind>?, _ limit: Int
  ) async throws -> [ResultOpinion] {
    let byCursor: Query = cursor.map { "(written_at, id) < (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: columns) FROM result_opinion WHERE case_id = \(id) AND \(fragment: byCursor)
      ORDER BY written_at DESC, id DESC LIMIT \(limit)
      """
    ).map(ResultOpinion.init)
  }

  /// Those whose hiding waits for a second person, longest first.
  func resultOpinionsWithProposedHiding(_ limit: Int) async throws -> [ResultOpinion] {
    try await query(
      """
      SELECT \(fragment: columns) FROM result_opinion WHERE proposed_by IS NOT NULL
      ORDER BY proposed_at, id LIMIT \(limit)
      """
    ).map(ResultOpinion.init)
  }
}
