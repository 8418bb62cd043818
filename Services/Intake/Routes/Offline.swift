import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Proposals {
  /// `POST /v1/offline-proposals`: the Support Unit enters a proposal for a person; `Idempotency-Key` honoured. 201 with the
  /// proposal, 422 with an error for each field.
  func enter(_ request: Request, _ draft: OfflineDraft) async throws -> Response {
    let staff = try request.authenticated().citizen
    let now = clock.now
    let (text, filing) = try draft.checked(by: staff, at: now)
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let proposal = Proposal(offline: text, at: now)
        let response = try await transaction.file(proposal, enteredBy: staff, at: now)
        try await transaction.insert(filing, of: proposal.id, at: now)
        return response
      }
    }
  }

  /// `GET /v1/offline-proposals/{id}`: for whom a proposal was entered, by whom and when. 404 for any other proposal.
  func entered(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    guard let filing = try await database.offlineFiling(of: id) else { throw Problem.noProposal(id) }
    return try .json(
      OfflineView(
        proposal: id, name: filing.name, contact: filing.contact, receivedAt: filing.receivedAt,
        enteredBy: filing.enteredBy))
  }
}

/// For whom a proposal was entered, as the Support Unit sees it.
struct OfflineView: Encodable, Sendable {
  let proposal: ProposalID
  let name: String
  let contact: String?
  let receivedAt: Date
  let enteredBy: CitizenID
}
