import Contracts
import Crypto
import FoundationEssentials
import Postgres
import ServiceKit

extension VoteChange.Kind: PostgresEncodable, PostgresDecodable {}

extension VoteChange {
  init(_ row: Row) throws {
    number = try row["number"]
    kind = try row["kind"]
    reason = try row["reason"]
    at = try row["at"]
    closesAt = try row["closes_at"]
  }
}

extension QueryRunner {
  /// The changes of a vote that are in the log, in their order.
  func changes(of vote: Vote) async throws -> [VoteChange] {
    try await query(
      """
      SELECT number, kind, reason, at, closes_at FROM vote_change
      WHERE vote = \(vote.number) AND made_at IS NOT NULL ORDER BY number
      """
    ).map(VoteChange.init)
  }

  /// Changes that were ordered and are not in the log yet: at most one a vote.
  func changesToMake(limit: Int) async throws -> [(vote: Vote, change: VoteChange)] {
    let rows = try await query(
      """
      SELECT vote, number, kind, reason, at, closes_at FROM vote_change
      WHERE made_at IS NULL ORDER BY vote, number LIMIT \(limit)
      """)
    let votes = try await votes(numbered: rows.map { try $0["vote"] })
    return try rows.compactMap { row in
      guard let vote = votes[try row["vote"]] else { return nil }
      return (vote, try VoteChange(row))
    }
  }
}

extension Transaction {
  /// Keeps an order. A pause holds for the ballot box from its moment on, be it in the log yet or not.
  func insert(_ change: VoteChange, of vote: Vote, by staff: CitizenID, at now: Date) async throws {
    try await execute(
      """
      INSERT INTO vote_change (vote, number, kind, reason, at, closes_at, ordered_by, ordered_at)
      VALUES (\(vote.number), \(change.number), \(change.kind), \(change.reason), \(change.at), \(change.closesAt),
        \(staff), \(now))
      """)
    let pause: Query = change.kind == .pause ? ", paused_at = \(change.at)" : ""
    try await execute(
      "UPDATE vote SET changes_ordered = \(change.number)\(fragment: pause) WHERE number = \(vote.number)")
  }

  /// A change is in every partition of the log: the ballot box goes by it, and everyone is told. Nothing if it was made
  /// before.
  func make(_ change: VoteChange, of vote: Vote, at now: Date) async throws {
    let made = try await one(
      """
      UPDATE vote_change SET made_at = \(now)
      WHERE vote = \(vote.number) AND number = \(change.number) AND made_at IS NULL RETURNING ordered_by
      """)
    guard let made else { return }
    let staff: CitizenID = try made["ordered_by"]
    let resumption: Query = change.kind == .resumption ? ", paused_at = NULL" : ""
    try await execute(
      """
      UPDATE vote SET changes_made = \(change.number), ends_at = \(change.closesAt)\(fragment: resumption)
      WHERE number = \(vote.number)
      """)
    let hash = Hex.encode(vote.ruleHash)
    switch change.kind {
    case .pause:
      try await publish(
        VotePaused(
          proposal: vote.proposal, reason: change.reason, pausedAt: change.at, closesAt: change.closesAt,
          ruleHash: hash, orderedBy: staff), at: now)
    case .resumption:
      try await publish(
        VoteResumed(
          proposal: vote.proposal, reason: change.reason, resumedAt: change.at, closesAt: change.closesAt,
          ruleHash: hash, orderedBy: staff), at: now)
    case .extension:
      try await publish(
        VoteExtended(
          proposal: vote.proposal, reason: change.reason, extendedAt: change.at, closesAt: change.closesAt,
          ruleHash: hash, orderedBy: staff), at: now)
    }
  }

  /// Ends an open vote whose time is over; false if it was changed meanwhile. From here on no change can be ordered.
  func beginClosing(_ vote: Vote, dueBy cutoff: Date) async throws -> Bool {
    try await execute(
      """
      UPDATE vote v SET state = \(VoteState.closing)
      WHERE number = \(vote.number) AND state = \(VoteState.open) AND coalesce(ends_at, closes_at) <= \(cutoff)
        AND paused_at IS NULL AND changes_ordered = changes_made AND \(fragment: hasNoRulingOnItsWay)
      """) == 1
  }
}

extension Database {
  /// The closing records of these votes are in every partition.
  func markAnnounced(_ votes: [Vote]) async throws {
    try await execute("UPDATE vote SET closing_announced = true WHERE number = ANY(\(votes.map(\.number)))")
  }
}
