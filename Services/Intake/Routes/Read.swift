import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Proposals {
  /// `GET /v1/proposals/{id}`: 404 for what is not public yet, but to its author and the Support Unit.
  func read(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    let proposal = try await database.transaction {
      try await $0.readable(id, by: request.caller, locked: false)
    }
    return try .json(ProposalView(proposal), cache: proposal.isPublic ? .seconds(1) : .never)
  }

  /// `GET /v1/proposals?state=&order=&limit=&after=`: newest first, or most supported first.
  func list(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    let state: TaskState? = try request.choice("state")
    if try request.choice("order") == ProposalOrder.sympathy {
      let supported = try await database.proposals(
        in: state, after: try request.query("after").map(SympathyCursor.init), limit + 1)
      let page = Page(supported, limit: limit) { $0.cursor.text }
      return try .json(page.map { try ProposalView($0.proposal) }, cache: .seconds(1))
    }
    let proposals = try await database.proposals(
      in: state, after: try request.query("after").map(TimeCursor.init), limit + 1)
    let page = Page(proposals, limit: limit) { TimeCursor($0.submittedAt ?? $0.filedAt, $0.id).text }
    return try .json(page.map(ProposalView.init), cache: .seconds(1))
  }
}

/// A proposal as the API shows it.
struct ProposalView: Encodable, Sendable {
  let id: ProposalID
  let title: String
  let summary: String?
  let body: String?
  let category: Category
  let reference: String?
  /// Counts the versions of the text.
  let revision: Int
  /// SHA-256 of the canonical text with its files, also where the text is hidden.
  let fingerprint: String
  /// The files that go with it, each with its hash; absent where the text is hidden.
  let attachments: [PublishedFile]?
  let channel: FilingChannel
  let state: TaskState
  let stateSince: Date
  /// When it came before the Support Unit; absent before that.
  let submittedAt: Date?
  /// Citizens who support it.
  let sympathies: Int64
  let withdrawalReason: WithdrawalReason?
  let lapseReason: LapseReason?
  let rejection: RejectionView?
  /// What the Support Unit asks the author to do.
  let returnNote: String?
  let merger: MergerView?

  struct RejectionView: Encodable, Sendable {
    let code: RejectionCode
    let explanation: String
  }

  /// Which proposal goes on for it, and why.
  struct MergerView: Encodable, Sendable {
    let into: ProposalID
    let reason: String
  }

  init(_ proposal: Proposal) throws {
    let isHidden = proposal.isTextHidden
    id = proposal.id
    title = isHidden ? "" : proposal.text.title
    summary = isHidden ? nil : proposal.text.summary
    body = isHidden ? nil : proposal.text.body
    category = proposal.text.category
    reference = isHidden ? nil : proposal.text.reference
    revision = proposal.revision
    fingerprint = try proposal.text.fingerprint(with: proposal.attachments)
    attachments = isHidden ? nil : proposal.attachments
    channel = proposal.channel
    state = proposal.state
    stateSince = proposal.stateSince
    submittedAt = proposal.submittedAt
    sympathies = proposal.sympathies
    withdrawalReason = proposal.withdrawalReason
    lapseReason = proposal.lapseReason
    rejection = proposal.rejection.map { RejectionView(code: $0.code, explanation: $0.explanation) }
    returnNote = proposal.returnNote
    merger = proposal.merger.map { MergerView(into: $0.into, reason: $0.reason) }
  }
}
