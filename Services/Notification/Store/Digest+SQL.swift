import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What one person's digest tells.
struct Digest: Sendable {
  let citizen: CitizenID
  let language: Language
  var entries: [Entry] = []

  struct Entry: Sendable {
    let proposal: ProposalID?
    let title: String?
    let headline: String
    let cameAt: Date
  }
}

extension QueryRunner {
  /// Whose digests are due, in order.
  func dueDigests(_ frequency: Frequency, of period: Date) async throws -> [CitizenID] {
    try await query(
      """
      SELECT DISTINCT citizen FROM digest_entry entry
      WHERE frequency = \(frequency) AND came_at < \(period) AND NOT EXISTS (
        SELECT FROM digest WHERE citizen = entry.citizen AND frequency = \(frequency) AND period = \(period))
      ORDER BY citizen
      """
    ).map { try $0["citizen"] }
  }
}

extension Transaction {
  /// Takes the digests of these people: whoever takes them must send them, and nobody else can. The key of the table
  /// decides between two who take at the same time.
  /// - Parameters:
  ///   - period: when they were due; what came before that belongs to them.
  /// - Returns: without those whom somebody else has taken.
  func takeDigests(_ frequency: Frequency, of period: Date, for citizens: [CitizenID]) async throws -> [Digest] {
    let readers = try await query(
      """
      WITH taken AS (
        INSERT INTO digest (citizen, frequency, period)
        SELECT citizen, \(frequency), \(period) FROM unnest(\(citizens)) AS due (citizen) ORDER BY citizen
        ON CONFLICT DO NOTHING RETURNING citizen)
      SELECT contact.citizen, contact.language FROM contact JOIN taken USING (citizen)
      ORDER BY contact.citizen FOR KEY SHARE OF contact
      """
    ).map { Digest(citizen: try $0["citizen"], language: try $0["language"]) }
    guard !readers.isEmpty else { return [] }
    let rows = try await query(
      """
      WITH gone AS (
        DELETE FROM digest_entry
        WHERE frequency = \(frequency) AND citizen = ANY(\(readers.map(\.citizen))) AND came_at < \(period)
        RETURNING citizen, event_id, audience, came_at)
      SELECT citizen, notice.proposal, notice.title, \(fragment: ShownTitle.isHidden), headline_ko, headline_en, came_at
      FROM gone JOIN notice ON notice.event_id = gone.event_id AND notice.audience = gone.audience
        LEFT JOIN followed_proposal ON followed_proposal.proposal = notice.proposal
      ORDER BY came_at, gone.event_id
      """)
    var digests = Dictionary(uniqueKeysWithValues: readers.map { ($0.citizen, $0) })
    for row in rows {
      let citizen: CitizenID = try row["citizen"]
      guard let language = digests[citizen]?.language else { continue }
      digests[citizen]?.entries.append(
        Digest.Entry(
          proposal: try row["proposal"], title: try ShownTitle.read(row, in: language),
          headline: try row[language == .korean ? "headline_ko" : "headline_en"], cameAt: try row["came_at"]))
    }
    return readers.compactMap { digests[$0.citizen] }
  }

  /// Queues the mails of digests.
  func queue(_ letters: [(id: UUID, digest: Digest, letter: Letter)], cause: MailScope, at now: Date) async throws {
    try await execute(
      """
      INSERT INTO outgoing_mail (event_id, citizen, language, subject, body, cause, queued_at, next_attempt_at)
      SELECT id, citizen, language, subject, body, \(cause.text), \(now), \(now)
      FROM unnest(\(letters.map(\.id)), \(letters.map(\.digest.citizen)), \(letters.map(\.digest.language.rawValue)),
        \(letters.map(\.letter.subject)), \(letters.map(\.letter.text))) AS letter (id, citizen, language, subject, body)
      ON CONFLICT DO NOTHING
      """)
  }
}
