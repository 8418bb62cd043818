import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension VoteState: PostgresEncodable, PostgresDecodable {}

private let columns: Query = """
  v.number, v.proposal, v.title, v.category, v.reference, v.state, v.rule, v.rule_hash, v.opened_at, v.closed_at,
  v.carried, coalesce(v.ends_at, v.closes_at) AS ends_at, v.paused_at, v.changes_ordered, v.changes_made
  """

extension Vote {
  init(_ row: Row) throws {
    number = try row["number"]
    proposal = try row["proposal"]
    title = try row["title"]
    category = try row["category"]
    reference = try row["reference"]
    state = try row["state"]
    rule = try JSON.decode(from: Array((try row["rule"] as String).utf8))
    ruleHash = try row["rule_hash"]
    openedAt = try row["opened_at"]
    closedAt = try row["closed_at"]
    carried = try row["carried"]
    endsAt = try row["ends_at"]
    pausedAt = try row["paused_at"]
    changesOrdered = try row["changes_ordered"]
    changesMade = try row["changes_made"]
  }
}

extension Tally {
  init(_ row: Row) throws {
    yes = try row["yes"]
    no = try row["no"]
    void = try row["void"]
    quarantined = try row["quarantined"]
    version = try row["version"]
    countedAt = try row["counted_at"]
    crossedAt = try row["crossed_at"]
  }
}

extension Problem {
  static func noVote(on proposal: ProposalID) -> Problem { .notFound("There is no vote on \(proposal).") }
}

extension QueryRunner {
  /// - Throws: `Problem` 404 where there is none.
  func existingVote(on proposal: ProposalID, locked: Bool = false) async throws -> Vote {
    guard let vote = try await vote(on: proposal, locked: locked) else { throw Problem.noVote(on: proposal) }
    return vote
  }

  func vote(on proposal: ProposalID, locked: Bool = false) async throws -> Vote? {
    let lock: Query = locked ? " FOR UPDATE" : ""
    return try await one(
      "SELECT \(fragment: columns) FROM vote v WHERE v.proposal = \(proposal)\(fragment: lock)"
    ).map(Vote.init)
  }

  /// By their numbers.
  func votes(numbered numbers: [Int32]) async throws -> [Int32: Vote] {
    guard !numbers.isEmpty else { return [:] }
    let votes = try await query("SELECT \(fragment: columns) FROM vote v WHERE v.number = ANY(\(numbers))").map(
      Vote.init)
    return Dictionary(votes.map { ($0.number, $0) }) { first, _ in first }
  }

  /// - Throws: `Problem` 404
  func voteWithTally(on proposal: ProposalID) async throws -> (vote: Vote, tally: Tally) {
    let row = try await one(
      """
      SELECT \(fragment: columns), t.yes, t.no, t.void, t.quarantined, t.version, t.counted_at, t.crossed_at
      FROM vote v JOIN tally t ON t.vote = v.number WHERE v.proposal = \(proposal)
      """)
    guard let row else { throw Problem.noVote(on: proposal) }
    return (try Vote(row), try Tally(row))
  }

  /// Newest first, with a number below `before`.
  func votesWithTallies(in state: VoteState?, before: Int32?, _ limit: Int) async throws -> [(vote: Vote, tally: Tally)]
  {
    let byState: Query = state.map { "v.state = \($0)" } ?? "true"
    let byNumber: Query = before.map { "v.number < \($0)" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: columns), t.yes, t.no, t.void, t.quarantined, t.version, t.counted_at, t.crossed_at
      FROM vote v JOIN tally t ON t.vote = v.number
      WHERE \(fragment: byState) AND \(fragment: byNumber) ORDER BY v.number DESC LIMIT \(limit)
      """
    ).map { (try Vote($0), try Tally($0)) }
  }

  /// Scheduled votes whose time has come.
  func votesToOpen(at now: Date, limit: Int) async throws -> [Vote] {
    try await query(
      """
      SELECT \(fragment: columns) FROM vote v
      WHERE v.state = \(VoteState.scheduled) AND v.opens_at <= \(now) ORDER BY v.number LIMIT \(limit)
      """
    ).map(Vote.init)
  }

  /// Open votes that should have closed by `cutoff`, and closing ones whose closing is not in the log yet.
  func votesToClose(by cutoff: Date, limit: Int) async throws -> [Vote] {
    try await query(
      """
      SELECT \(fragment: columns) FROM vote v
      WHERE (v.state = \(VoteState.open) AND coalesce(v.ends_at, v.closes_at) <= \(cutoff) AND v.paused_at IS NULL
          AND v.changes_ordered = v.changes_made AND \(fragment: hasNoRulingOnItsWay))
        OR (v.state = \(VoteState.closing) AND NOT v.closing_announced)
      ORDER BY v.number LIMIT \(limit)
      """
    ).map(Vote.init)
  }

  /// The votes that are not over, and the thousand that closed last.
  func currentVotes() async throws -> [Vote] {
    try await query(
      """
      SELECT \(fragment: columns) FROM vote v WHERE v.state <> \(VoteState.closed)
      UNION ALL (SELECT \(fragment: columns) FROM vote v WHERE v.state = \(VoteState.closed)
        ORDER BY v.number DESC LIMIT 1000)
      """
    ).map(Vote.init)
  }
}

extension Transaction {
  /// Makes the vote and its empty tally; false if there is one on the proposal already.
  func insertVote(for task: TaskSelected, canonicalRule: [UInt8], ruleHash: [UInt8]) async throws -> Bool {
    let row = try await one(
      """
      INSERT INTO vote (proposal, title, category, reference, state, rule, rule_hash, yes_bar, referral, opens_at,
        closes_at, minimum_turnout, majority, totals)
      VALUES (\(task.proposal), \(task.title), \(task.category), \(task.reference), \(VoteState.scheduled),
        \(String(decoding: canonicalRule, as: UTF8.self)), \(ruleHash), \(task.rule.yesBar),
        \(task.rule.referral.rawValue), \(task.rule.opensAt), \(task.rule.closesAt), \(task.rule.minimumTurnout),
        \(task.rule.majority), \(task.rule.totals.rawValue))
      ON CONFLICT (proposal) DO NOTHING RETURNING number
      """)
    guard let number: Int32 = try row?["number"] else { return false }
    try await execute("INSERT INTO tally (vote) VALUES (\(number))")
    return true
  }

  /// Opens a vote; false if it is not scheduled any more.
  func open(_ vote: Vote, at time: Date) async throws -> Bool {
    try await execute(
      """
      UPDATE vote SET state = \(VoteState.open), opened_at = \(time)
      WHERE number = \(vote.number) AND state = \(VoteState.scheduled)
      """) == 1
  }
}
