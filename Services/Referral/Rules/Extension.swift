import Contracts
import FoundationEssentials
import ServiceKit

extension Hold {
  /// More time, which the holder takes once, while there is some left, and says why: as with civil petitions (Enforcement
  /// Decree of the Civil Petitions Treatment Act, article 21 (1)), by as many days again at most.
  /// - Throws: `Problem` 422 for more days than the step allows, 409 when there is nothing to extend (any more).
  func extended(by days: Int, because reason: String, at now: Date, by clock: LegalClock) throws(Problem) -> Hold {
    guard until == nil, let dueAt else {
      throw .conflict("nothing-due", "Nothing is owed on the case by a certain day.")
    }
    guard clock.extensionDays > 0 else {
      throw .conflict("not-extendable", "The time for this step cannot be extended.")
    }
    guard self.extension == nil else {
      throw .conflict("extended-already", "The time was extended before; once is all.")
    }
    guard now <= dueAt else {
      throw .conflict("late-already", "The time is over; it could be extended before its end.")
    }
    guard (1...clock.extensionDays).contains(days) else {
      throw .invalid([.init("/days", "must be from 1 to \(clock.extensionDays)")])
    }
    var changed = due(clock.period(of: days).end(dueAt, movedBy: days), at: now, by: clock)
    changed.extension = Extension(from: dueAt, reason: reason, at: now)
    return changed
  }
}
