import FoundationEssentials
import Postgres

/// What a filter must know, and how large it must be for that.
struct FilterPlan: Sendable {
  /// Pages of the table of ballots.
  let pages: Int
  /// Of the filter, in bytes.
  let byteCount: Int
}

extension Database {
  /// - Parameter limit: bytes at most.
  func filterPlan(limit: Int) async throws -> FilterPlan {
    let row = try await one(
      """
      SELECT pg_relation_size('ballot') / current_setting('block_size')::int AS pages,
        (SELECT coalesce(sum(t.yes + t.no), 0)::bigint FROM tally t JOIN vote v ON v.number = t.vote
          WHERE v.closed_at IS NULL) AS ballots
      """)
    let ballots: Int = try row?["ballots"] ?? 0
    // A byte for each of twice as many voters as there are, and at least for four million: 3 % of the answers are then
    // wrong at worst, and a wrong one costs a row the slower way.
    return FilterPlan(pages: try row?["pages"] ?? 0, byteCount: min(limit, max(4 << 20, 2 * ballots)))
  }

  /// Those who have voted in votes that may get further ballots, as far as they belong to `partitions`.
  ///
  /// Page by page in the order of the table: through the index it would take several times as long.
  func voters(_ plan: FilterPlan, in partitions: Set<Int32>) async throws -> VoterFilter {
    var filter = VoterFilter(byteCount: plan.byteCount)
    let partitions = partitions.map { Int16(truncatingIfNeeded: $0) }
    for page in stride(from: 0, to: plan.pages, by: 512) {
      try Task.checkCancellation()
      // One value of many pseudonyms: a row each would cost more than the reading does. OFFSET 0 keeps the planner from
      // beginning with the votes, which would read the pages once for each.
      let row = try await one(
        """
        SELECT string_agg(uuid_send(b.pseudonym), ''::bytea) AS pseudonyms
        FROM (SELECT vote, pseudonym FROM ballot
          WHERE ctid >= \("(\(page),0)")::text::tid AND ctid < \("(\(page + 512),0)")::text::tid
            AND partition = ANY(\(partitions)) OFFSET 0) b
        WHERE EXISTS (SELECT FROM vote v WHERE v.number = b.vote AND v.closed_at IS NULL)
        """)
      filter.insert(try row?["pseudonyms"] ?? [])
    }
    return filter
  }
}

extension VoterFilter {
  /// Remembers pseudonyms of 16 bytes each.
  fileprivate mutating func insert(_ pseudonyms: [UInt8]) {
    pseudonyms.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count - 15, by: 16) {
        insert(VoterKey(value: UInt128(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt128.self))))
      }
    }
  }
}
