import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Frequency: PostgresEncodable, PostgresDecodable {}
extension Audience: PostgresEncodable, PostgresDecodable {}

/// What the people of an audience are told of an event, in both languages.
struct Notice: Sendable {
  let audience: Audience
  let korean: Letter.Words
  let english: Letter.Words

  /// - Returns: nil where the audience is told nothing.
  init?(of occasion: Occasion, to audience: Audience) {
    guard let korean = Letter.Words(for: occasion, to: audience, in: .korean),
      let english = Letter.Words(for: occasion, to: audience, in: .english)
    else { return nil }
    self.init(audience: audience, korean: korean, english: english)
  }

  init(audience: Audience, korean: Letter.Words, english: Letter.Words) {
    self.audience = audience
    self.korean = korean
    self.english = english
  }
}

extension Transaction {
  /// Keeps the words of an event for all who are told of it.
  func keep(
    _ notice: Notice, of event: UUID, type: String, about proposal: ProposalID?, title: String?, at now: Date
  ) async throws {
    try await execute(
      """
      INSERT INTO notice (event_id, audience, type, proposal, title, headline_ko, text_ko, headline_en, text_en, told_at)
      VALUES (\(event), \(notice.audience), \(type), \(proposal), \(title), \(notice.korean.headline),
        \(notice.korean.text), \(notice.english.headline), \(notice.english.text), \(now))
      ON CONFLICT DO NOTHING
      """)
  }

  /// Tells all who are to know of an event: into the inbox at once, by mail at once or with the next digest. One
  /// statement, however many they are.
  ///
  /// Who follows the task is told as often as they said there; otherwise its author and supporters at once, and others
  /// as often as the most eager of their follows says. Who left no address gets no mail. Whoever was told before is not
  /// told again.
  ///
  /// The time that other statements have would be too short for very many: the consumer would never get past the event.
  func tell(
    _ event: UUID, to audiences: [Audience], of proposal: ProposalID, by author: CitizenID,
    followersOf targets: [FollowTarget],
    at now: Date
  ) async throws {
    let kinds = targets.map(\.kind.rawValue)
    let subjects = targets.map(\.subject)
    let told = audiences.map(\.rawValue)
    let task = MailScope.target(.task(proposal)).text
    try await execute("SET LOCAL statement_timeout = '10min'")
    try await execute(
      """
      WITH wanted (citizen, audience, precedence, cause, frequency) AS (
        SELECT \(author), 1, 1, \(task), 'at-once' WHERE 'author' = ANY(\(told))
        UNION ALL
        SELECT citizen, 2, 1, \(task), 'at-once' FROM supporter
        WHERE proposal = \(proposal) AND 'supporter' = ANY(\(told))
        UNION ALL
        SELECT citizen, 3, CASE kind WHEN 'task' THEN 0 ELSE 2 END, kind || '/' || subject, frequency
        FROM follow JOIN unnest(\(kinds), \(subjects)) AS target (kind, subject) USING (kind, subject)),
      ranked AS (
        SELECT citizen, min(audience) OVER (PARTITION BY citizen) AS audience, precedence, cause, frequency FROM wanted),
      reader AS (
        SELECT DISTINCT ON (citizen) citizen, (ARRAY['author', 'supporter', 'follower'])[audience] AS audience, cause,
          frequency
        FROM ranked
        ORDER BY citizen, precedence, array_position(ARRAY['at-once', 'daily', 'weekly', 'inbox'], frequency), cause),
      entered AS (
        INSERT INTO inbox_entry (event_id, audience, citizen, came_at)
        SELECT \(event), audience, citizen, \(now) FROM reader WHERE audience = ANY(\(told)) ORDER BY citizen
        ON CONFLICT DO NOTHING RETURNING citizen),
      addressed AS (
        SELECT reader.citizen, reader.audience, reader.cause, reader.frequency, contact.language
        FROM reader JOIN entered ON entered.citizen = reader.citizen JOIN contact ON contact.citizen = reader.citizen
        WHERE reader.frequency <> 'inbox' ORDER BY reader.citizen FOR KEY SHARE OF contact),
      postponed AS (
        INSERT INTO digest_entry (frequency, citizen, event_id, audience, cause, came_at)
        SELECT frequency, citizen, \(event), audience, cause, \(now) FROM addressed WHERE frequency <> 'at-once'
        ON CONFLICT DO NOTHING)
      INSERT INTO outgoing_mail (event_id, citizen, language, audience, cause, queued_at, next_attempt_at)
      SELECT \(event), citizen, language, audience, cause, \(now), \(now) FROM addressed WHERE frequency = 'at-once'
      ON CONFLICT DO NOTHING
      """)
    try await execute("SET LOCAL statement_timeout TO DEFAULT")
  }

  /// Tells one person, who is told at once.
  func tell(_ event: UUID, to audience: Audience, _ citizen: CitizenID, at now: Date) async throws {
    try await execute(
      """
      INSERT INTO inbox_entry (event_id, audience, citizen, came_at) VALUES (\(event), \(audience), \(citizen), \(now))
      ON CONFLICT DO NOTHING
      """)
    try await execute(
      """
      INSERT INTO outgoing_mail (event_id, citizen, language, audience, queued_at, next_attempt_at)
      SELECT \(event), citizen, language, \(audience), \(now), \(now) FROM contact WHERE citizen = \(citizen)
      FOR KEY SHARE
      ON CONFLICT DO NOTHING
      """)
  }
}
