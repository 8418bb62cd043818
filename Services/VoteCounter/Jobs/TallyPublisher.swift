import Contracts
import FoundationEssentials
import Kafka
import Postgres
import ServiceKit

/// Publishes each tally that changed on `forum.tallies`. What is published last after a crash is published again: readers
/// keep the highest version. A count that the rule hides is published when the vote has closed: its first event is the last.
struct TallyPublisher: Sendable {
  let database: Database
  let producer: Producer
  let log: Log

  func run() async throws {
    // One statement: tallies and offsets are of one moment.
    let rows = try await database.query(
      """
      SELECT v.proposal, t.vote, t.version, t.yes, t.no, t.void, t.quarantined, t.counted_at,
        (SELECT array_agg(coalesce(o.next_offset, 0) ORDER BY n)
          FROM generate_series(0, \(Int(Topics.ballots.partitions) - 1)) AS n
          LEFT JOIN consumer_offset o ON o.partition = n AND o.topic = \(Topics.ballots.name)) AS counted_up_to
      FROM tally t JOIN vote v ON v.number = t.vote LEFT JOIN tally_published p ON p.vote = t.vote
      WHERE t.version > coalesce(p.version, 0) AND (v.totals = 'running' OR v.closed_at IS NOT NULL) ORDER BY t.vote LIMIT 1000
      """)
    guard !rows.isEmpty else { return }
    let events = try rows.map { row in
      TallyCounted(
        proposal: try row["proposal"], version: try row["version"], yes: try row["yes"], no: try row["no"],
        void: try row["void"], quarantined: try row["quarantined"], countedUpTo: try row["counted_up_to"] ?? [],
        countedAt: try row["counted_at"])
    }
    let records = try events.map { try CloudEvent.record($0, sequence: $0.version, at: $0.countedAt) }
    try await producer.sendAll(records, log)
    let votes = try rows.map { try $0["vote"] as Int32 }
    try await database.execute(
      """
      INSERT INTO tally_published AS p (vote, version) SELECT * FROM unnest(\(votes), \(events.map(\.version)))
      ON CONFLICT (vote) DO UPDATE SET version = EXCLUDED.version WHERE p.version < EXCLUDED.version
      """)
  }
}
