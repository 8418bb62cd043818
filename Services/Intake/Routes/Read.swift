import Contracts
import Crypto
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

  /// `GET /v1/proposals?state=&limit=&after=`: newest first.
  func list(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 20, in: 1...100)
    var state: TaskState?
    if let text = request.query("state") {
      guard let known = TaskState(rawValue: text) else { throw Problem.badRequest("There is no such state.") }
      state = known
    }
    let proposals = try await database.proposals(
      in: state, after: try request.query("after").map(Cursor.init), limit + 1)
    let page = Page(proposals, limit: limit) { Cursor($0).text }
    return try .json(page.map(ProposalView.init), cache: .seconds(1))
  }
}

/// The place after a proposal in the list: opaque to clients.
struct Cursor: Sendable {
  let submittedAt: Date
  let id: ProposalID

  init(_ proposal: Proposal) {
    submittedAt = proposal.submittedAt
    id = proposal.id
  }

  init(_ text: String) throws(Problem) {
    let parts = Base64URL.decode(text).map { String(decoding: $0, as: UTF8.self).split(separator: " ") } ?? []
    guard parts.count == 2, let time = Int64(parts[0]), let id = ProposalID(String(parts[1])),
      (0...4_102_444_800_000).contains(time)
    else { throw .badRequest("after must be the value of next of an earlier page.") }
    submittedAt = Date(milliseconds: time)
    self.id = id
  }

  var text: String { Base64URL.encode(Array("\(submittedAt.milliseconds) \(id)".utf8)) }
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
    reference = proposal.text.reference
    state = proposal.state
    stateSince = proposal.stateSince
    submittedAt = proposal.submittedAt
    withdrawalReason = proposal.withdrawalReason
    rejection = proposal.rejection.map { RejectionView(code: $0.code, explanation: $0.explanation) }
  }
}
