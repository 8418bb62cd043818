import Contracts
import Crypto
import FoundationEssentials
import Postgres
import ServiceKit

extension QueryRunner {
  /// Keeps blocks; those that are there already stay as they are.
  func insert(_ blocks: [OriginBlock]) async throws {
    guard !blocks.isEmpty else { return }
    try await execute(
      """
      INSERT INTO ballot_origin (block, proposal, first_ms, last_ms, entries, data)
      SELECT * FROM unnest(\(blocks.map(\.id)), \(blocks.map(\.proposal)), \(blocks.map(\.first)),
        \(blocks.map(\.last)), \(blocks.map { Int32($0.count) }), \(blocks.map(\.data)))
      ON CONFLICT (block) DO NOTHING
      """)
  }

  /// The ballots on a task that are meant by a condition, with all that is kept of them: `body` gets them by the page,
  /// of about 250,000 looked at. A voter's ballots beyond the first, which do not count, are among them, and so are
  /// ballots of which it is not known whether they are in the log: hold them against what was counted.
  ///
  /// Those of the last second or two may not be there yet, and no longer those of more than 30 days ago.
  func origins(
    of proposal: ProposalID, matching condition: OriginCondition, _ body: ([OriginEntry]) async throws -> Void
  ) async throws {
    let test = condition.test
    let accepted = condition.accepted ?? Int64.min..<Int64.max
    var place = (last: accepted.lowerBound, id: Int64(-1))
    // A block that has a ballot before the end of the condition ends within a minute after it.
    let (sum, isBeyond) = accepted.upperBound.addingReportingOverflow(OriginBlock.span)
    let end = isBeyond ? Int64.max : sum
    while true {
      let rows = try await query(
        """
        SELECT id, last_ms, data FROM (
          SELECT id, last_ms, data, sum(entries) OVER (ORDER BY last_ms, id) - entries AS before
          FROM (
            SELECT id, last_ms, data, entries FROM ballot_origin
            WHERE proposal = \(proposal) AND (last_ms, id) > (\(place.last), \(place.id)) AND last_ms < \(end)
            ORDER BY last_ms, id LIMIT 5000) AS page) AS sized
        WHERE before < 250000 ORDER BY last_ms, id
        """)
      guard let last = rows.last else { return }
      place = (try last["last_ms"], try last["id"])
      var found: [OriginEntry] = []
      for row in rows { found += OriginBlock.entries(in: try row["data"]).filter(test.holds) }
      if !found.isEmpty { try await body(found) }
    }
  }

  /// The same in one list, of what a ballot is stored by.
  func ballots(
    on proposal: ProposalID, matching condition: OriginCondition
  ) async throws -> [(pseudonym: UUID, acceptedAt: Int64)] {
    var ballots: [(pseudonym: UUID, acceptedAt: Int64)] = []
    try await origins(of: proposal, matching: condition) { entries in
      ballots += entries.map { ($0.uuid, $0.acceptedAt) }
    }
    return ballots
  }
}

extension Database {
  /// Forgets blocks that hold nothing younger, a part at a time; returns how many.
  @discardableResult
  func deleteOrigins(before time: Date) async throws -> Int {
    let part = 2_000
    var deleted = 0
    while true {
      let count = try await execute(
        """
        DELETE FROM ballot_origin WHERE id IN (
          SELECT id FROM ballot_origin WHERE last_ms < \(time.milliseconds) LIMIT \(part))
        """)
      deleted += count
      if count < part { return deleted }
    }
  }
}

extension OriginEntry {
  /// The pseudonym's 16 bytes as the database has them.
  var uuid: UUID { withUnsafeBytes(of: pseudonym.bigEndian) { ProposalID(bytes: $0)?.uuid ?? UUID() } }
}
