import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = "id, author, title, summary, body, category, reference, version, saved_at"

extension Draft {
  init(_ row: Row) throws {
    id = try row["id"]
    author = try row["author"]
    text = DraftText(
      title: try row["title"], summary: try row["summary"], body: try row["body"], category: try row["category"],
      reference: try row["reference"])
    version = try row["version"]
    savedAt = try row["saved_at"]
  }
}

extension Transaction {
  /// Lets of all requests that add a draft for one author only one at a time through.
  func lockDrafts(of author: CitizenID) async throws {
    _ = try await query("SELECT pg_advisory_xact_lock(hashtextextended('draft ' || \(author)::text, 0))")
  }

  /// How many an author has.
  func draftCount(of author: CitizenID) async throws -> Int {
    try await one("SELECT count(*) AS drafts FROM draft WHERE author = \(author)")?["drafts"] ?? 0
  }

  /// Last saved first.
  func drafts(of author: CitizenID) async throws -> [Draft] {
    try await query("SELECT \(fragment: columns) FROM draft WHERE author = \(author) ORDER BY saved_at DESC, id").map(
      Draft.init)
  }

  /// - Parameter locked: holds the row until the end of the transaction.
  /// - Throws: `Problem` 404, also when it is somebody else's.
  func draft(_ id: DraftID, of author: CitizenID, locked: Bool) async throws -> Draft {
    let lock: Query = locked ? "FOR UPDATE" : ""
    let row = try await one(
      "SELECT \(fragment: columns) FROM draft WHERE id = \(id) AND author = \(author) \(fragment: lock)")
    guard let row else { throw Problem.notFound("You have no draft \(id).") }
    return try Draft(row)
  }

  func insert(_ draft: Draft) async throws {
    let text = draft.text
    try await execute(
      """
      INSERT INTO draft (id, author, title, summary, body, category, reference, version, saved_at)
      VALUES (\(draft.id), \(draft.author), \(text.title), \(text.summary), \(text.body), \(text.category),
        \(text.reference), \(draft.version), \(draft.savedAt))
      """)
  }

  func update(_ draft: Draft) async throws {
    let text = draft.text
    try await execute(
      """
      UPDATE draft SET title = \(text.title), summary = \(text.summary), body = \(text.body),
        category = \(text.category), reference = \(text.reference), version = \(draft.version),
        saved_at = \(draft.savedAt)
      WHERE id = \(draft.id)
      """)
  }

  func deleteDraft(_ id: DraftID) async throws { try await execute("DELETE FROM draft WHERE id = \(id)") }
}

extension Database {
  func deleteDrafts(savedBefore time: Date) async throws {
    try await execute("DELETE FROM draft WHERE saved_at < \(time)")
  }
}
