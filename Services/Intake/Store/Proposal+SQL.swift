import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = """
  id, author, title, summary, body, category, reference, revision, channel, state, state_since, filed_at, submitted_at,
  supporters_needed, gate_ends_at, invitation, withdrawal_reason, lapse_reason, rejection_code, rejection_explanation,
  return_note, merged_into, merger_reason, bar_undone, bar_held, case_state, sympathies_of(id) AS sympathies, vote_closed_at,
  (SELECT jsonb_agg(jsonb_build_object('number', number, 'name', name, 'type', type, 'size', size,
    'sha256', encode(sha256, 'hex')) ORDER BY number) FROM attachment WHERE proposal = id) AS attachments
  """

extension ProposalText {
  init(_ row: Row) throws {
    self.init(
      title: try row["title"], summary: try row["summary"], body: try row["body"], category: try row["category"],
      reference: try row["reference"])
  }
}

extension Proposal {
  /// What `init` reads.
  static var allColumns: Query { columns }

  init(_ row: Row) throws {
    id = try row["id"]
    author = try row["author"]
    text = try ProposalText(row)
    revision = Int(try row["revision"] as Int32)
    channel = try row["channel"]
    state = try row["state"]
    stateSince = try row["state_since"]
    filedAt = try row["filed_at"]
    submittedAt = try row["submitted_at"]
    if let needed: Int32 = try row["supporters_needed"] {
      gate = SupportersGate(
        needed: Int(needed), endsAt: try row["gate_ends_at"], invitation: Invitation(bytes: try row["invitation"]))
    } else {
      gate = nil
    }
    withdrawalReason = try row["withdrawal_reason"]
    lapseReason = try row["lapse_reason"]
    sympathies = try row["sympathies"]
    if let code: RejectionCode = try row["rejection_code"] {
      rejection = Rejection(code: code, explanation: try row["rejection_explanation"])
    }
    if let files: PostgresJSON = try row["attachments"] {
      attachments = try JSON.decode(from: Array(files.text.utf8))
    }
    voteClosedAt = try row["vote_closed_at"]
    returnNote = try row["return_note"]
    if let into: ProposalID = try row["merged_into"] {
      merger = Merger(into: into, reason: try row["merger_reason"])
    }
    bar = Bar(undone: try row["bar_undone"], held: try row["bar_held"], caseState: try row["case_state"])
  }
}

extension Transaction {
  /// - Parameter locked: holds the row until the end of the transaction.
  /// - Throws: `Problem` 404
  func proposal(_ id: ProposalID, locked: Bool) async throws -> Proposal {
    let lock: Query = locked ? "FOR UPDATE" : ""
    guard let row = try await one("SELECT \(fragment: columns) FROM proposal WHERE id = \(id) \(fragment: lock)") else {
      throw Problem.noProposal(id)
    }
    return try Proposal(row)
  }

  func insert(_ proposal: Proposal) async throws {
    let (text, gate) = (proposal.text, proposal.gate)
    try await execute(
      """
      INSERT INTO proposal (id, author, title, summary, body, category, reference, revision, channel, state, state_since,
        filed_at, submitted_at, supporters_needed, gate_ends_at, invitation)
      VALUES (\(proposal.id), \(proposal.author), \(text.title), \(text.summary), \(text.body), \(text.category),
        \(text.reference), \(Int32(proposal.revision)), \(proposal.channel), \(proposal.state), \(proposal.stateSince),
        \(proposal.filedAt), \(proposal.submittedAt), \(gate.map { Int32($0.needed) }), \(gate?.endsAt),
        \(gate?.invitation.bytes))
      """)
    try await insertRevision(of: proposal, at: proposal.filedAt)
  }

  func update(_ proposal: Proposal) async throws {
    let text = proposal.text
    try await execute(
      """
      UPDATE proposal SET title = \(text.title), summary = \(text.summary), body = \(text.body),
        category = \(text.category), reference = \(text.reference), revision = \(Int32(proposal.revision)),
        state = \(proposal.state), state_since = \(proposal.stateSince), submitted_at = \(proposal.submittedAt),
        withdrawal_reason = \(proposal.withdrawalReason), lapse_reason = \(proposal.lapseReason),
        rejection_code = \(proposal.rejection?.code), rejection_explanation = \(proposal.rejection?.explanation),
        return_note = \(proposal.returnNote), merged_into = \(proposal.merger?.into),
        merger_reason = \(proposal.merger?.reason), bar_undone = \(proposal.bar.undone),
        bar_held = \(proposal.bar.held), case_state = \(proposal.bar.caseState), vote_closed_at = \(proposal.voteClosedAt)
      WHERE id = \(proposal.id)
      """)
  }
}

extension QueryRunner {
  /// The proposal of an invitation.
  /// - Parameter locked: holds the row until the end of the transaction.
  /// - Throws: `Problem` 404
  func proposal(invitedBy invitation: Invitation, locked: Bool) async throws -> Proposal {
    let lock: Query = locked ? "FOR UPDATE" : ""
    let row = try await one(
      "SELECT \(fragment: columns) FROM proposal WHERE invitation = \(invitation.bytes) \(fragment: lock)")
    guard let row else { throw Problem.notFound("There is no such invitation.") }
    return try Proposal(row)
  }
}

extension Database {
  /// Those that everybody may find, newest first, from after the cursor on.
  func proposals(in state: TaskState?, after cursor: TimeCursor<Kinds.Proposal>?, _ limit: Int) async throws
    -> [Proposal]
  {
    let byState: Query = state.map { "state = \($0)" } ?? "true"
    let byCursor: Query = cursor.map { "(submitted_at, id) < (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: columns) FROM proposal
      WHERE submitted_at IS NOT NULL AND \(fragment: byState) AND \(fragment: byCursor)
      ORDER BY submitted_at DESC, id DESC LIMIT \(limit)
      """
    ).map(Proposal.init)
  }

  /// Those whose time ran out: which wait for supporters until `now`, or were returned before `returnedBefore`.
  func overdueProposals(at now: Date, returnedBefore: Date, _ limit: Int) async throws -> [ProposalID] {
    try await query(
      """
      (SELECT id FROM proposal WHERE state = \(TaskState.gathering) AND gate_ends_at <= \(now) LIMIT \(limit))
      UNION ALL
      (SELECT id FROM proposal WHERE state = \(TaskState.returned) AND state_since <= \(returnedBefore) LIMIT \(limit))
      """
    ).map { try $0["id"] }
  }
}

extension Problem {
  static func noProposal(_ id: ProposalID) -> Problem { .notFound("There is no proposal \(id).") }
}
