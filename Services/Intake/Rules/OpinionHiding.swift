import Contracts
import FoundationEssentials
import ServiceKit

/// A member of staff who acts on an opinion, and as what.
struct StaffMember: Sendable, Equatable {
  let id: CitizenID
  let role: Role
}

/// No single person hides what a citizen says, and nothing is hidden for good: each act is a function from an opinion to
/// the changed opinion and the event that tells the others.
extension Opinion {
  /// One person of the Support Unit thinks that the text must not be read.
  /// - Throws: `Problem` 409 when there is no text or another hiding waits, 422 for an explanation that cannot be public.
  func hidingProposed(
    for code: OpinionHidingCode, _ explanation: String?, by staff: StaffMember, at now: Date
  ) throws(Problem) -> (Opinion, OpinionModerated) {
    var change = self
    let proposed = try change.proposeHiding(for: code, explanation, by: staff.id, at: now)
    return (change, event(.proposeHiding, by: staff, code: proposed.code, proposed.explanation, at: now))
  }

  /// The second person agrees.
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  func hidingConfirmed(by staff: StaffMember, at now: Date) throws(Problem) -> (Opinion, OpinionModerated) {
    var change = self
    let proposed = try change.confirmHiding(by: staff.id, at: now)
    return (change, event(.hide, by: staff, code: proposed.code, proposed.explanation, at: now))
  }

  /// The second person does not agree: the text stays as if nothing had been proposed.
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  func hidingRefused(by staff: StaffMember, at now: Date) throws(Problem) -> (Opinion, OpinionModerated) {
    var change = self
    try change.refuseHiding(by: staff.id)
    return (change, event(.refuseHiding, by: staff, at: now))
  }

  /// A hidden text can be read again. That takes no second person: what it undoes took two.
  /// - Throws: `Problem` 409 when it is not hidden or was deleted, 422 for a reason that cannot be public.
  func restored(because reason: String, by staff: StaffMember, at now: Date) throws(Problem) -> (
    Opinion, OpinionModerated
  ) {
    guard hiding == nil || deletedAt == nil else { throw .conflict("gone", "Its author has deleted the text.") }
    var change = self
    let reason = try change.restore(because: reason)
    return (change, event(.restore, by: staff, reason, at: now))
  }

  private func event(
    _ deed: OpinionDeed, by staff: StaffMember, code: OpinionHidingCode? = nil, _ explanation: String? = nil,
    at now: Date
  ) -> OpinionModerated {
    OpinionModerated(
      proposal: proposal, opinion: id, deed: deed, actor: staff.id, role: staff.role.rawValue, code: code,
      explanation: explanation, doneAt: now)
  }
}
