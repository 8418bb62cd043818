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
      /// First ballots of their voters, control records, and rulings.
      let counted: Int64
      let duplicate: Int64
      let rejected: Int64
    }
    struct Ballots: Encodable, Sendable {
      /// First ballots of their voters: those that count, are in quarantine, or were voided.
      let counted: Int64
      let duplicate: Int64
      let rejected: Int64
    }

    let partitions: [Partition]
    let ballots: Ballots
    let controls: Int64
    /// Records that void or release a ballot or end a ruling.
    let rulings: Int64
  }

  /// `GET /v1/count`: the conservation law for everyone to check. In each partition `next - base` is the sum of counted,
  /// duplicate and rejected; over all partitions, counted is the sum of all tallies, void
  /// and quarantined ballots included, of the control records and of the rulings.
  func count(_ request: Request) async throws -> Response {
    // One statement: all figures are of one moment.
    let rows = try await database.query(
      """
      SELECT o.partition, o.base_offset, o.next_offset, o.counted, o.duplicate, o.rejected,
        (SELECT coalesce(sum(yes + no + void + quarantined), 0)::bigint FROM tally) AS ballots,
        (SELECT count(*) FROM ballot_control) + (SELECT count(*) FROM ballot_schedule) AS controls,
        (SELECT count(*) FROM ballot_mark WHERE ruling IS NOT NULL) + (SELECT count(*) FROM ruling_end) AS rulings
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
        controls: try rows.first?["controls"] ?? 0, rulings: try rows.first?["rulings"] ?? 0))
  }
}
