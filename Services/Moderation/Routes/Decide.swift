import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Reviews {
  /// `POST /v1/proposals/{id}/acceptance`: lets a pending proposal through. 404 unknown, 409 not pending.
  func accept(_ request: Request) async throws -> Response {
    try await decide(request, .accept, reason: nil) { review, _, now in try review.accepted(at: now) }
  }

  /// `POST /v1/proposals/{id}/rejection`: turns a proposal down that is pending, or accepted and flagged, with a public reason; a
  /// reason that hides the text waits for a second person. 404 unknown, 409 in another state, 422 with an error for each field.
  func reject(_ request: Request, _ draft: RejectionDraft) async throws -> Response {
    let rejection = try draft.checked()
    let reason = try PostgresJSON(encoding: rejection)
    guard rejection.code.hidesText else {
      return try await decide(request, .reject, reason: reason) { review, staff, now in
        try review.rejected(rejection, by: staff, at: now)
      }
    }
    return try await act(request, .proposeRejection, reason: reason) { review, staff, now in
      try review.proposed(rejection, by: staff, at: now)
    }
  }

  /// `POST /v1/proposals/{id}/rejection/confirmation`: the second person agrees. 404 unknown, 403 the same person, 409 nothing
  /// was proposed.
  func confirmRejection(_ request: Request) async throws -> Response {
    try await decide(request, .reject, reason: nil) { review, staff, now in
      try review.rejectionConfirmed(by: staff, at: now)
    }
  }

  /// `POST /v1/proposals/{id}/rejection/refusal`: the second person does not agree. 404 unknown, 403 the same person, 409
  /// nothing was proposed.
  func refuseRejection(_ request: Request) async throws -> Response {
    try await act(request, .refuseRejection, reason: nil) { review, staff, _ in
      try review.rejectionRefused(by: staff)
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
    return try await decide(
      request, decision.outcome == .upheld ? .uphold : .overturn, reason: PostgresJSON(encoding: decision)
    ) {
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
    _ request: Request, _ deed: Deed, reason: PostgresJSON?,
    _ decision: (Review, CitizenID, Date) throws -> (Review, some Event)
  ) async throws -> Response {
    try await decide(request, deed, with: nil, reason: reason) { review, _, staff, now in
      try decision(review, staff, now)
    }
  }

  /// Review, log entry and event change together or not at all.
  /// - Parameter other: a second proposal whose review the decision looks at, locked as well.
  private func decide(
    _ request: Request, _ deed: Deed, with other: ProposalID?, reason: PostgresJSON?,
    _ decision: (Review, Review?, CitizenID, Date) throws -> (Review, some Event)
  ) async throws -> Response {
    try await act(request, deed, with: other, reason: reason) { review, other, staff, now, transaction in
      let (decided, event) = try decision(review, other, staff, now)
      try await transaction.publish(event, at: now)
      return decided
    }
  }

  /// What the Support Unit does without deciding: no event.
  func act(
    _ request: Request, _ deed: Deed, reason: PostgresJSON?, _ change: (Review, CitizenID, Date) throws -> Review
  ) async throws -> Response {
    try await act(request, deed, with: nil, reason: reason) { review, _, staff, now, _ in
      try change(review, staff, now)
    }
  }

  /// Review and log entry change together or not at all, unless another person works on the review.
  private func act(
    _ request: Request, _ deed: Deed, with other: ProposalID?, reason: PostgresJSON?,
    _ change: (Review, Review?, CitizenID, Date, Transaction) async throws -> Review
  ) async throws -> Response {
    let caller = try request.authenticated()
    let id: ProposalID = try request.id()
    let now = clock.now
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: now) {
        let reviews = try await transaction.lockedReviews([id] + (other.map { [$0] } ?? []))
        guard let review = reviews[id] else { throw Self.unknown(id) }
        try review.checkLock(by: caller.citizen, at: now)
        let changed = try await change(review, other.flatMap { reviews[$0] }, caller.citizen, now, transaction)
        try await transaction.update(changed)
        // The second person gives no reason of their own: that of the rejection becomes public with it.
        let reason = try reason ?? (deed == .reject ? changed.rejection.map(PostgresJSON.init(encoding:)) : nil)
        try await transaction.append(LoggedAction(deed, by: caller, on: id, reason: reason, at: now))
        return try .json(ReviewView(changed, reviewClock, at: now))
      }
    }
  }
}
