import Contracts
import FailPoints
import Postgres
import ServiceKit
import Voting

extension Transaction {
  /// Does what is ruled over ballots. What a ruling says twice, or says of a ballot that is void already, changes nothing:
  /// the first in the log holds.
  func rule(_ rulings: [BallotBatch.Ruling]) async throws -> RulingOutcome {
    var outcome = RulingOutcome()
    guard !rulings.isEmpty else { return outcome }
    for round in rulings.filter({ $0.ruling.kind != .end }).rounds { try await rule(round, &outcome) }
    try await end(rulings.filter { $0.ruling.kind == .end }, &outcome)
    FailPoint.reach("ruled")
    return outcome
  }

  /// - Parameter round: over different ballots.
  private func rule(_ round: [BallotBatch.Ruling], _ outcome: inout RulingOutcome) async throws {
    let rows = try await query(
      """
      WITH ruling AS (
        SELECT * FROM unnest(\(round.indices.map(Int32.init)), \(round.map(\.vote)),
          \(round.map(\.ruling.voterKey)), \(round.map(\.ruling.offset)),
          \(round.map { Int16($0.ruling.kind.rawValue) }), \(round.map(\.ruling.ruling)),
          \(round.map { Int16($0.partition) }), \(round.map(\.offset)))
          AS r (index, vote, pseudonym, ballot_offset, kind, ruling, partition, log_offset)),
      standing AS (
        SELECT r.*, b.yes, \(fragment: BallotMark.isQuarantined) AS quarantined,
          NOT \(fragment: BallotMark.isVoid)
            AND (r.kind = \(BallotMark.void) OR \(fragment: BallotMark.isQuarantined)) AS made
        FROM ruling r
        JOIN ballot b ON b.vote = r.vote AND b.pseudonym = r.pseudonym AND b.log_offset = r.ballot_offset
        \(fragment: BallotMark.join)),
      made AS (
        INSERT INTO ballot_mark (vote, pseudonym, kind, partition, log_offset, yes, ruling)
        SELECT vote, pseudonym, kind, partition, log_offset, yes, ruling FROM standing WHERE made
        ORDER BY vote, pseudonym)
      SELECT index, yes, quarantined, made FROM standing
      """)
    var missing = Set(round.indices)
    for row in rows {
      let index = Int(try row["index"] as Int32)
      missing.remove(index)
      let ruling = round[index]
      if try row["made"] {
        outcome.increments.append(
          RulingEffect(
            ruling.ruling.kind, vote: ruling.vote, isYes: try row["yes"], isQuarantined: try row["quarantined"]
          ).increment)
      } else {
        outcome.repeated[ruling.partition, default: 0] += 1
      }
    }
    outcome.rejected += missing.sorted().map { round[$0].rejected(for: .noSuchBallot) }
  }

  private func end(_ ends: [BallotBatch.Ruling], _ outcome: inout RulingOutcome) async throws {
    guard !ends.isEmpty else { return }
    let rows = ends.sorted { a, b in
      (a.ruling.ruling.description, a.partition) < (b.ruling.ruling.description, b.partition)
    }
    let new = try await query(
      """
      INSERT INTO ruling_end (ruling, partition, vote, log_offset)
      SELECT * FROM unnest(\(rows.map(\.ruling.ruling)), \(rows.map(\.partition)), \(rows.map(\.vote)),
        \(rows.map(\.offset)))
      ON CONFLICT DO NOTHING RETURNING ruling, partition
      """)
    for end in ends { outcome.repeated[end.partition, default: 0] += 1 }
    for row in new { outcome.repeated[try row["partition"], default: 0] -= 1 }
    outcome.ended = Array(Set(try new.map { try $0["ruling"] as RulingID }))
  }
}

extension BallotBatch.Ruling {
  func rejected(for reason: Rejection) -> BallotBatch.Rejected {
    BallotBatch.Rejected(partition: partition, offset: offset, reason: reason.rawValue, key: key, value: value)
  }
}
