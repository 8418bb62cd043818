import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Reviews {
  /// `POST /v1/proposals/{id}/acceptance`: lets a pending proposal through. 404 unknown, 409 not pending.
  func accept(_ request: Request) async throws -> Response {
    try await decide(request, .accept, reason: nil) { review, now in try review.accepted(at: now) }
  }

  /// `POST /v1/proposals/{id}/rejection`: turns a pending proposal down, with a public reason. 404 unknown, 409 not
  /// pending, 422 with an error for each field.
  func reject(_ request: Request, _ draft: RejectionDraft) async throws -> Response {
    let rejection = try draft.checked()
    return try await decide(request, .reject, reason: PostgresJSON(encoding: rejection)) { review, now in
      try review.rejected(rejection, at: now)
    }
  }

  /// `POST /v1/proposals/{id}/selection`: sends an accepted proposal to a vote by a rule that is fixed from then on.
  /// 404 unknown, 409 not accepted, 422 with an error for each field.
  func select(_ request: Request, _ draft: SelectionDraft) async throws -> Response {
    let selection = try draft.checked(at: clock.now)
    return try await decide(request, .select, reason: PostgresJSON(encoding: selection)) { review, now in
      try review.selected(selection, at: now)
    }
  }

  /// Review, log entry and event change together or not at all.
  private func decide(
    _ request: Request, _ action: TaskAction, reason: PostgresJSON?,
    _ decision: (Review, Date) throws -> (Review, some Event)
  ) async throws -> Response {
    let caller = try request.authenticated()
    let id: ProposalID = try request.id()
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        guard let review = try await transaction.review(id, locked: true) else { throw Self.unknown(id) }
        let (decided, event) = try decision(review, now)
        try await transaction.update(decided)
        try await transaction.append(
          LoggedAction(
            at: now, actor: caller.citizen, role: caller.roles.contains(.supportUnit) ? .supportUnit : .admin,
            action: action, proposal: id, reason: reason))
        try await transaction.publish(event, at: now)
        return try .json(ReviewView(decided, reviewClock, at: now))
      }
    }
  }
}
