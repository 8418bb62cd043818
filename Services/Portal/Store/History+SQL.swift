import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What a citizen wrote, without the title.
struct ProposalText: Sendable, Equatable {
  let summary: String
  let body: String
  let reference: String?
}

extension Transaction {
  /// The newest version stays.
  func keep(_ text: ProposalText, version: Int, of proposal: ProposalID) async throws {
    try await execute(
      """
      INSERT INTO task_text (proposal, revision, summary, body, reference)
      VALUES (\(proposal), \(Int32(version)), \(text.summary), \(text.body), \(text.reference))
      ON CONFLICT (proposal) DO UPDATE SET revision = EXCLUDED.revision, summary = EXCLUDED.summary,
        body = EXCLUDED.body, reference = EXCLUDED.reference
      WHERE task_text.revision < EXCLUDED.revision
      """)
  }

  /// Adds a line to the history, and makes the chain of custody of the task anew. An event has one line, however often it
  /// comes.
  func insert<Family>(_ line: Occurrence, of proposal: ProposalID, from envelope: Envelope<Family>) async throws {
    let position = envelope.position
    try await execute(
      """
      INSERT INTO history (event_id, proposal, kind, at, code, note, yes, no, due_at, holder,
        owed_at, type, topic, partition, record_offset)
      VALUES (\(envelope.id), \(proposal), \(line.kind.rawValue), \(line.at), \(line.code), \(line.note), \(line.yes),
        \(line.no), \(line.dueAt), \(line.holder), \(line.owedAt), \(envelope.type), \(position?.topic), \(position?.partition), \(position?.offset))
      ON CONFLICT DO NOTHING
      """)
    try await makeChain(of: proposal)
  }
}

extension QueryRunner {
  /// Nil when it has not arrived yet.
  func text(of proposal: ProposalID) async throws -> ProposalText? {
    try await one("SELECT summary, body, reference FROM task_text WHERE proposal = \(proposal)").map {
      ProposalText(summary: try $0["summary"], body: try $0["body"], reference: try $0["reference"])
    }
  }

  func history(of proposal: ProposalID) async throws -> [Occurrence] {
    try await chainEvents(of: proposal).map(\.occurrence).chronological
  }

  /// Without those of kinds that this version does not know.
  func chainEvents(of proposal: ProposalID) async throws -> [ChainEvent] {
    try await query(
      """
      SELECT event_id, kind, at, code, note, yes, no, due_at, holder, owed_at FROM history
      WHERE proposal = \(proposal) ORDER BY at
      """
    ).compactMap { row in
      guard let kind = Occurrence.Kind(rawValue: try row["kind"]) else { return nil }
      var line = Occurrence(
        kind, at: try row["at"], code: try row["code"], note: try row["note"], yes: try row["yes"], no: try row["no"],
        dueAt: try row["due_at"])
      (line.holder, line.owedAt) = (try row["holder"], try row["owed_at"])
      return ChainEvent(id: try row["event_id"], occurrence: line)
    }
  }
}
