import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = """
  id, proposal, answers_to, side, author, text, written_at, hidden_at, hidden_by, hiding_code, hiding_explanation,
  hiding_confirmed_by, proposed_code, proposed_explanation, proposed_by, proposed_at, deleted_at,
  (SELECT count(*) FROM opinion AS answer WHERE answer.answers_to = opinion.id AND answer.deleted_at IS NULL) AS answers
  """

extension Opinion {
  init(_ row: Row) throws {
    id = try row["id"]
    proposal = try row["proposal"]
    answersTo = try row["answers_to"]
    side = try row["side"]
    author = try row["author"]
    text = try row["text"]
    writtenAt = try row["written_at"]
    deletedAt = try row["deleted_at"]
    answers = try row["answers"]
    hiding = try row.hiding()
    proposedHiding = try row.proposedHiding()
  }
}

extension Opinion.Side: PostgresEncodable, PostgresDecodable {}
extension Opinion.FlagReason: PostgresEncodable, PostgresDecodable {}

extension Transaction {
  /// Lets of all requests that write in one citizen's name only one at a time through.
  func lockOpinions(of author: CitizenID) async throws {
    _ = try await query("SELECT pg_advisory_xact_lock(hashtextextended('opinion ' || \(author)::text, 0))")
  }

  /// When a citizen wrote the latest ones, deleted ones included.
  func latestOpinions(of author: CitizenID, _ count: Int) async throws -> [Date] {
    try await query(
      "SELECT written_at FROM opinion WHERE author = \(author) ORDER BY written_at DESC LIMIT \(count)"
    ).map { try $0["written_at"] }
  }

  /// - Parameter locked: holds the row until the end of the transaction.
  /// - Throws: `Problem` 404
  func opinion(_ id: OpinionID, locked: Bool) async throws -> Opinion {
    let lock: Query = locked ? "FOR UPDATE" : ""
    guard let row = try await one("SELECT \(fragment: columns) FROM opinion WHERE id = \(id) \(fragment: lock)") else {
      throw Problem.notFound("There is no opinion \(id).")
    }
    return try Opinion(row)
  }

  func insert(_ opinion: Opinion) async throws {
    try await execute(
      """
      INSERT INTO opinion (id, proposal, answers_to, side, author, text, written_at)
      VALUES (\(opinion.id), \(opinion.proposal), \(opinion.answersTo), \(opinion.side), \(opinion.author),
        \(opinion.text), \(opinion.writtenAt))
      """)
  }

  func update(_ opinion: Opinion) async throws {
    let (hiding, proposed) = (opinion.hiding, opinion.proposedHiding)
    try await execute(
      """
      UPDATE opinion SET text = \(opinion.text), deleted_at = \(opinion.deletedAt), hidden_at = \(hiding?.at),
        hidden_by = \(hiding?.by), hiding_code = \(hiding?.code), hiding_explanation = \(hiding?.explanation),
        hiding_confirmed_by = \(hiding?.confirmedBy), proposed_code = \(proposed?.code),
        proposed_explanation = \(proposed?.explanation), proposed_by = \(proposed?.proposedBy),
        proposed_at = \(proposed?.proposedAt)
      WHERE id = \(opinion.id)
      """)
  }

  /// Once a citizen, held by the primary key; the first reason stays.
  func flag(_ id: OpinionID, by citizen: CitizenID, for reason: Opinion.FlagReason, at time: Date) async throws {
    try await execute(
      """
      INSERT INTO opinion_flag (opinion, citizen, reason, flagged_at)
      VALUES (\(id), \(citizen), \(reason), \(time)) ON CONFLICT DO NOTHING
      """)
  }

  /// On one side of a proposal, newest first; without the deleted ones that nobody has answered.
  func opinions(
    on proposal: ProposalID, _ side: Opinion.Side, after cursor: TimeCursor<Kinds.Opinion>?, _ limit: Int
  ) async throws -> [Opinion] {
    let byCursor: Query = cursor.map { "(written_at, id) < (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: columns) FROM opinion
      WHERE proposal = \(proposal) AND side = \(side) AND answers_to IS NULL AND \(fragment: byCursor)
        AND (deleted_at IS NULL OR EXISTS (
          SELECT FROM opinion AS answer WHERE answer.answers_to = opinion.id AND answer.deleted_at IS NULL))
      ORDER BY written_at DESC, id DESC LIMIT \(limit)
      """
    ).map(Opinion.init)
  }

  /// In the order in which they were written.
  func answers(
    to opinion: OpinionID, after cursor: TimeCursor<Kinds.Opinion>?, _ limit: Int
  ) async throws -> [Opinion] {
    let byCursor: Query = cursor.map { "(written_at, id) > (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: columns) FROM opinion
      WHERE answers_to = \(opinion) AND deleted_at IS NULL AND \(fragment: byCursor)
      ORDER BY written_at, id LIMIT \(limit)
      """
    ).map(Opinion.init)
  }

  /// Those whose hiding waits for a second person, longest first.
  func opinionsWithProposedHiding(_ limit: Int) async throws -> [Opinion] {
    try await query(
      """
      SELECT \(fragment: columns) FROM opinion WHERE proposed_by IS NOT NULL
      ORDER BY proposed_at, id LIMIT \(limit)
      """
    ).map(Opinion.init)
  }

  /// What readers want the Support Unit to look at, most flagged first, with how often each reason was given.
  func flaggedOpinions(_ limit: Int) async throws -> [(opinion: Opinion, flags: [Opinion.FlagReason: Int])] {
    try await query(
      """
      SELECT \(fragment: columns), flags.* FROM opinion JOIN (
        SELECT opinion AS flagged, count(*) AS flags,
          count(*) FILTER (WHERE reason = \(Opinion.FlagReason.spam)) AS spam,
          count(*) FILTER (WHERE reason = \(Opinion.FlagReason.offensive)) AS offensive,
          count(*) FILTER (WHERE reason = \(Opinion.FlagReason.doesNotBelong)) AS does_not_belong
        FROM opinion_flag GROUP BY opinion) AS flags ON flagged = id
      WHERE hidden_at IS NULL AND deleted_at IS NULL ORDER BY flags DESC, written_at, id LIMIT \(limit)
      """
    ).map { row in
      let flags: [Opinion.FlagReason: Int] = [
        .spam: try row["spam"], .offensive: try row["offensive"], .doesNotBelong: try row["does_not_belong"],
      ]
      return (try Opinion(row), flags)
    }
  }
}
