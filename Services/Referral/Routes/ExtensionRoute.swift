import Contracts
import ServiceKit

extension Access {
  /// Whoever can have a case.
  static let holders = Access.roles([.supportUnit, .admin, .committee, .strategyMeeting, .ministry])
}

extension Cases {
  /// `POST /v1/cases/{id}/extension` `{"days","reason"}`: whoever has the case takes more time for the step, once.
  ///
  /// 403 for anybody else, 409 when it was extended before, is late or suspended, 422 for more days than the step allows.
  func extend(_ request: Request, _ draft: ExtensionDraft) async throws -> Response {
    let (days, reason) = try draft.checked()
    let caller = try request.authenticated()
    return try await act(request) { known, actor, now, transaction in
      guard let hold = known.hold else { throw Problem.conflict("wrong-stage", "The case has ended.") }
      guard caller.isOf(hold.holder) else { throw Problem.forbidden("Only the one who has the case can do this.") }
      return try known.extended(
        by: days, because: reason, within: try await transaction.terms(), by: actor, at: now)
    }
  }
}

extension Caller {
  /// Whether the caller acts for a holder.
  fileprivate func isOf(_ holder: Holder) -> Bool {
    switch holder {
    case .supportUnit: isStaff
    case .committee: has(.committee)
    case .strategyMeeting: has(.strategyMeeting)
    case .ministry(let ministry): has(.ministry) && office == ministry.slug
    }
  }
}
