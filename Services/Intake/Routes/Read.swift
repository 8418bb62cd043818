import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Proposals {
  /// `GET /v1/proposals/{id}`
  func read(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    return try .json(
      ProposalView(try await database.transaction { try await $0.proposal(id, locked: false) }),
      cache: .seconds(1))
  }

  /// `GET /v1/proposals?state=&order=&limit=&after=`: newest first, or most supported first.
  func list(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    let state: TaskState? = try request.choice("state")
    if try request.choice("order") == ProposalOrder.sympathy {
      let supported = try await database.proposals(
        in: state, after: try request.query("after").map(SympathyCursor.init), limit + 1)
      let page = Page(supported, limit: limit) { $0.cursor.text }
      return try .json(page.map { ProposalView($0.proposal) }, cache: .seconds(1))
    }
    let proposals = try await database.proposals(
      in: state, after: try request.query("after").map(TimeCursor.init), limit + 1)
    let page = Page(proposals, limit: limit) { TimeCursor($0.submittedAt, $0.id).text }
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
  let state: TaskState
  let stateSince: Date
  let submittedAt: Date
  /// Citizens who support it.
  let sympathies: Int64
  let withdrawalReason: WithdrawalReason?
  let rejection: RejectionView?

  struct RejectionView: Encodable, Sendable {
    let code: RejectionCode
    let explanation: String
  }

  init(_ proposal: Proposal) {
    let isHidden = proposal.isTextHidden
    id = proposal.id
    title = isHidden ? "" : proposal.text.title
    summary = isHidden ? nil : proposal.text.summary
    body = isHidden ? nil : proposal.text.body
    category = proposal.text.category
    reference = isHidden ? nil : proposal.text.reference
    state = proposal.state
    stateSince = proposal.stateSince
    submittedAt = proposal.submittedAt
    sympathies = proposal.sympathies
    withdrawalReason = proposal.withdrawalReason
    rejection = proposal.rejection.map { RejectionView(code: $0.code, explanation: $0.explanation) }
  }
}
