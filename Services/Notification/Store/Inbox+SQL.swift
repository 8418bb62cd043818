import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What identifies an entry of an inbox; never instantiated.
enum InboxEntryKind {}
/// An entry has the identifier of the event that it tells.
typealias InboxEntryID = Identifier<InboxEntryKind>

/// What somebody was told.
struct InboxEntry: Sendable {
  let id: InboxEntryID
  let type: String
  let audience: Audience
  let proposal: ProposalID?
  let title: String?
  let headline: String
  let text: String
  let cameAt: Date
  let readAt: Date?

  init(_ row: Row, in language: Language) throws {
    id = try row["event_id"]
    type = try row["type"]
    audience = try row["audience"]
    proposal = try row["proposal"]
    title = try ShownTitle.read(row, in: language)
    headline = try row["headline"]
    text = try row["text"]
    cameAt = try row["came_at"]
    readAt = try row["read_at"]
  }
}

extension QueryRunner {
  /// Newest first.
  /// - Parameter after: the place of the entry that the page begins behind; nil: from the newest on.
  func inbox(of citizen: CitizenID, in language: Language, onlyUnread: Bool, after: Int64?, _ limit: Int) async throws
    -> [InboxEntry]
  {
    try await query(
      """
      SELECT entry.event_id, notice.type, notice.audience, notice.proposal, notice.title, entry.came_at, entry.read_at,
        \(fragment: ShownTitle.isHidden),
        CASE \(language) WHEN 'ko' THEN headline_ko ELSE headline_en END AS headline,
        CASE \(language) WHEN 'ko' THEN text_ko ELSE text_en END AS text
      FROM inbox_entry entry JOIN notice ON notice.event_id = entry.event_id AND notice.audience = entry.audience
        LEFT JOIN followed_proposal ON followed_proposal.proposal = notice.proposal
      WHERE entry.citizen = \(citizen) AND entry.id < \(after ?? .max) AND (NOT \(onlyUnread) OR entry.read_at IS NULL)
      ORDER BY entry.id DESC LIMIT \(limit)
      """
    ).map { try InboxEntry($0, in: language) }
  }

  func unread(of citizen: CitizenID) async throws -> Int {
    try await one("SELECT count(*) AS count FROM inbox_entry WHERE citizen = \(citizen) AND read_at IS NULL")?["count"]
      ?? 0
  }

  /// Where an entry stands; nil: the citizen has no such entry.
  func place(of entry: InboxEntryID, of citizen: CitizenID) async throws -> Int64? {
    try await one("SELECT id FROM inbox_entry WHERE event_id = \(entry) AND citizen = \(citizen)")?["id"]
  }

  func markRead(_ place: Int64, of citizen: CitizenID, at now: Date) async throws {
    try await execute(
      "UPDATE inbox_entry SET read_at = coalesce(read_at, \(now)) WHERE id = \(place) AND citizen = \(citizen)")
  }

  /// That one and all before it.
  func markRead(through place: Int64, of citizen: CitizenID, at now: Date) async throws {
    try await execute(
      """
      UPDATE inbox_entry SET read_at = \(now) WHERE citizen = \(citizen) AND id <= \(place) AND read_at IS NULL
      """)
  }
}
