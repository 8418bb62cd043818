import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What the ministry in charge does. All of them: 404 unknown, 403 another ministry, 409 another stage or suspended, 412 changed
/// meanwhile, 422 with an error for each field.
extension Cases {
  /// `POST /v1/cases/{id}/acceptance`: the ministry takes the case on.
  func accept(_ request: Request, _ draft: AcceptanceDraft) async throws -> Response {
    let department = try draft.checked()
    return try await actInCharge(request) { known, actor, now, _ in
      try known.accepted(by: department, of: actor, at: now)
    }
  }

  /// `POST /v1/cases/{id}/transfer`: the ministry hands it to another one, twice a case at most.
  func transfer(_ request: Request, _ draft: MinistryDraft) async throws -> Response {
    let (other, reason) = try draft.checked()
    return try await actInCharge(request) { known, actor, now, transaction in
      try known.transferred(
        to: other, for: reason, text: try await transaction.textForMinistry(of: known),
        within: try await transaction.terms(), by: actor, at: now)
    }
  }

  /// `POST /v1/cases/{id}/answer`: the official answer to the citizens, once.
  func answer(_ request: Request, _ draft: AnswerDraft) async throws -> Response {
    let answer = try draft.checked()
    return try await actInCharge(request) { known, actor, now, transaction in
      try known.answered(
        answer.answer, by: answer.department, signedBy: answer.signatory, within: try await transaction.terms(),
        by: actor, at: now)
    }
  }

  /// `PUT /v1/cases/{id}/plan`: what the ministry will do, whole. 428 without `If-Match`.
  func plan(_ request: Request, _ draft: PlanDraft) async throws -> Response {
    _ = try request.expectedVersion()
    let plan = try draft.checked(at: clock.now)
    return try await actInCharge(request) { known, actor, now, _ in try known.planned(plan, by: actor, at: now) }
  }

  /// `POST /v1/cases/{id}/milestones/{milestone}/reports`: how far a milestone is.
  func report(_ request: Request, _ draft: ReportDraft) async throws -> Response {
    let number = try milestone(in: request)
    let (status, report, evidence) = try draft.checked()
    return try await actInCharge(request) { known, actor, now, _ in
      try known.progressed(number, to: status, report: report, evidence: evidence, by: actor, at: now)
    }
  }

  /// `POST /v1/cases/{id}/milestones/{milestone}/delay`: notice that a milestone takes longer.
  func delay(_ request: Request, _ draft: DelayDraft) async throws -> Response {
    let number = try milestone(in: request)
    let delay = try draft.checked(at: clock.now)
    return try await actInCharge(request) { known, actor, now, _ in
      try known.delayed(number, to: delay.endsOn, for: delay.reason, by: actor, at: now)
    }
  }

  /// `POST /v1/cases/{id}/completion`: all that was planned is done.
  func complete(_ request: Request, _ draft: CompletionDraft) async throws -> Response {
    let (summary, evidence) = try draft.checked()
    return try await actInCharge(request) { known, actor, now, _ in
      try known.completed(summary, evidence: evidence, by: actor, at: now)
    }
  }

  /// `POST /v1/cases/{id}/discontinuation`: the ministry does not go on.
  func discontinue(_ request: Request, _ draft: ReasonDraft) async throws -> Response {
    let reason = try draft.checked()
    return try await actInCharge(request) { known, actor, now, _ in
      try known.discontinued(for: reason, by: actor, at: now)
    }
  }
}
