import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Reviews {
  /// `POST /v1/proposals/{id}/acceptance`: lets a pending proposal through. 404 unknown, 409 not pending.
  func accept(_ request: Request) async throws -> Response {
    try await decide(request, .accept, reason: nil) { review, _, now in try review.accepted(at: now) }
  }

  /// `POST /v1/proposals/{id}/rejection`: turns a pending proposal down, with a public reason. 404 unknown, 409 not
  /// pending, 422 with an error for each field.
  func reject(_ request: Request, _ draft: RejectionDraft) async throws -> Response {
    let rejection = try draft.checked()
    return try await decide(request, .reject, reason: PostgresJSON(encoding: rejection)) { review, staff, now in
      try review.rejected(rejection, by: staff, at: now)
    }
  }

  /// `POST /v1/proposals/{id}/selection`: sends an accepted proposal to a vote by a rule that is fixed from then on.
  /// 404 unknown, 409 not accepted, 422 with an error for each field.
  func select(_ request: Request, _ draft: SelectionDraft) async throws -> Response {
    let selection = try draft.checked(at: clock.now)
    return try await decide(request, .select, reason: PostgresJSON(encoding: selection)) { review, _, now in
      try review.selected(selection, at: now)
    }
  }

  /// `POST /v1/proposals/{id}/return`: asks the author to revise a pending proposal. 404 unknown, 409 not pending or
  /// returned before, 422.
  func `return`(_ request: Request, _ draft: ReturnDraft) async throws -> Response {
    let note = try draft.checked()
    return try await decide(request, .return, reason: PostgresJSON(encoding: ["note": note])) { review, _, now in
      try review.returned(note, at: now)
    }
  }

  /// `POST /v1/proposals/{id}/appeal/decision`: by another person than the one who rejected it. 404 unknown, 403 the same
  /// person, 409 no appeal, 422.
  func decideAppeal(_ request: Request, _ draft: AppealDecisionDraft) async throws -> Response {
    let decision = try draft.checked(at: clock.now)
    return try await decide(request, decision.outcome.action, reason: PostgresJSON(encoding: decision)) {
      review, staff, _ in try review.appealDecided(decision, by: staff)
    }
  }

  /// `POST /v1/proposals/{id}/merger`: ends a proposal that is the same as another. 404 unknown, 409 when either is in
  /// another state than that takes, 422.
  func merge(_ request: Request, _ draft: MergerDraft) async throws -> Response {
    let merger = try draft.checked()
    return try await decide(request, .merge, with: merger.into, reason: PostgresJSON(encoding: merger)) {
      review, other, _, now in
      guard let other else { throw Self.unknown(merger.into) }
      return try review.merged(into: other, reason: merger.reason, at: now)
    }
  }

  private func decide(
    _ request: Request, _ action: TaskAction, reason: PostgresJSON?,
    _ decision: (Review, CitizenID, Date) throws -> (Review, some Event)
  ) async throws -> Response {
    try await decide(request, action, with: nil, reason: reason) { review, _, staff, now in
      try decision(review, staff, now)
    }
  }

  /// Review, log entry and event change together or not at all.
  /// - Parameter other: a second proposal whose review the decision looks at, locked as well.
  private func decide(
    _ request: Request, _ action: TaskAction, with other: ProposalID?, reason: PostgresJSON?,
    _ decision: (Review, Review?, CitizenID, Date) throws -> (Review, some Event)
  ) async throws -> Response {
    let caller = try request.authenticated()
    let id: ProposalID = try request.id()
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let reviews = try await transaction.lockedReviews([id] + (other.map { [$0] } ?? []))
        guard let review = reviews[id] else { throw Self.unknown(id) }
        let (decided, event) = try decision(review, other.flatMap { reviews[$0] }, caller.citizen, now)
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
