import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = """
  proposal, title, category, text_revision, filed_at, submitted_at, lapsed_at, lapse_reason, withdrawn_at,
  withdrawal_reason, accepted_at, returned_at, returned_revision, return_note, rejected_at, rejection_code,
  rejection_explanation, appealed_at, appeal_ground, appeal_statement, appeal_decided_at, appeal_outcome,
  appeal_explanation, merged_at, merged_into, merger_reason, selected_at, yes_bar, referral, opens_at, closes_at, rule_hash, scheduled_at, opened_at,
  crossed_at, closed_at, closed_yes, closed_no, carried, tally_version, yes, no, counted_at, case_id, received_at, due_at,
  ministry, assigned_at, ministry_due_at, minimum_turnout, majority, electorate, totals,
  ends_at, paused_at, lost_crossed_at, lost_at, lost_yes, lost_no, amended_at, amended_yes, amended_no, amended_carried,
  assigned_crossed_at, resumed_crossed_at, resumed_ministry, resumed_due_at, case_state,
  case_crossed_at, case_holder, case_due_at, case_origin, case_event
  """

extension Facts {
  init(_ row: Row) throws {
    self.init(try row["proposal"])
    title = try row["title"]
    category = try row["category"]
    revision = try (row["text_revision"] as Int32?).map(Int.init)
    filedAt = try row["filed_at"]
    submittedAt = try row["submitted_at"]
    try readReview(row)
    selectedAt = try row["selected_at"]
    if let referral: String = try row["referral"], let referral = VoteRule.Referral(rawValue: referral) {
      rule = VoteRule(
        yesBar: try row["yes_bar"], referral: referral, opensAt: try row["opens_at"], closesAt: try row["closes_at"],
        // Rules that were stored before these were known say nothing about them.
        minimumTurnout: try row["minimum_turnout"] ?? 0, majority: try row["majority"] ?? false,
        electorate: (try row["electorate"] as String?).flatMap(VoteRule.Electorate.init) ?? .citizens,
        totals: (try row["totals"] as String?).flatMap(VoteRule.Totals.init) ?? .running)
    }
    ruleHash = try row["rule_hash"]
    scheduledAt = try row["scheduled_at"]
    openedAt = try row["opened_at"]
    endsAt = try row["ends_at"]
    pausedAt = try row["paused_at"]
    crossedAt = try row["crossed_at"]
    if let at: Date = try row["closed_at"] {
      closing = Closing(yes: try row["closed_yes"], no: try row["closed_no"], carried: try row["carried"], at: at)
    }
    if let version: Int64 = try row["tally_version"] {
      count = Tally(yes: try row["yes"], no: try row["no"], version: version, countedAt: try row["counted_at"])
    }
    if let id: CaseID = try row["case_id"] {
      let event: PostgresJSON? = try row["case_event"]
      receipt = Receipt(
        caseID: id, at: try row["received_at"], dueAt: try row["due_at"], origin: try row["case_origin"],
        event: try event.map { try JSON.decode(from: Array($0.text.utf8)) })
    }
    if let slug: String = try row["ministry"] {
      assignment = Assignment(
        ministry: slug, at: try row["assigned_at"], dueAt: try row["ministry_due_at"],
        crossedAt: try row["assigned_crossed_at"])
    }
    if let state: TaskState = try row["case_state"] {
      course = Course(
        state: state, crossedAt: try row["case_crossed_at"], holder: try row["case_holder"],
        dueAt: try row["case_due_at"])
    }
    try readSuspension(row)
  }
}

extension Facts {
  private mutating func readSuspension(_ row: Row) throws {
    if let crossedAt: Date = try row["lost_crossed_at"] {
      loss = Loss(crossedAt: crossedAt, at: try row["lost_at"], yes: try row["lost_yes"], no: try row["lost_no"])
    }
    if let at: Date = try row["amended_at"] {
      amendment = Closing(
        yes: try row["amended_yes"], no: try row["amended_no"], carried: try row["amended_carried"], at: at)
    }
    if let crossedAt: Date = try row["resumed_crossed_at"] {
      resumption = Resumption(
        crossedAt: crossedAt, ministry: try row["resumed_ministry"], dueAt: try row["resumed_due_at"])
    }
  }

  private mutating func readReview(_ row: Row) throws {
    if let at: Date = try row["lapsed_at"] { lapse = Lapse(reason: try row["lapse_reason"], at: at) }
    if let at: Date = try row["withdrawn_at"] {
      withdrawal = Withdrawal(reason: try row["withdrawal_reason"], at: at)
    }
    acceptedAt = try row["accepted_at"]
    if let at: Date = try row["returned_at"] {
      returned = Return(revision: Int(try row["returned_revision"] as Int32), note: try row["return_note"], at: at)
    }
    if let at: Date = try row["rejected_at"] {
      rejection = Rejection(code: try row["rejection_code"], explanation: try row["rejection_explanation"], at: at)
    }
    if let at: Date = try row["appealed_at"] {
      appeal = Appeal(ground: try row["appeal_ground"], statement: try row["appeal_statement"], at: at)
    }
    if let at: Date = try row["appeal_decided_at"] {
      appealDecision = AppealDecision(
        outcome: try row["appeal_outcome"], explanation: try row["appeal_explanation"], at: at)
    }
    if let at: Date = try row["merged_at"] {
      merger = Merger(into: try row["merged_into"], reason: try row["merger_reason"], at: at)
    }
  }
}

extension Transaction {
  /// Changes what is known of a proposal; the row is locked, and made if this is the first that is heard of it.
  func learn(about proposal: ProposalID, _ change: (inout Facts) -> Void) async throws {
    try await execute("INSERT INTO task (proposal) VALUES (\(proposal)) ON CONFLICT DO NOTHING")
    let row = try await one("SELECT \(fragment: columns) FROM task WHERE proposal = \(proposal) FOR UPDATE")
    var facts = try row.map(Facts.init) ?? Facts(proposal)
    change(&facts)
    try await update(facts)
  }

  private func update(_ facts: Facts) async throws {
    let event = try facts.receipt?.event.map(PostgresJSON.init(encoding:))
    try await execute(
      """
      UPDATE task SET
        revision = revision + 1, changed = pg_current_xact_id()::text::bigint,
        state = \(facts.state), is_public = \(facts.isPublic), listed_at = \(facts.listedAt),
        text_hidden = \(facts.isTextHidden), tally_hidden = \(facts.hidesTally),
        title = \(facts.title), category = \(facts.category), text_revision = \(facts.revision.map(Int32.init)),
        filed_at = \(facts.filedAt), submitted_at = \(facts.submittedAt),
        lapsed_at = \(facts.lapse?.at), lapse_reason = \(facts.lapse?.reason),
        returned_at = \(facts.returned?.at), returned_revision = \(facts.returned.map { Int32($0.revision) }),
        return_note = \(facts.returned?.note),
        appealed_at = \(facts.appeal?.at), appeal_ground = \(facts.appeal?.ground),
        appeal_statement = \(facts.appeal?.statement),
        appeal_decided_at = \(facts.appealDecision?.at), appeal_outcome = \(facts.appealDecision?.outcome),
        appeal_explanation = \(facts.appealDecision?.explanation),
        merged_at = \(facts.merger?.at), merged_into = \(facts.merger?.into), merger_reason = \(facts.merger?.reason),
        withdrawn_at = \(facts.withdrawal?.at), withdrawal_reason = \(facts.withdrawal?.reason),
        accepted_at = \(facts.acceptedAt),
        rejected_at = \(facts.rejection?.at), rejection_code = \(facts.rejection?.code),
        rejection_explanation = \(facts.rejection?.explanation), selected_at = \(facts.selectedAt),
        yes_bar = \(facts.rule?.yesBar), referral = \(facts.rule?.referral.rawValue), opens_at = \(facts.rule?.opensAt),
        closes_at = \(facts.rule?.closesAt), minimum_turnout = \(facts.rule?.minimumTurnout),
        majority = \(facts.rule?.majority), electorate = \(facts.rule?.electorate.rawValue),
        totals = \(facts.rule?.totals.rawValue), rule_hash = \(facts.ruleHash),
        scheduled_at = \(facts.scheduledAt), opened_at = \(facts.openedAt), crossed_at = \(facts.crossedAt),
        ends_at = \(facts.endsAt), paused_at = \(facts.pausedAt),
        closed_at = \(facts.closing?.at), closed_yes = \(facts.closing?.yes), closed_no = \(facts.closing?.no),
        carried = \(facts.closing?.carried),
        tally_version = \(facts.count?.version), yes = \(facts.count?.yes), no = \(facts.count?.no),
        counted_at = \(facts.count?.countedAt),
        case_id = \(facts.receipt?.caseID), received_at = \(facts.receipt?.at), due_at = \(facts.receipt?.dueAt),
        ministry = \(facts.assignment?.ministry), assigned_at = \(facts.assignment?.at),
        ministry_due_at = \(facts.assignment?.dueAt), assigned_crossed_at = \(facts.assignment?.crossedAt),
        lost_crossed_at = \(facts.loss?.crossedAt), lost_at = \(facts.loss?.at), lost_yes = \(facts.loss?.yes),
        lost_no = \(facts.loss?.no), amended_at = \(facts.amendment?.at), amended_yes = \(facts.amendment?.yes),
        amended_no = \(facts.amendment?.no), amended_carried = \(facts.amendment?.carried),
        resumed_crossed_at = \(facts.resumption?.crossedAt), resumed_ministry = \(facts.resumption?.ministry),
        resumed_due_at = \(facts.resumption?.dueAt), case_state = \(facts.course?.state),
        case_crossed_at = \(facts.course?.crossedAt), case_holder = \(facts.course?.holder),
        case_due_at = \(facts.course?.dueAt), case_origin = \(facts.receipt?.origin), case_event = \(event)
      WHERE proposal = \(facts.proposal)
      """)
  }
}

extension QueryRunner {
  /// Nil when nothing has been heard of the proposal, or nothing that is public.
  func facts(of proposal: ProposalID) async throws -> Facts? {
    try await one("SELECT \(fragment: columns) FROM task WHERE proposal = \(proposal) AND is_public").map(Facts.init)
  }

  /// Newest first, from after the cursor on.
  func facts(in filter: Filter, after cursor: TimeCursor<Kinds.Proposal>?, _ limit: Int) async throws -> [Facts] {
    let byFilter: Query =
      if filter == .open {
        "opened_at IS NOT NULL AND closed_at IS NULL"
      } else if let states = filter.states, states.count == 1 {
        "state = \(states[0])"
      } else {
        filter.states.map { "state = ANY(\($0.map(\.rawValue)))" } ?? "true"
      }
    let byCursor: Query = cursor.map { "(listed_at, proposal) < (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: columns) FROM task
      WHERE is_public AND \(fragment: byFilter) AND \(fragment: byCursor)
      ORDER BY listed_at DESC, proposal DESC LIMIT \(limit)
      """
    ).map(Facts.init)
  }

  /// The proposal as the streams show it; nil when nothing has been heard of it.
  func snapshot(of proposal: ProposalID) async throws -> Snapshot? {
    try await one(
      "SELECT revision, \(fragment: columns) FROM task WHERE proposal = \(proposal) AND is_public"
    ).map(Snapshot.init)
  }

  /// What changed since an earlier call, and the mark for the next one.
  ///
  /// The mark is the oldest transaction that was still running: whatever was not visible yet has its number or a higher
  /// one. So nothing is missed when transactions end in another order than they began; some rows come twice.
  /// - Parameter mark: nil gives no rows, but the mark to begin with.
  func snapshots(changedSince mark: Int64?) async throws -> (snapshots: [Snapshot], mark: Int64) {
    let rows = try await query(
      """
      SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS mark, revision, \(fragment: columns)
      FROM (SELECT 1) AS always LEFT JOIN task ON changed >= \(mark ?? Int64.max)
      """)
    guard let first = rows.first else { return ([], mark ?? 0) }
    return (try rows.filter { try ($0["revision"] as Int64?) != nil }.map(Snapshot.init), try first["mark"])
  }
}

extension Snapshot {
  init(_ row: Row) throws { self.init(try Facts(row), revision: try row["revision"]) }
}
