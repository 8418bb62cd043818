import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Reviews {
  /// `POST /v1/proposals/{id}/appeal`: the author appeals against the rejection; `Idempotency-Key` honoured. 404 unknown, 403
  /// not the author, 409 not rejected, too late or appealed before, 422 with an error for each field.
  func appeal(_ request: Request, _ draft: AppealDraft) async throws -> Response {
    let citizen = try request.authenticated().citizen
    let id: ProposalID = try request.id()
    let now = clock.now
    let appeal = try draft.checked(at: now)
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        guard let review = try await transaction.review(id, locked: true) else { throw Self.unknown(id) }
        let (appealed, event) = try review.appealed(appeal, by: citizen, days: appealDays)
        try await transaction.update(appealed)
        try await transaction.append(
          LoggedAction(
            at: now, actor: citizen, role: Role.citizen.rawValue, deed: .appeal, proposal: id,
            reason: PostgresJSON(encoding: appeal)))
        try await transaction.publish(event, at: now)
        return try .json(AppealView(proposal: id, state: appealed.state, appeal: appeal))
      }
    }
  }

  /// `GET /v1/proposals/{id}/appeal`: the appeal and what became of it, for everyone. 404 when there was none.
  func readAppeal(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    let review = try await database.transaction { try await $0.review(id, locked: false) }
    guard let review, let appeal = review.appeal else {
      throw Problem.notFound("There was no appeal for a proposal \(id).")
    }
    return try .json(AppealView(proposal: id, state: review.state, appeal: appeal), cache: .seconds(1))
  }
}

/// An appeal as everybody may see it.
struct AppealView: Encodable, Sendable {
  let proposal: ProposalID
  let state: ReviewState
  let appeal: Appeal
}
