import Contracts
import Postgres
import ServiceKit

extension Votes {
  /// How far the log has been counted and what became of its records.
  struct CountView: Encodable, Sendable {
    struct Partition: Encodable, Sendable {
      let partition: Int
      let base: Int64
      let next: Int64
      /// Ballots that count, and control records.
      let counted: Int64
      let duplicate: Int64
      let rejected: Int64
    }
    struct Ballots: Encodable, Sendable {
      let counted: Int64
      let duplicate: Int64
      let rejected: Int64
    }

    let partitions: [Partition]
    let ballots: Ballots
    let controls: Int64
  }

  /// `GET /v1/count`: the conservation law for everyone to check. In each partition `next - base` is the sum of counted,
  /// duplicate and rejected; over all partitions, counted is the sum of all tallies and the control records.
  func count(_ request: Request) async throws -> Response {
    // One statement: all figures are of one moment.
    let rows = try await database.query(
      """
      SELECT o.partition, o.base_offset, o.next_offset, o.counted, o.duplicate, o.rejected,
        (SELECT coalesce(sum(yes + no), 0)::bigint FROM tally) AS ballots,
        (SELECT count(*) FROM ballot_control) + (SELECT count(*) FROM ballot_schedule) AS controls
      FROM consumer_offset o WHERE o.topic = \(Topics.ballots.name) ORDER BY o.partition
      """)
    let partitions = try rows.map { row in
      CountView.Partition(
        partition: try row["partition"], base: try row["base_offset"], next: try row["next_offset"],
        counted: try row["counted"], duplicate: try row["duplicate"], rejected: try row["rejected"])
    }
    return try .json(
      CountView(
        partitions: partitions,
        ballots: CountView.Ballots(
          counted: try rows.first?["ballots"] ?? 0, duplicate: partitions.reduce(0) { $0 + $1.duplicate },
          rejected: partitions.reduce(0) { $0 + $1.rejected }),
        controls: try rows.first?["controls"] ?? 0))
  }
}
