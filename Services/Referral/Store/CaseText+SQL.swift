import Contracts
import Postgres
import ServiceKit

/// A text about results in a table of its own, with the columns of `Row.hiding()` and `Row.proposedHiding()`.
protocol StoredCaseText: CaseText {
  static var table: Query { get }
  static var columns: Query { get }
  init(_ row: Row) throws
}

extension Transaction {
  /// - Throws: `Problem` 404
  func locked<Text: StoredCaseText>(_ id: Identifier<Text.Kind>) async throws -> Text {
    let row = try await one(
      "SELECT \(fragment: Text.columns) FROM \(fragment: Text.table) WHERE id = \(id) FOR UPDATE")
    guard let row else { throw Problem.notFound("There is no text \(id).") }
    return try Text(row)
  }

  /// Keeps whether it is hidden; staff changes nothing else.
  func update<Text: StoredCaseText>(_ text: Text) async throws {
    let (hiding, proposed) = (text.hiding, text.proposedHiding)
    try await execute(
      """
      UPDATE \(fragment: Text.table) SET hidden_at = \(hiding?.at), hidden_by = \(hiding?.by),
        hiding_code = \(hiding?.code), hiding_explanation = \(hiding?.explanation),
        hiding_confirmed_by = \(hiding?.confirmedBy), proposed_code = \(proposed?.code),
        proposed_explanation = \(proposed?.explanation), proposed_by = \(proposed?.proposedBy),
        proposed_at = \(proposed?.proposedAt)
      WHERE id = \(text.id)
      """)
  }

  /// Those whose hiding waits for a second person, longest first.
  func withProposedHiding<Text: StoredCaseText>(_ limit: Int) async throws -> [Text] {
    try await query(
      """
      SELECT \(fragment: Text.columns) FROM \(fragment: Text.table) WHERE proposed_by IS NOT NULL
      ORDER BY proposed_at, id LIMIT \(limit)
      """
    ).map(Text.init)
  }
}
