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
        try await transaction.file(Proposal(of: text, by: author, through: gate.gate(at: now), at: now), at: now)
      }
    }
  }
}

extension Transaction {
  /// Stores a proposal and tells the others.
  /// - Returns: 201 with the proposal.
  func file(_ proposal: Proposal, enteredBy: CitizenID? = nil, at now: Date) async throws -> Response {
    try await insert(proposal)
    if let gate = proposal.gate {
      try await publish(
        SupportersSought(
          proposal: proposal.id, author: proposal.author, title: proposal.text.title, category: proposal.text.category,
          needed: gate.needed, endsAt: gate.endsAt, filedAt: now), at: now)
    } else {
      try await publish(proposal.submission(supporters: [], enteredBy: enteredBy, at: now), at: now)
    }
    return try .created(ProposalView(proposal), at: "/v1/proposals/\(proposal.id)")
  }
}

extension Proposal {
  /// What the others are told when it comes before the Support Unit.
  func submission(supporters: [CitizenID], enteredBy: CitizenID? = nil, at now: Date) throws -> ProposalSubmitted {
    ProposalSubmitted(
      proposal: id, author: author, title: text.title, summary: text.summary, body: text.body,
      category: text.category, reference: text.reference, revision: revision,
      fingerprint: try text.fingerprint(with: attachments),
      attachments: attachments.isEmpty ? nil : attachments, supporters: supporters, channel: channel,
      enteredBy: enteredBy, submittedAt: now)
  }
}
