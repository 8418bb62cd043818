import Contracts
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
        let proposal = Proposal(
          id: ProposalID(), author: author, text: text, state: .submitted, stateSince: now, submittedAt: now)
        try await transaction.insert(proposal)
        try await transaction.publish(
          ProposalSubmitted(
            proposal: proposal.id, author: author, title: text.title, summary: text.summary, body: text.body,
            category: text.category, reference: text.reference, submittedAt: now), at: now)
        return try .created(ProposalView(proposal), at: "/v1/proposals/\(proposal.id)")
      }
    }
  }
}
