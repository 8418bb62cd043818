import Contracts
import FoundationEssentials
import Postgres

/// Which voters a filter must know, and how large it must be for them.
struct FilterPlan: Sendable {
  /// Votes that may get further ballots.
  let votes: [Int32]
  /// Of the filter, in bytes.
  let byteCount: Int
}

extension Database {
  /// - Parameter limit: bytes at most.
  func filterPlan(limit: Int) async throws -> FilterPlan {
    let rows = try await query(
      """
      SELECT v.number, coalesce(t.yes + t.no, 0) AS ballots FROM vote v LEFT JOIN tally t ON t.vote = v.number
      WHERE v.closed_at IS NULL ORDER BY v.number
      """)
    let ballots = try rows.reduce(0) { $0 + (try $1["ballots"] as Int) }
    // A byte for each of twice as many voters as there are, and at least for four million: 3 % of the answers are then
    // wrong at worst, and a wrong one costs a row the slower way.
    return FilterPlan(votes: try rows.map { try $0["number"] }, byteCount: min(limit, max(4 << 20, 2 * ballots)))
  }

  /// Those who have voted in the votes of a plan, and belong to `partitions`.
  func voters(_ plan: FilterPlan, in partitions: Set<Int32>) async throws -> VoterFilter {
    var filter = VoterFilter(byteCount: plan.byteCount)
    for vote in plan.votes {
      var after: UUID? = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
      while let start = after {
        try Task.checkCancellation()
        // One value of many pseudonyms: a row each would cost more than the index does.
        let row = try await one(
          """
          SELECT count(*) AS voters, string_agg(uuid_send(pseudonym), ''::bytea) AS pseudonyms, max(pseudonym::text) AS last
          FROM (SELECT pseudonym FROM ballot WHERE vote = \(vote) AND pseudonym > \(start)
            ORDER BY pseudonym LIMIT 100000) p
          """)
        let pseudonyms: [UInt8] = try row?["pseudonyms"] ?? []
        filter.insert(pseudonyms, in: partitions)
        let last: String? = try row?["last"]
        after = pseudonyms.count < 16 * 100_000 ? nil : last.flatMap(UUID.init(uuidString:))
      }
    }
    return filter
  }
}

extension VoterFilter {
  /// Remembers pseudonyms of 16 bytes each, if their ballots are in `partitions`.
  fileprivate mutating func insert(_ pseudonyms: [UInt8], in partitions: Set<Int32>) {
    pseudonyms.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count - 15, by: 16) {
        let value = UInt128(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt128.self))
        let head = UInt64(truncatingIfNeeded: value >> 64)
        let partition = BallotRecord.partition(ofHead: head, count: Topics.ballots.partitions)
        if partitions.contains(partition) { insert(VoterKey(value: value)) }
      }
    }
  }
}
