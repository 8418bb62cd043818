import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Proposals {
  /// `POST /v1/proposals`: 201 with the proposal; `Idempotency-Key` honoured.
  func submit(_ request: Request, _ draft: Submission.Draft) async throws -> Response {
    let author = try request.authenticated().citizen
    let text = try Submission.checked(draft)
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        try await transaction.submit(text, by: author, at: now)
      }
    }
  }
}

extension Transaction {
  /// Stores a proposal and tells the others.
  /// - Returns: 201 with the proposal.
  func submit(
    _ text: ProposalText, as id: ProposalID = ProposalID(), by author: CitizenID, at now: Date
  ) async throws -> Response {
    let proposal = Proposal(
      id: id, author: author, text: text, state: .submitted, stateSince: now, submittedAt: now)
    try await insert(proposal)
    try await publish(
      ProposalSubmitted(
        proposal: proposal.id, author: author, title: text.title, summary: text.summary, body: text.body,
        category: text.category, reference: text.reference, submittedAt: now), at: now)
    return try .created(ProposalView(proposal), at: "/v1/proposals/\(proposal.id)")
  }
}
