import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// A mail that this process has claimed.
struct ClaimedMail: Sendable {
  /// What it says.
  enum Content: Sendable, Equatable {
    /// A letter that was written when it was queued.
    case letter(Letter)
    /// About a proposal.
    case task(Letter.Words, title: String, ProposalID)
    /// About something else.
    case other(Letter.Words)
  }

  let id: Int64
  let attempt: Int
  let event: UUID
  let citizen: CitizenID
  let email: String
  let language: Language
  let content: Content
  /// Which mail its link stops.
  let cause: MailScope
  let queuedAt: Date
}

extension ClaimedMail {
  init(_ row: Row) throws {
    id = try row["id"]
    attempt = try row["attempts"]
    event = try row["event_id"]
    citizen = try row["citizen"]
    email = try row["email"]
    language = try row["language"]
    cause = MailScope(try row["cause"]) ?? .all
    queuedAt = try row["queued_at"]
    if let subject: String = try row["subject"] {
      content = .letter(Letter(subject: subject, text: try row["body"]))
    } else {
      let words = Letter.Words(try row["headline"], try row["text"])
      if let proposal: ProposalID = try row["proposal"] {
        content = .task(words, title: try ShownTitle.read(row, in: language) ?? "", proposal)
      } else {
        content = .other(words)
      }
    }
  }
}

extension Database {
  /// Takes up to `limit` mails that are due. Whoever dies with them loses them when the claim expires.
  func claimMail(_ limit: Int, at now: Date) async throws -> [ClaimedMail] {
    try await query(
      """
      WITH claimed AS (
        UPDATE outgoing_mail mail
        SET claimed_until = \(now.addingTimeInterval(Claim.seconds)), attempts = attempts + 1
        FROM contact
        WHERE mail.id IN (
          SELECT id FROM outgoing_mail
          WHERE state = 'pending' AND next_attempt_at <= \(now) AND (claimed_until IS NULL OR claimed_until < \(now))
          ORDER BY next_attempt_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
        AND contact.citizen = mail.citizen
        RETURNING mail.*, contact.email)
      SELECT claimed.id, attempts, claimed.event_id, citizen, email, language, subject, body, cause, queued_at,
        notice.proposal, notice.title, \(fragment: ShownTitle.isHidden),
        CASE language WHEN 'ko' THEN headline_ko ELSE headline_en END AS headline,
        CASE language WHEN 'ko' THEN text_ko ELSE text_en END AS text
      FROM claimed LEFT JOIN notice ON notice.event_id = claimed.event_id AND notice.audience = claimed.audience
        LEFT JOIN followed_proposal ON followed_proposal.proposal = notice.proposal
      """
    ).map(ClaimedMail.init)
  }
}
