import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// A mail that this process has claimed.
struct ClaimedMail: Sendable {
  let id: Int64
  let attempt: Int
  let event: UUID
  let citizen: CitizenID
  let email: String
  let language: Language
  let letter: Letter
  let queuedAt: Date

  init(_ row: Row) throws {
    id = try row["id"]
    attempt = try row["attempts"]
    event = try row["event_id"]
    citizen = try row["citizen"]
    email = try row["email"]
    language = try row["language"]
    letter = Letter(subject: try row["subject"], text: try row["body"])
    queuedAt = try row["queued_at"]
  }
}

extension Transaction {
  /// In which language a person is written to; nil: they left no address. The row stays until the transaction ends, so
  /// that a letter can refer to it.
  func language(of citizen: CitizenID) async throws -> Language? {
    try await one("SELECT language FROM contact WHERE citizen = \(citizen) FOR KEY SHARE")?["language"]
  }

  /// Never two mails to one person for one event.
  func queue(_ letter: Letter, in language: Language, for event: UUID, to citizen: CitizenID, at now: Date) async throws
  {
    try await execute(
      """
      INSERT INTO outgoing_mail (event_id, citizen, language, subject, body, queued_at, next_attempt_at)
      VALUES (\(event), \(citizen), \(language), \(letter.subject), \(letter.text), \(now), \(now))
      ON CONFLICT DO NOTHING
      """)
  }
}

extension Database {
  /// Takes up to `limit` mails that are due. Whoever dies with them loses them when the claim expires.
  func claimMail(_ limit: Int, at now: Date) async throws -> [ClaimedMail] {
    try await query(
      """
      UPDATE outgoing_mail mail SET claimed_until = \(now.addingTimeInterval(Claim.seconds)), attempts = attempts + 1
      FROM contact
      WHERE mail.id IN (
        SELECT id FROM outgoing_mail
        WHERE state = 'pending' AND next_attempt_at <= \(now) AND (claimed_until IS NULL OR claimed_until < \(now))
        ORDER BY next_attempt_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
      AND contact.citizen = mail.citizen
      RETURNING mail.id, mail.attempts, mail.event_id, mail.citizen, contact.email, mail.language, mail.subject,
        mail.body, mail.queued_at
      """
    ).map(ClaimedMail.init)
  }
}
