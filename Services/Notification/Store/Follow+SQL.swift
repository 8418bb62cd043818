import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What somebody follows, and how often they are written to about it.
struct Follow: Sendable {
  let target: FollowTarget
  let frequency: Frequency
  let followedAt: Date
  /// Of a task.
  let title: String?

  init(_ row: Row, in language: Language) throws {
    let kind: String = try row["kind"]
    let subject: String = try row["subject"]
    guard let target = FollowTarget(kind: kind, subject: subject) else { throw UnknownTarget(kind: kind) }
    self.target = target
    frequency = try row["frequency"]
    followedAt = try row["followed_at"]
    title = try ShownTitle.read(row, in: language)
  }

  /// A later version has written it.
  struct UnknownTarget: Error { let kind: String }
}

extension QueryRunner {
  /// Oldest first.
  /// - Parameter language: of the words in place of a hidden title.
  func follows(of citizen: CitizenID, in language: Language = .korean) async throws -> [Follow] {
    try await query(
      """
      SELECT kind, subject, frequency, followed_at, title,
        coalesce(text_hidden AND author IS DISTINCT FROM \(citizen), false) AS title_hidden
      FROM follow
        LEFT JOIN followed_proposal ON kind = 'task' AND proposal::text = subject
      WHERE citizen = \(citizen) ORDER BY followed_at, kind, subject
      """
    ).map { try Follow($0, in: language) }
  }
}

extension Transaction {
  /// Until the transaction ends, nobody else changes what this citizen follows.
  func lockFollows(of citizen: CitizenID) async throws {
    try await execute("SELECT pg_advisory_xact_lock(hashtextextended(\("follows of \(citizen)"), 0))")
  }

  /// Whether the task can be followed: it is known and public.
  func isPublic(_ proposal: ProposalID) async throws -> Bool {
    try await one("SELECT 1 AS yes FROM followed_proposal WHERE proposal = \(proposal) AND is_public") != nil
  }

  func save(_ target: FollowTarget, _ frequency: Frequency, of citizen: CitizenID, at now: Date) async throws {
    try await execute(
      """
      INSERT INTO follow (citizen, kind, subject, frequency, followed_at)
      VALUES (\(citizen), \(target.kind.rawValue), \(target.subject), \(frequency), \(now))
      ON CONFLICT (kind, subject, citizen) DO UPDATE SET frequency = EXCLUDED.frequency
      """)
  }

  func removeFollow(_ target: FollowTarget, of citizen: CitizenID) async throws {
    try await execute(
      """
      DELETE FROM follow WHERE citizen = \(citizen) AND kind = \(target.kind.rawValue) AND subject = \(target.subject)
      """)
  }

  /// What waits to be sent and has this cause is not sent.
  func dropMail(of citizen: CitizenID, causedBy scope: MailScope) async throws {
    try await execute("DELETE FROM digest_entry WHERE citizen = \(citizen) AND cause = \(scope.text)")
    try await execute(
      "DELETE FROM outgoing_mail WHERE citizen = \(citizen) AND cause = \(scope.text) AND state = 'pending'")
  }

  /// From here on this mail is not sent any more, what waits included. The inbox goes on.
  func stop(_ scope: MailScope, for citizen: CitizenID, at now: Date) async throws {
    switch scope {
    case .target(let target):
      // Authors and supporters are written to without a follow: one that says no mail stands against that.
      if let proposal = target.proposal, try await isAuthorOrSupporter(citizen, of: proposal) {
        try await save(target, .inbox, of: citizen, at: now)
      }
      try await execute(
        """
        UPDATE follow SET frequency = 'inbox'
        WHERE citizen = \(citizen) AND kind = \(target.kind.rawValue) AND subject = \(target.subject)
        """)
    case .digest(let frequency):
      try await execute(
        "UPDATE follow SET frequency = 'inbox' WHERE citizen = \(citizen) AND frequency = \(frequency)")
      try await execute("DELETE FROM digest_entry WHERE citizen = \(citizen) AND frequency = \(frequency)")
    case .all:
      try await execute("DELETE FROM contact WHERE citizen = \(citizen)")
    }
    try await dropMail(of: citizen, causedBy: scope)
  }

  private func isAuthorOrSupporter(_ citizen: CitizenID, of proposal: ProposalID) async throws -> Bool {
    try await one(
      """
      SELECT 1 AS yes WHERE EXISTS (
          SELECT FROM followed_proposal WHERE proposal = \(proposal) AND author = \(citizen))
        OR EXISTS (SELECT FROM supporter WHERE proposal = \(proposal) AND citizen = \(citizen))
      """) != nil
  }
}
