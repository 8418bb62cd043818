import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Cases {
  /// `POST /v1/cases`: the Support Unit refers a task that an off-line event left outstanding. 201 with the case. 404 where no vote is
  /// known, 409 `case-exists`, `vote-not-closed`, `carried`, 422 with an error for each field.
  func refer(_ request: Request, _ draft: EventReferralDraft) async throws -> Response {
    let actor = try request.authenticated().citizen
    let (event, reasons) = try draft.checked(at: clock.now)
    return try await database.transaction { transaction in
      try await transaction.idempotent(request, at: clock.now) {
        try await transaction.serialize(on: draft.proposal)
        if let known = try await transaction.lockedCase(of: draft.proposal) { throw Problem.caseExists(known.id) }
        guard let vote = try await transaction.knownVote(on: draft.proposal) else {
          throw Problem.notFound("No vote on a proposal \(draft.proposal) is known.")
        }
        // Whoever waited for the proposal acts after the one who had it.
        let now = clock.now
        let change = try Case.received(
          vote.closedWithoutCarrying(), as: CaseID(), from: event, for: reasons, within: try await transaction.terms(),
          by: actor, at: now)
        // Nobody else makes one under this lock.
        guard try await transaction.insert(change.changed) else {
          throw Problem.unavailable("The proposal has a case since this moment.")
        }
        try await transaction.publish(change, at: now)
        return try .created(CaseDetail(change.changed, at: now), at: "/v1/cases/\(change.changed.id)")
      }.taggedByBody()
    }
  }
}
