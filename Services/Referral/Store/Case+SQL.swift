import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension CaseStage: PostgresEncodable, PostgresDecodable {}

private let listedColumns: Query = """
  id, proposal, title, category, origin, yes, no, yes_bar, rule_hash, crossed_at, received_at, version, stage, ministry
  """
private let columns: Query = "\(fragment: listedColumns), dossier, deadlines"

extension Case {
  init(_ row: Row) throws {
    if let slug: String = try row["ministry"] {
      guard let known = Ministry.named(slug) else {
        throw PostgresError(sqlState: "42804", message: "a case has a ministry that this program does not know")
      }
      ministry = known
    }
    id = try row["id"]
    proposal = try row["proposal"]
    title = try row["title"]
    category = try row["category"]
    origin = try row["origin"]
    yes = try row["yes"]
    no = try row["no"]
    yesBar = try row["yes_bar"]
    ruleHash = try row["rule_hash"]
    crossedAt = try row["crossed_at"]
    receivedAt = try row["received_at"]
    version = Int(try row["version"] as Int32)
    stage = try row["stage"]
    let stored: PostgresJSON = try row["dossier"]
    dossier = try JSON.decode(Dossier.self, from: Array(stored.text.utf8))
    let kept: PostgresJSON = try row["deadlines"]
    deadlines = try JSON.decode([MilestoneDeadline].self, from: Array(kept.text.utf8))
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
  func lockedCase(of proposal: ProposalID) async throws -> Case? {
    let rows = try await query(
      "SELECT \(fragment: columns) FROM referral_case WHERE proposal = \(proposal) FOR NO KEY UPDATE")
    return try await withHistory(rows.map(Case.init)).first
  }

  /// - Throws: `Problem` 404
  func lockedCase(_ id: CaseID) async throws -> Case {
    let rows = try await query("SELECT \(fragment: columns) FROM referral_case WHERE id = \(id) FOR NO KEY UPDATE")
    guard let found = try await withHistory(rows.map(Case.init)).first else { throw Problem.noCase(id) }
    return found
  }

  /// As the transaction sees it, without a lock: nobody who changes it waits.
  /// - Throws: `Problem` 404
  func latestCase(_ id: CaseID) async throws -> Case {
    let rows = try await query("SELECT \(fragment: columns) FROM referral_case WHERE id = \(id)")
    guard let found = try await withHistory(rows.map(Case.init)).first else { throw Problem.noCase(id) }
    return found
  }

  /// - Returns: false when the proposal has a case already; then nothing is changed.
  func insert(_ new: Case) async throws -> Bool {
    let dossier = try PostgresJSON(encoding: new.dossier)
    let inserted =
      try await execute(
        """
        INSERT INTO referral_case
          (id, proposal, title, category, origin, yes, no, yes_bar, rule_hash, crossed_at, received_at, stage, state,
            dossier)
        VALUES (\(new.id), \(new.proposal), \(new.title), \(new.category), \(new.origin), \(new.yes), \(new.no),
          \(new.yesBar), \(new.ruleHash), \(new.crossedAt), \(new.receivedAt), \(new.stage), \(new.state.rawValue), \(dossier))
        ON CONFLICT (proposal) DO NOTHING
        """) == 1
    if inserted { try await keepHolds(of: new) }
    return inserted
  }

  /// Keeps the case as it is now, as its next version.
  func update(_ changed: Case) async throws {
    let dossier = try PostgresJSON(encoding: changed.dossier)
    let deadlines = try PostgresJSON(encoding: changed.deadlines)
    try await execute(
      """
      UPDATE referral_case SET version = version + 1, yes = \(changed.yes), no = \(changed.no),
        crossed_at = \(changed.crossedAt), stage = \(changed.stage), state = \(changed.state.rawValue),
        ministry = \(changed.ministry?.slug), dossier = \(dossier), deadlines = \(deadlines)
      WHERE id = \(changed.id)
      """)
    try await keepHolds(of: changed)
    try await keepSuspension(of: changed)
  }
}

/// Which cases are asked for.
struct CaseFilter: Sendable {
  var ministry: Ministry?
  var holder: Holder?
  var state: CaseState?
  var category: Category?
  var proposal: ProposalID?
  /// Those that are late at this moment alone.
  var lateAt: Date?

  fileprivate var condition: Query {
    let byMinistry: Query = ministry.map { "ministry = \($0.slug)" } ?? "true"
    let byState: Query = state.map { "state = \($0.rawValue)" } ?? "true"
    let byCategory: Query = category.map { "category = \($0)" } ?? "true"
    let byProposal: Query = proposal.map { "proposal = \($0)" } ?? "true"
    let byHolder: Query =
      holder.map {
        """
        EXISTS (SELECT FROM case_hold
          WHERE case_id = referral_case.id AND ended_at IS NULL AND holder = \($0.name))
        """
      } ?? "true"
    let byLateness: Query =
      lateAt.map {
        """
        state <> \(CaseState.suspended.rawValue) AND EXISTS (SELECT FROM case_hold
          WHERE case_id = referral_case.id AND ended_at IS NULL AND due_at < \($0))
        """
      } ?? "true"
    return """
      \(fragment: byMinistry) AND \(fragment: byState) AND \(fragment: byCategory) AND \(fragment: byProposal)
        AND \(fragment: byHolder) AND \(fragment: byLateness)
      """
  }
}

extension Database {
  /// Adopted cases for whose category a ministry has been named meanwhile, the longest waiting first; the rest of very
  /// many comes with the next call.
  func assignableProposals() async throws -> [ProposalID] {
    // A ministry that this program does not know would fail each time, and stand before the others.
    let known = Ministry.all.map(\.slug)
    return try await query(
      """
      SELECT referral_case.proposal FROM referral_case
      JOIN proposal_text ON proposal_text.proposal = referral_case.proposal
      JOIN category_ministry ON category_ministry.category = referral_case.category
      WHERE referral_case.state = \(CaseState.adopted.rawValue) AND category_ministry.ministry = ANY(\(known))
      ORDER BY referral_case.received_at, referral_case.id LIMIT 1000
      """
    ).map { try $0["proposal"] }
  }

  /// Newest first, from after the cursor on; without what is on record, which may be long and stands in no list.
  func cases(_ filter: CaseFilter, after cursor: TimeCursor<Kinds.Case>?, _ limit: Int) async throws -> [Case] {
    let byCursor: Query = cursor.map { "(received_at, id) < (\($0.time), \($0.id))" } ?? "true"
    return try await ofOneMoment { moment in
      let found = try await moment.query(
        """
        SELECT \(fragment: listedColumns), '{}'::jsonb AS dossier, '[]'::jsonb AS deadlines
        FROM referral_case
        WHERE \(fragment: filter.condition) AND \(fragment: byCursor)
        ORDER BY received_at DESC, id DESC LIMIT \(limit)
        """
      ).map(Case.init)
      return try await moment.withHistory(found)
    }
  }

  /// - Throws: `Problem` 404
  func singleCase(_ id: CaseID) async throws -> Case {
    try await ofOneMoment { try await $0.latestCase(id) }
  }

  /// What several queries find is of the same moment: a case with the holds that it had then.
  private func ofOneMoment<Found: Sendable>(_ body: (Transaction) async throws -> Found) async throws -> Found {
    try await transaction { transaction in
      try await transaction.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
      return try await body(transaction)
    }
  }
}

extension QueryRunner {
  /// The cases with their holds and suspensions.
  fileprivate func withHistory(_ cases: [Case]) async throws -> [Case] {
    try await withSuspensions(withHolds(cases))
  }
}

extension Problem {
  /// 404
  static func noCase(_ id: CaseID) -> Problem { .notFound("There is no case \(id).") }
}
