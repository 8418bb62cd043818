import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What the Committee, the Support Unit and the strategy meeting do. All of them: 404 unknown, 409 another stage or suspended,
/// 412 changed meanwhile, 422 with an error for each field.
extension Cases {
  /// `POST /v1/cases/{id}/members`: members of the Committee prepare it.
  func assignMembers(_ request: Request, _ draft: MembersDraft) async throws -> Response {
    let members = try draft.checked()
    return try await act(request) { known, actor, now, _ in try known.assigned(to: members, by: actor, at: now) }
  }

  /// `POST /v1/cases/{id}/session`: a session of the Committee is to deliberate it.
  func schedule(_ request: Request, _ draft: SessionDraft) async throws -> Response {
    let session = try draft.checked(at: clock.now)
    return try await act(request) { known, actor, now, _ in try known.scheduled(session, by: actor, at: now) }
  }

  /// `POST /v1/cases/{id}/deliberation`: the record of the session.
  func deliberate(_ request: Request, _ draft: DeliberationDraft) async throws -> Response {
    let record = try draft.checked(at: clock.now)
    return try await act(request) { known, actor, now, _ in try known.deliberated(record, by: actor, at: now) }
  }

  /// `POST /v1/cases/{id}/decision`: the Committee decides.
  func decide(_ request: Request, _ draft: CommitteeDecisionDraft) async throws -> Response {
    let (decision, reasons, changes) = try draft.checked()
    return try await act(request) { known, actor, now, transaction in
      try known.decided(
        decision, for: reasons, with: changes, within: try await transaction.terms(), by: actor, at: now)
    }
  }

  /// `POST /v1/cases/{id}/supplement`: the Support Unit supplements what the Committee returned.
  func supplement(_ request: Request, _ draft: TextDraft) async throws -> Response {
    let text = try draft.checked()
    return try await act(request) { known, actor, now, transaction in
      try known.supplemented(text, within: try await transaction.terms(), by: actor, at: now)
    }
  }

  /// `POST /v1/cases/{id}/agenda`: a strategy meeting has it on its agenda.
  func placeOnAgenda(_ request: Request, _ draft: SessionDraft) async throws -> Response {
    let session = try draft.checked(at: clock.now)
    return try await act(request) { known, actor, now, _ in
      try known.placedOnAgenda(session, item: draft.item, by: actor, at: now)
    }
  }

  /// `POST /v1/cases/{id}/conclusion`: a strategy meeting concludes on it.
  func conclude(_ request: Request, _ draft: ConclusionDraft) async throws -> Response {
    let conclusion = try draft.checked(at: clock.now)
    return try await act(request) { known, actor, _, transaction in
      try known.concluded(
        conclusion, then: try await transaction.competent(for: known), within: try await transaction.terms(), by: actor)
    }
  }

  /// `POST /v1/cases/{id}/assignment`: the Support Unit names the ministry for whose category the table has none.
  func assign(_ request: Request, _ draft: MinistryDraft) async throws -> Response {
    let (ministry, reason) = try draft.checked()
    return try await act(request) { known, actor, now, transaction in
      try known.assigned(
        to: ministry, text: try await transaction.textForMinistry(of: known), within: try await transaction.terms(),
        at: now, by: NamedByHand(actor: actor, reason: reason))
    }
  }

  /// `POST /v1/cases/{id}/lapse`: the Support Unit finds that no vote can carry a suspended case any more.
  func lapse(_ request: Request, _ draft: ReasonDraft) async throws -> Response {
    let reason = try draft.checked()
    return try await act(request) { known, actor, now, _ in
      guard let change = known.lapsed(for: .ruled, reason, by: actor, at: now) else {
        throw Problem.conflict("not-suspended", "Only a case that is suspended can lapse.")
      }
      return change
    }
  }
}

extension Transaction {
  /// What the ministry in charge gets to read.
  /// - Throws: `Problem` 409 before the text has come.
  func textForMinistry(of known: Case) async throws -> ProposalText {
    guard let text = try await text(of: known.proposal) else {
      throw Problem.conflict("text-missing", "The text of the proposal has not come yet. Try again in a moment.")
    }
    return text
  }
}
