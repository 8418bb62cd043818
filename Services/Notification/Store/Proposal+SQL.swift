import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What later events need to know of a proposal.
struct FollowedProposal: Sendable, Equatable {
  let author: CitizenID
  let title: String
  /// Nil for one that this version does not know.
  let category: Category?
  /// Who has the task; nil: nobody has been told.
  let office: Holder?
  let isPublic: Bool
  /// Whether nobody but the author reads its title.
  let isTextHidden: Bool
}

/// An event that came before its proposal.
struct EarlyEvent: Sendable {
  let id: UUID
  let type: String
  let data: [UInt8]
}

extension Transaction {
  /// Remembers who wrote the proposal.
  /// - Returns: the events that came before, oldest first; they wait no longer.
  func follow(
    _ proposal: ProposalID, by author: CitizenID, _ title: String, _ category: Category
  ) async throws -> [EarlyEvent] {
    try await execute(
      """
      INSERT INTO followed_proposal (proposal, author, title, category)
      VALUES (\(proposal), \(author), \(title), \(category))
      ON CONFLICT (proposal) DO UPDATE
        SET author = EXCLUDED.author, title = EXCLUDED.title, category = EXCLUDED.category
      """)
    return try await query(
      """
      WITH ended AS (DELETE FROM early_event WHERE proposal = \(proposal) RETURNING id, event_id, type, data)
      SELECT event_id, type, data FROM ended ORDER BY id
      """
    ).map { EarlyEvent(id: try $0["event_id"], type: try $0["type"], data: try $0["data"]) }
  }

  /// Takes the title of a new version.
  func rename(_ proposal: ProposalID, _ title: String, _ category: Category) async throws {
    try await execute(
      """
      UPDATE followed_proposal SET title = \(title), category = \(category)
      WHERE proposal = \(proposal) AND author IS NOT NULL
      """)
  }

  /// Remembers who supported the proposal before its review.
  func insertSupporters(_ citizens: [CitizenID], of proposal: ProposalID) async throws {
    try await execute(
      """
      INSERT INTO supporter (proposal, citizen) SELECT \(proposal), unnest(\(citizens)) ON CONFLICT DO NOTHING
      """)
  }

  /// The proposal, if it is known who wrote it; locked. Otherwise its row is made and locked, so that whoever brings the
  /// author waits until this transaction has put its event aside.
  func followed(_ proposal: ProposalID) async throws -> FollowedProposal? {
    try await execute("INSERT INTO followed_proposal (proposal) VALUES (\(proposal)) ON CONFLICT DO NOTHING")
    let row = try await one(
      """
      SELECT author, title, category, office, is_public, text_hidden FROM followed_proposal
      WHERE proposal = \(proposal)
      FOR NO KEY UPDATE
      """)
    guard let row, let author: CitizenID = try row["author"] else { return nil }
    return FollowedProposal(
      author: author, title: try row["title"],
      category: (try row["category"] as String?).flatMap(Category.init(rawValue:)),
      office: (try row["office"] as String?).flatMap(Holder.init(name:)), isPublic: try row["is_public"],
      isTextHidden: try row["text_hidden"])
  }

  /// From now on the task can be followed, and this office has it.
  func publish(_ proposal: ProposalID, at office: Holder?) async throws {
    try await execute(
      """
      UPDATE followed_proposal SET is_public = true, office = coalesce(\(office?.name), office)
      WHERE proposal = \(proposal)
      """)
  }

  /// From now on its title is shown to nobody but its author, or again to everybody; also where it was told before.
  func hideText(of proposal: ProposalID, _ isHidden: Bool) async throws {
    try await execute("UPDATE followed_proposal SET text_hidden = \(isHidden) WHERE proposal = \(proposal)")
  }

  func putAside(_ event: EarlyEvent, of proposal: ProposalID, at now: Date) async throws {
    try await execute(
      """
      INSERT INTO early_event (event_id, proposal, type, data, came_at)
      VALUES (\(event.id), \(proposal), \(event.type), \(event.data), \(now)) ON CONFLICT DO NOTHING
      """)
  }
}
