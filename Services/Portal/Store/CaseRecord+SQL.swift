import Contracts
import FoundationEssentials
import Postgres

extension Transaction {
  /// Keeps what the history has no place for.
  func keepRecord(of envelope: Envelope<ReferralEvent>) async throws {
    guard CaseRecord.types.contains(envelope.type) else { return }
    try await execute(
      """
      INSERT INTO case_record (event_id, proposal, at, sequence, type, data)
      VALUES (\(envelope.id), \(envelope.event.proposal), \(envelope.time), \(envelope.sequence), \(envelope.type),
        \(PostgresJSON(text: String(decoding: envelope.data, as: UTF8.self)))) ON CONFLICT DO NOTHING
      """)
  }
}

extension QueryRunner {
  /// What became of the case of a task.
  func caseRecord(of proposal: ProposalID) async throws -> CaseRecord {
    let decoders = Dictionary(ReferralEvent.decoders.map { ($0.type, $0) }) { first, _ in first }
    // Of ratings the last count of each result alone: there may be one for every day of years.
    let rows = try await query(
      """
      SELECT type, data FROM case_record
      WHERE proposal = \(proposal) AND (type <> \(CaseRatingsCounted.type) OR event_id IN (
        SELECT DISTINCT ON (data->>'rated', data->>'ministry') event_id FROM case_record
        WHERE proposal = \(proposal) AND type = \(CaseRatingsCounted.type)
        ORDER BY data->>'rated', data->>'ministry', sequence DESC))
      ORDER BY sequence
      """)
    return CaseRecord(
      try rows.compactMap { row in
        let data: PostgresJSON = try row["data"]
        return try decoders[row["type"] as String]?.decode(Array(data.text.utf8))
      })
  }
}
