import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = """
  id, proposal, title, category, yes, no, yes_bar, rule_hash, received_at, due_at, ministry, assigned_at,
  ministry_due_at, crossed_at
  """

extension Case {
  init(_ row: Row) throws {
    if let slug: String = try row["ministry"] {
      guard let ministry = Ministry.named(slug) else {
        throw PostgresError(sqlState: "42804", message: "a case has a ministry that this program does not know")
      }
      assignment = Assignment(
        ministry: ministry, assignedAt: try row["assigned_at"], dueAt: try row["ministry_due_at"])
    }
    id = try row["id"]
    proposal = try row["proposal"]
    title = try row["title"]
    category = try row["category"]
    yes = try row["yes"]
    no = try row["no"]
    yesBar = try row["yes_bar"]
    ruleHash = try row["rule_hash"]
    crossedAt = try row["crossed_at"]
    receivedAt = try row["received_at"]
    dueAt = try row["due_at"]
  }
}

extension Transaction {
  /// Makes all that concerns one proposal wait for each other until the end of the transaction.
  ///
  /// The bar crossed and the proposal's text come from two topics, maybe to two processes at the same moment: without
  /// this, neither would see what the other has just written, and the case would stay without a ministry.
  func serialize(on proposal: ProposalID) async throws {
    try await execute("SELECT pg_advisory_xact_lock(hashtextextended(\("referral of \(proposal)"), 0))")
  }

  /// Nil when the proposal has no case.
  func openCase(of proposal: ProposalID) async throws -> Case? {
    let rows = try await query(
      "SELECT \(fragment: columns) FROM referral_case WHERE proposal = \(proposal) FOR UPDATE")
    return try await withSuspensions(rows.map(Case.init)).first
  }

  /// - Returns: false when the proposal has a case already; then nothing is changed.
  func insert(_ new: Case) async throws -> Bool {
    try await execute(
      """
      INSERT INTO referral_case
        (id, proposal, title, category, yes, no, yes_bar, rule_hash, crossed_at, received_at, due_at)
      VALUES (\(new.id), \(new.proposal), \(new.title), \(new.category), \(new.yes), \(new.no), \(new.yesBar),
        \(new.ruleHash), \(new.crossedAt), \(new.receivedAt), \(new.dueAt)) ON CONFLICT (proposal) DO NOTHING
      """) == 1
  }

  func update(_ changed: Case) async throws {
    try await execute(
      """
      UPDATE referral_case SET yes = \(changed.yes), no = \(changed.no), crossed_at = \(changed.crossedAt),
        due_at = \(changed.dueAt), ministry = \(changed.assignment?.ministry.slug),
        assigned_at = \(changed.assignment?.assignedAt), ministry_due_at = \(changed.assignment?.dueAt)
      WHERE id = \(changed.id)
      """)
    try await keepSuspension(of: changed)
  }
}

extension Database {
  /// Proposals whose case has no ministry although text and ministry are known, the longest waiting first; the rest of
  /// very many comes with the next call.
  func assignableProposals() async throws -> [ProposalID] {
    // A ministry that this program does not know would fail each time, and stand before the others.
    let known = Ministry.all.map(\.slug)
    return try await query(
      """
      SELECT referral_case.proposal FROM referral_case
      JOIN proposal_text ON proposal_text.proposal = referral_case.proposal
      JOIN category_ministry ON category_ministry.category = referral_case.category
      WHERE referral_case.ministry IS NULL AND category_ministry.ministry = ANY(\(known))
        AND NOT \(fragment: .isSuspended)
      ORDER BY referral_case.received_at, referral_case.id LIMIT 1000
      """
    ).map { try $0["proposal"] }
  }

  /// Newest first, from after the cursor on.
  func cases(
    of ministry: Ministry?, in state: CaseState?, after cursor: TimeCursor<Kinds.Case>?, _ limit: Int
  ) async throws -> [Case] {
    let byMinistry: Query = ministry.map { "ministry = \($0.slug)" } ?? "true"
    let byState: Query = state.map(\.condition) ?? "true"
    let byCursor: Query = cursor.map { "(received_at, id) < (\($0.time), \($0.id))" } ?? "true"
    let found = try await query(
      """
      SELECT \(fragment: columns) FROM referral_case
      WHERE \(fragment: byMinistry) AND \(fragment: byState) AND \(fragment: byCursor)
      ORDER BY received_at DESC, id DESC LIMIT \(limit)
      """
    ).map(Case.init)
    return try await withSuspensions(found)
  }

  /// Nil when there is no such case.
  func singleCase(_ id: CaseID) async throws -> Case? {
    let rows = try await query("SELECT \(fragment: columns) FROM referral_case WHERE id = \(id)")
    return try await withSuspensions(rows.map(Case.init)).first
  }
}

extension CaseState {
  /// Which rows are in this state.
  fileprivate var condition: Query {
    switch self {
    case .received: "ministry IS NULL AND NOT \(fragment: .isSuspended)"
    case .assigned: "ministry IS NOT NULL AND NOT \(fragment: .isSuspended)"
    case .suspended: .isSuspended
    }
  }
}
