import Contracts
import FoundationEssentials
import ServiceKit

/// A hiding that waits for a second person.
struct ProposedHiding: Sendable, Equatable, AwaitsSecondPerson {
  let code: OpinionHidingCode
  let explanation: String?
  let proposedBy: CitizenID
  let proposedAt: Date
}

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
    try requireReadable()
    guard proposedHiding == nil else {
      throw .conflict("already-proposed", "A hiding of the text waits for a second person already.")
    }
    let explanation = try explanation.map { text throws(Problem) in
      try Self.checkedExplanation(text, at: "#/explanation")
    }
    var change = self
    change.proposedHiding = ProposedHiding(
      code: code, explanation: explanation, proposedBy: staff.id, proposedAt: now)
    return (change, event(.proposeHiding, by: staff, code: code, explanation, at: now))
  }

  /// The second person agrees.
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  func hidingConfirmed(by staff: StaffMember, at now: Date) throws(Problem) -> (Opinion, OpinionModerated) {
    let proposed = try proposedHiding.forSecondPerson(staff.id, "hiding of the text")
    var change = self
    change.proposedHiding = nil
    change.hiding = Hiding(
      code: proposed.code, explanation: proposed.explanation, by: proposed.proposedBy, confirmedBy: staff.id, at: now)
    return (change, event(.hide, by: staff, code: proposed.code, proposed.explanation, at: now))
  }

  /// The second person does not agree: the text stays as if nothing had been proposed.
  /// - Throws: `Problem` 409 when nothing was proposed, 403 for who proposed it.
  func hidingRefused(by staff: StaffMember, at now: Date) throws(Problem) -> (Opinion, OpinionModerated) {
    _ = try proposedHiding.forSecondPerson(staff.id, "hiding of the text")
    var change = self
    change.proposedHiding = nil
    return (change, event(.refuseHiding, by: staff, at: now))
  }

  /// A hidden text can be read again. That takes no second person: what it undoes took two.
  /// - Throws: `Problem` 409 when it is not hidden or was deleted, 422 for a reason that cannot be public.
  func restored(because reason: String, by staff: StaffMember, at now: Date) throws(Problem) -> (
    Opinion, OpinionModerated
  ) {
    guard hiding != nil else { throw .conflict("not-hidden", "The text is not hidden.") }
    guard deletedAt == nil else { throw .conflict("gone", "Its author has deleted the text.") }
    let reason = try Self.checkedExplanation(reason, at: "#/reason")
    var change = self
    change.hiding = nil
    return (change, event(.restore, by: staff, reason, at: now))
  }

  private static func checkedExplanation(_ text: String, at pointer: String) throws(Problem) -> String {
    var errors: [Problem.FieldError] = []
    let checked = PlainText.checkPublic(text, 1...explanationLimit, lines: true, at: pointer, &errors)
    guard errors.isEmpty else { throw .invalid(errors) }
    return checked
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
