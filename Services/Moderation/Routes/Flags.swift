import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Reviews {
  /// `POST /v1/proposals/{id}/flags`: a reader says that a proposal breaks the rules; once, the second time changes nothing.
  /// 404 unknown, 422 unknown reason, 429 too many in a day.
  func flag(_ request: Request, _ draft: FlagDraft) async throws -> Response {
    let citizen = try request.authenticated().citizen
    let id: ProposalID = try request.id()
    let reason = try draft.checked()
    let now = clock.now
    try await database.transaction { transaction in
      guard var review = try await transaction.review(id, locked: true) else { throw Self.unknown(id) }
      let earlier = try await transaction.flagTimes(of: citizen, since: now.addingTimeInterval(-86_400))
      guard try await transaction.insertFlag(reason, on: id, by: citizen, at: now) else { return }
      try Flags.check(earlier: earlier, at: now)
      review.flags += 1
      try await transaction.update(review)
    }
    return .noContent
  }

  /// `GET /v1/proposals/{id}/flags`: how many flagged it for each reason, for the Support Unit. 404 unknown.
  func readFlags(_ request: Request) async throws -> Response {
    let id: ProposalID = try request.id()
    return try await database.transaction { transaction in
      guard let review = try await transaction.review(id, locked: false) else { throw Self.unknown(id) }
      let counts = try await transaction.flagCounts(of: id)
      return try .json(
        FlagsView(
          open: review.flags, isFlagged: review.isFlagged,
          reasons: Dictionary(uniqueKeysWithValues: FlagReason.allCases.map { ($0.rawValue, counts[$0] ?? 0) })))
    }
  }

  /// `POST /v1/proposals/{id}/flags/dismissal`: the Support Unit found nothing wrong, and says why. 404 unknown, 409 no flags,
  /// 422.
  func dismissFlags(_ request: Request, _ draft: DismissalDraft) async throws -> Response {
    let reason = try draft.checked()
    return try await act(request, .dismissFlags, reason: PostgresJSON(encoding: ["reason": reason])) { review, _, _ in
      try review.flagsDismissed()
    }
  }
}

/// What readers hold against a proposal.
struct FlagsView: Encodable, Sendable {
  /// Since somebody of the Support Unit looked last.
  let open: Int
  let isFlagged: Bool
  /// All there ever were, by reason.
  let reasons: [String: Int]
}
