import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

private let columns: Query = """
  proposal, author, title, summary, body, category, reference, revision, submitted_at, state, state_since, return_note,
  rejection_code, rejection_explanation, rejected_by, appeal_ground, appeal_statement, appealed_at, appeal_outcome,
  appeal_explanation, appeal_decided_at, merged_into, merger_reason, selection_reason, rule, rejection_confirmed_by,
  proposed_code, proposed_explanation, proposed_by, proposed_at, locked_by, locked_until, flags, sympathies
  """

extension ReviewState: PostgresEncodable, PostgresDecodable {}

extension Review {
  init(_ row: Row) throws {
    self.init(
      proposal: try row["proposal"], author: try row["author"], title: try row["title"],
      summary: try row["summary"], body: try row["body"], category: try row["category"],
      reference: try row["reference"], revision: Int(try row["revision"] as Int32),
      submittedAt: try row["submitted_at"], state: try row["state"], stateSince: try row["state_since"])
    returnNote = try row["return_note"]
    if let code: RejectionCode = try row["rejection_code"] {
      rejection = Rejection(code: code, explanation: try row["rejection_explanation"])
    }
    rejectedBy = try row["rejected_by"]
    rejectionConfirmedBy = try row["rejection_confirmed_by"]
    if let code: RejectionCode = try row["proposed_code"] {
      proposedRejection = ProposedRejection(
        code: code, explanation: try row["proposed_explanation"], proposedBy: try row["proposed_by"],
        proposedAt: try row["proposed_at"])
    }
    if let by: CitizenID = try row["locked_by"] { lock = ReviewLock(by: by, until: try row["locked_until"]) }
    flags = Int(try row["flags"] as Int32)
    sympathies = try row["sympathies"]
    appeal = try Appeal(row)
    if let into: ProposalID = try row["merged_into"] { merger = Merger(into: into, reason: try row["merger_reason"]) }
    if let rule: PostgresJSON = try row["rule"] {
      selection = Selection(reason: try row["selection_reason"], rule: try JSON.decode(from: Array(rule.text.utf8)))
    }
  }
}

extension Appeal {
  fileprivate init?(_ row: Row) throws {
    guard let ground: AppealGround = try row["appeal_ground"] else { return nil }
    self.init(ground: ground, statement: try row["appeal_statement"], appealedAt: try row["appealed_at"])
    if let outcome: AppealOutcome = try row["appeal_outcome"] {
      decision = Decision(
        outcome: outcome, explanation: try row["appeal_explanation"], decidedAt: try row["appeal_decided_at"])
    }
  }
}

/// What a list of reviews is narrowed to.
struct ReviewFilter: Sendable {
  var state = ReviewState.pending
  var category: Category?
  /// Submitted after the first time, if any, and not after the second.
  var submitted: (after: Date?, upTo: Date)?
  var attention: ReviewAttention?
}

/// What a member of staff looks for in the queue.
enum ReviewAttention: String, Sendable, CaseIterable {
  /// Nobody works on it.
  case free
  /// The caller works on it.
  case mine
  /// Readers have flagged it.
  case flagged
  /// A rejection waits for another person than the one who proposed it.
  case secondPerson = "second-person"
}

extension Transaction {
  /// Nil when moderation has not heard of the proposal.
  /// - Parameter locked: holds the row until the end of the transaction.
  func review(_ proposal: ProposalID, locked: Bool) async throws -> Review? {
    let lock: Query = locked ? "FOR UPDATE" : ""
    return try await one(
      "SELECT \(fragment: columns) FROM review WHERE proposal = \(proposal) \(fragment: lock)"
    ).map(Review.init)
  }

  /// Those that there are of these proposals, locked until the end of the transaction: in the order of their keys, so that
  /// two who lock the same ones do not wait for each other.
  func lockedReviews(_ proposals: [ProposalID]) async throws -> [ProposalID: Review] {
    let reviews = try await query(
      """
      SELECT \(fragment: columns) FROM review WHERE proposal = ANY(\(proposals)) ORDER BY proposal FOR UPDATE
      """
    ).map(Review.init)
    return Dictionary(reviews.map { ($0.proposal, $0) }) { first, _ in first }
  }

  /// Does nothing if there is a review of the proposal already.
  func insert(_ review: Review) async throws {
    try await execute(
      """
      INSERT INTO review (proposal, author, title, summary, body, category, reference, revision, submitted_at, state,
        state_since)
      VALUES (\(review.proposal), \(review.author), \(review.title), \(review.summary), \(review.body),
        \(review.category), \(review.reference), \(Int32(review.revision)), \(review.submittedAt), \(review.state),
        \(review.stateSince))
      ON CONFLICT (proposal) DO NOTHING
      """)
  }

  func update(_ review: Review) async throws {
    let rule = try review.selection.map { try PostgresJSON(encoding: $0.rule) }
    try await execute(
      """
      UPDATE review SET title = \(review.title), summary = \(review.summary), body = \(review.body),
        category = \(review.category), reference = \(review.reference), revision = \(Int32(review.revision)),
        submitted_at = \(review.submittedAt), state = \(review.state), state_since = \(review.stateSince),
        return_note = \(review.returnNote),
        rejection_code = \(review.rejection?.code), rejection_explanation = \(review.rejection?.explanation),
        rejected_by = \(review.rejectedBy), appeal_ground = \(review.appeal?.ground),
        appeal_statement = \(review.appeal?.statement), appealed_at = \(review.appeal?.appealedAt),
        appeal_outcome = \(review.appeal?.decision?.outcome),
        appeal_explanation = \(review.appeal?.decision?.explanation),
        appeal_decided_at = \(review.appeal?.decision?.decidedAt),
        merged_into = \(review.merger?.into), merger_reason = \(review.merger?.reason),
        selection_reason = \(review.selection?.reason), rule = \(rule),
        rejection_confirmed_by = \(review.rejectionConfirmedBy),
        proposed_code = \(review.proposedRejection?.code),
        proposed_explanation = \(review.proposedRejection?.explanation),
        proposed_by = \(review.proposedRejection?.proposedBy), proposed_at = \(review.proposedRejection?.proposedAt),
        locked_by = \(review.lock?.by), locked_until = \(review.lock?.until), flags = \(Int32(review.flags))
      WHERE proposal = \(review.proposal)
      """)
  }
}

extension Transaction {
  /// Nothing where moderation has not heard of the proposal.
  func setSympathies(_ sympathies: Int64, of proposal: ProposalID) async throws {
    try await execute("UPDATE review SET sympathies = \(sympathies) WHERE proposal = \(proposal)")
  }
}

extension Database {
  /// Oldest first, from after the cursor on.
  /// - Parameters:
  ///   - staff: who looks.
  func reviews(
    _ filter: ReviewFilter, for staff: CitizenID, at now: Date, after cursor: TimeCursor<Kinds.Proposal>?, _ limit: Int
  ) async throws -> [Review] {
    let byCategory: Query = filter.category.map { "category = \($0)" } ?? "true"
    let since: Query = filter.submitted?.after.map { "submitted_at > \($0)" } ?? "true"
    let until: Query = filter.submitted.map { "submitted_at <= \($0.upTo)" } ?? "true"
    let byAttention: Query =
      switch filter.attention {
      case nil: "true"
      case .free: "(locked_by IS NULL OR locked_until <= \(now))"
      case .mine: "(locked_by = \(staff) AND locked_until > \(now))"
      case .flagged: "flags >= \(Int32(Flags.threshold))"
      case .secondPerson: "(proposed_by IS NOT NULL AND proposed_by <> \(staff))"
      }
    let byCursor: Query = cursor.map { "(submitted_at, proposal) > (\($0.time), \($0.id))" } ?? "true"
    return try await query(
      """
      SELECT \(fragment: columns) FROM review
      WHERE state = \(filter.state) AND \(fragment: byCategory) AND \(fragment: since) AND \(fragment: until)
        AND \(fragment: byAttention) AND \(fragment: byCursor)
      ORDER BY submitted_at, proposal LIMIT \(limit)
      """
    ).map(Review.init)
  }
}
