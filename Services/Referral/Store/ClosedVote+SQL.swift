import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = "proposal, title, category, yes, no, yes_bar, rule_hash"

extension ClosedVote {
  fileprivate init(_ row: Row) throws {
    self.init(
      proposal: try row["proposal"], title: try row["title"], category: try row["category"], yes: try row["yes"],
      no: try row["no"], yesBar: try row["yes_bar"], ruleHash: try row["rule_hash"])
  }
}

extension Transaction {
  /// Remembers what a vote is about, for the day on which it has closed.
  func remember(_ event: VoteScheduled) async throws {
    try await execute(
      """
      INSERT INTO known_vote (proposal, title, category, yes_bar, rule_hash)
      VALUES (\(event.proposal), \(event.title), \(event.category), \(event.rule.yesBar), \(event.ruleHash))
      ON CONFLICT (proposal) DO NOTHING
      """)
  }

  /// Remembers how a vote ended, at first or after ballots were voided or released.
  /// - Parameter closedAt: nil where it had closed before.
  func remember(
    _ proposal: ProposalID, yes: Int64, no: Int64, carried: Bool, closedAt: Date?
  ) async throws {
    try await execute(
      """
      UPDATE known_vote SET yes = \(yes), no = \(no), carried = \(carried),
        closed_at = coalesce(\(closedAt), closed_at)
      WHERE proposal = \(proposal)
      """)
  }

  /// Marks a month as looked at.
  /// - Returns: false when it was before.
  func claim(_ month: MonthlyReferral.Month, at now: Date) async throws -> Bool {
    try await execute(
      """
      INSERT INTO referred_month (month, referred_at) VALUES (\(month.first.number), \(now)) ON CONFLICT DO NOTHING
      """) == 1
  }

  /// The votes that closed in a month without carrying and have no case, by their yes votes; who came first at the same
  /// number.
  func first(_ count: Int, of month: MonthlyReferral.Month) async throws -> [ClosedVote] {
    let span = month.span
    return try await query(
      """
      SELECT \(fragment: columns) FROM known_vote
      WHERE closed_at >= \(span.lowerBound) AND closed_at < \(span.upperBound) AND NOT carried AND yes > no
        AND NOT EXISTS (SELECT FROM referral_case WHERE referral_case.proposal = known_vote.proposal)
      ORDER BY yes DESC, closed_at, proposal LIMIT \(count)
      """
    ).map(ClosedVote.init)
  }

  /// Nil where no vote on the proposal was ever scheduled, or before votes were remembered.
  func knownVote(on proposal: ProposalID) async throws -> KnownVote? {
    let row = try await one(
      """
      SELECT closed_at, carried, \(fragment: columns) FROM known_vote WHERE proposal = \(proposal)
      """)
    guard let row else { return nil }
    guard try row["closed_at"] as Date? != nil else { return .toClose }
    return try row["carried"] ? .carried : .failed(ClosedVote(row))
  }
}

extension Database {
  /// The last month that was looked at; when there is none, the one given, if any, is marked as though it had been.
  func lastMonth(ifNone first: MonthlyReferral.Month?, at now: Date) async throws -> MonthlyReferral.Month? {
    try await transaction { transaction in
      let row = try await transaction.one("SELECT max(month) AS last FROM referred_month")
      if let last: Int64 = try row?["last"] { return MonthlyReferral.Month(of: Day(number: last)) }
      if let first { _ = try await transaction.claim(first, at: now) }
      return first
    }
  }
}
