import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = "number, name, type, size, sha256, added_at"

extension Attachment.Kind: PostgresEncodable, PostgresDecodable {}

extension Attachment {
  init(_ row: Row) throws {
    number = Int(try row["number"] as Int16)
    name = try row["name"]
    kind = try row["type"]
    size = Int(try row["size"] as Int32)
    sha256 = try row["sha256"]
    addedAt = try row["added_at"]
  }
}

/// What attachments belong to.
enum AttachmentOwner: Sendable {
  case draft(DraftID)
  case proposal(ProposalID)

  fileprivate var condition: Query {
    switch self {
    case .draft(let id): "draft = \(id)"
    case .proposal(let id): "proposal = \(id)"
    }
  }
}

extension Transaction {
  /// By their numbers, without the content.
  func attachments(of owner: AttachmentOwner) async throws -> [Attachment] {
    try await query(
      "SELECT \(fragment: columns) FROM attachment WHERE \(fragment: owner.condition) ORDER BY number"
    ).map(Attachment.init)
  }

  /// - Throws: `Problem` 404
  func attachment(_ number: Int, of owner: AttachmentOwner) async throws -> Attachment {
    let row = try await one(
      """
      SELECT \(fragment: columns) FROM attachment
      WHERE \(fragment: owner.condition) AND number = \(number)
      """)
    guard let row else { throw Problem.notFound("There is no attachment \(number).") }
    return try Attachment(row)
  }

  func content(of number: Int, of owner: AttachmentOwner) async throws -> [UInt8] {
    let row = try await one(
      "SELECT content FROM attachment WHERE \(fragment: owner.condition) AND number = \(number)")
    guard let row else { throw Problem.notFound("There is no attachment \(number).") }
    return try row["content"]
  }

  /// How many all drafts of an author have.
  func draftAttachmentCount(of author: CitizenID) async throws -> Int {
    let row = try await one(
      """
      SELECT count(*) AS attachments FROM attachment JOIN draft ON draft.id = attachment.draft
      WHERE author = \(author)
      """)
    return try row?["attachments"] ?? 0
  }

  func insert(_ attachment: Attachment, _ content: [UInt8], of draft: DraftID) async throws {
    try await execute(
      """
      INSERT INTO attachment (draft, number, name, type, size, sha256, content, added_at)
      VALUES (\(draft), \(attachment.number), \(attachment.name), \(attachment.kind), \(attachment.size),
        \(attachment.sha256), \(content), \(attachment.addedAt))
      """)
  }

  func deleteAttachment(_ number: Int, of draft: DraftID) async throws {
    try await execute("DELETE FROM attachment WHERE draft = \(draft) AND number = \(number)")
  }

  /// What a draft had is the proposal's.
  func moveAttachments(of draft: DraftID, to proposal: ProposalID) async throws {
    try await execute("UPDATE attachment SET draft = NULL, proposal = \(proposal) WHERE draft = \(draft)")
  }
}
