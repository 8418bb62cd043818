import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Reviews {
  /// `POST /v1/reviews/{id}/lock`: the caller works on it for a while; again to go on. 404 unknown, 409 another works on it.
  func lock(_ request: Request) async throws -> Response {
    try await work(on: request) { review, staff, now in
      try review.locked(by: staff, minutes: lockMinutes, at: now)
    }
  }

  /// `DELETE /v1/reviews/{id}/lock`: the caller gives it back. 404 unknown, 409 another works on it.
  func unlock(_ request: Request) async throws -> Response {
    try await work(on: request) { review, staff, now in try review.unlocked(by: staff, at: now) }
  }

  /// What changes no more than who works on a review: nobody else need know of it.
  private func work(
    on request: Request, _ change: (Review, CitizenID, Date) throws -> Review
  ) async throws -> Response {
    let staff = try request.authenticated().citizen
    let id: ProposalID = try request.id()
    let now = clock.now
    return try await database.transaction { transaction in
      guard let review = try await transaction.review(id, locked: true) else { throw Self.unknown(id) }
      let changed = try change(review, staff, now)
      try await transaction.update(changed)
      return try .json(ReviewView(changed, reviewClock, at: now))
    }
  }

  /// `GET /v1/reviews/delay`: how long proposals wait, for everyone; `isLate` when half of them wait too long.
  func delay(_ request: Request) async throws -> Response {
    let (waiting, seconds) = try await database.pendingWait(at: clock.now)
    return try .json(
      ReviewDelay(waiting: waiting, medianDays: Int(seconds / 86_400), targetDays: targetDays), cache: .seconds(10))
  }

  /// `GET /v1/selections/rule`: by what proposals are proposed for a vote, for everyone.
  func readSelectionRule(_ request: Request) async throws -> Response {
    try .json(selectionRule, cache: .seconds(10))
  }

  /// `GET /v1/selections/proposed`: which the rule proposes this month, most supported first, for everyone.
  func proposedSelections(_ request: Request) async throws -> Response {
    let selected = try await database.selections(since: SelectionRule.monthBegan(at: clock.now))
    let candidates = try await database.selectionCandidates(atLeast: selectionRule.leastSympathies)
    let proposed = selectionRule.proposed(candidates, selected: selected).map(ProposedSelection.init)
    return try .json(Page(proposed, limit: proposed.count) { "\($0.proposal)" }, cache: .seconds(10))
  }
}

/// A proposal that the rule proposes for a vote.
struct ProposedSelection: Encodable, Sendable {
  let proposal: ProposalID
  let sympathies: Int64
  let acceptedAt: Date

  init(_ candidate: SelectionRule.Candidate) {
    proposal = candidate.proposal
    sympathies = candidate.sympathies
    acceptedAt = candidate.acceptedAt
  }
}
