import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension ResultOpinion: StoredCaseText {
  static let table: Query = "result_opinion"
  static let columns: Query = """
    id, case_id, author, text, written_at, hidden_at, hidden_by, hiding_code, hiding_explanation, hiding_confirmed_by,
    proposed_code, proposed_explanation, proposed_by, proposed_at
    """

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

  func insert(_ opinion: ResultOpinion) async throws {
    try await execute(
      """
      INSERT INTO result_opinion (id, case_id, author, text, written_at)
      VALUES (\(opinion.id), \(opinion.caseID), \(opinion.author), \(opinion.text), \(opinion.writtenAt))
      """)
  }

  /// Newest first, from after the cursor on.
  func resultOpinions(
    on id: CaseID, after cursor: TimeCursor<ResultOpinionKind>?, _ limit: Int
  ) async throws -> [ResultOpinion] {
    let byCursor: Query = cursor.map { "(written_at, id) < (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: ResultOpinion.columns) FROM result_opinion WHERE case_id = \(id) AND \(fragment: byCursor)
      ORDER BY written_at DESC, id DESC LIMIT \(limit)
      """
    ).map(ResultOpinion.init)
  }

}
