import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Transaction {
  /// Puts what the rules make of the history in the place of what was there; under the lock of the task's row.
  func makeChain(of proposal: ProposalID) async throws {
    let holds = Chain(try await chainEvents(of: proposal)).holds
    try await execute("DELETE FROM hold WHERE proposal = \(proposal)")
    for (number, hold) in holds.enumerated() {
      try await execute(
        """
        INSERT INTO hold (
          event_id, proposal, number, hand_over, holder, step, since, until, due_at, ended_by, taken_away)
        VALUES (\(hold.begunBy), \(proposal), \(Int32(number + 1)), \(Int32(hold.handOver)), \(hold.holder),
          \(hold.step.rawValue), \(hold.since), \(hold.until), \(hold.dueAt), \(hold.endedBy), \(hold.isTakenAway))
        """)
    }
    let edition = Int32(Chain.edition)
    try await execute(
      "UPDATE task SET chain_edition = \(edition) WHERE proposal = \(proposal) AND chain_edition <> \(edition)")
  }

  /// Who took part in a proposal by handing it in or supporting it until then.
  func count(_ event: ProposalSubmitted) async throws {
    let citizens = [event.author] + (event.supporters ?? [])
    let parts = citizens.indices.map { $0 == 0 ? "author" : "supporter" }
    try await execute(
      """
      INSERT INTO participant (proposal, citizen, part, at)
      SELECT \(event.proposal), citizen, part, \(event.submittedAt)
      FROM unnest(\(citizens.map(\.uuid)), \(parts)) AS new (citizen, part) ON CONFLICT DO NOTHING
      """)
  }
}

extension Database {
  /// Makes chains that were made by an earlier edition of the rules, or never; the rest of very many with the next call.
  func renewChains() async throws {
    let rows = try await query(
      """
      SELECT proposal FROM task WHERE chain_edition < \(Int32(Chain.edition)) ORDER BY proposal LIMIT 500
      """)
    for row in rows {
      let proposal: ProposalID = try row["proposal"]
      try await transaction { transaction in
        try await transaction.execute("SELECT FROM task WHERE proposal = \(proposal) FOR UPDATE")
        try await transaction.makeChain(of: proposal)
      }
    }
  }
}

extension QueryRunner {
  /// The chain of custody of a task, in the order of time.
  func chain(of proposal: ProposalID) async throws -> [Link] {
    try await query(
      """
      SELECT hold.holder, step, since, hand_over, until, hold.due_at, taken_away, hold.event_id, ended_by,
        begun.type, begun.topic, begun.partition, begun.record_offset,
        ended.type AS end_type, ended.topic AS end_topic, ended.partition AS end_partition,
        ended.record_offset AS end_offset
      FROM hold JOIN history AS begun ON begun.event_id = hold.event_id
        LEFT JOIN history AS ended ON ended.event_id = hold.ended_by
      WHERE hold.proposal = \(proposal) ORDER BY number
      """
    ).compactMap { row in
      guard let step = Hold.Step(rawValue: try row["step"]) else { return nil }
      let hold = Hold(
        holder: try row["holder"], step: step, since: try row["since"], handOver: Int(try row["hand_over"] as Int32),
        until: try row["until"], dueAt: try row["due_at"], isTakenAway: try row["taken_away"],
        begunBy: try row["event_id"], endedBy: try row["ended_by"])
      let begun = Link.Source(
        event: hold.begunBy, type: try row["type"],
        position: try .init(row, "topic", "partition", "record_offset"))
      let ended = try hold.endedBy.map {
        Link.Source(
          event: $0, type: try row["end_type"],
          position: try .init(row, "end_topic", "end_partition", "end_offset"))
      }
      return Link(hold: hold, begun: begun, ended: ended)
    }
  }
}

extension RecordPosition {
  /// Nil where it was not written down.
  fileprivate init?(_ row: Row, _ topic: String, _ partition: String, _ offset: String) throws {
    guard let name: String = try row[topic] else { return nil }
    self.init(topic: name, partition: try row[partition], offset: try row[offset])
  }
}
