import Contracts
import FoundationEssentials
import ServiceKit

/// More time, as it came.
struct ExtensionDraft: Decodable, Sendable {
  let days: Int
  let reason: String

  /// - Throws: `Problem` 422 with an error for each field.
  func checked() throws(Problem) -> (days: Int, reason: String) {
    var check = DraftCheck()
    check.require(days > 0, "#/days", "must be at least 1")
    let reason = check.text(reason, 1...TextLimit.reason, at: "#/reason")
    return try check.result((days, reason))
  }
}

extension Case {
  /// The holder takes more time for the step, once, while there is some left, and says why: as with civil petitions
  /// (Enforcement Decree of the Civil Petitions Treatment Act, article 21 (1)), by as many days again at most.
  /// - Throws: `Problem` 422 for more days than the step allows, 409 when there is nothing to extend (any more).
  func extended(
    by days: Int, because reason: String, within terms: Terms, by actor: CitizenID, at now: Date
  ) throws(Problem) -> Change {
    guard suspension == nil else {
      throw .conflict("case-suspended", "The case is suspended: nobody owes anything on it until it is resumed.")
    }
    guard let hold else { throw .conflict("wrong-stage", "The case has ended.") }
    let clock = try terms.clock(of: hold.step)
    guard clock.extensionDays > 0 else {
      throw .conflict("not-extendable", "The time for this step cannot be extended.")
    }
    guard !wasExtended else {
      throw .conflict("extended-already", "The time for this step was extended before; once is all.")
    }
    guard now <= hold.dueAt else {
      throw .conflict("late-already", "The time for this step is over; it could be extended before its end.")
    }
    guard days <= clock.extensionDays else {
      throw .invalid([Problem.FieldError("#/days", "must be at most \(clock.extensionDays)")])
    }
    var change = Change(self)
    let dueAt = clock.period.end(hold.dueAt, movedBy: days)
    change.changed.setDue(dueAt)
    change.changed.holds[holds.count - 1].extension = Hold.Extension(from: hold.dueAt, reason: reason, at: now)
    change.tell(
      CaseExtended(
        caseID: id, proposal: proposal, title: title, holder: hold.holder.name, step: hold.step, from: hold.dueAt,
        dueAt: dueAt, reason: reason, actor: actor, extendedAt: now))
    return change
  }
}
