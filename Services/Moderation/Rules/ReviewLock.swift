import Contracts
import FoundationEssentials
import ServiceKit

/// That somebody works on a review, so that two do not do the same. It ends by itself.
struct ReviewLock: Sendable, Equatable, Encodable {
  let by: CitizenID
  let until: Date
}

extension Review {
  /// - Throws: `Problem` 409 while another person works on it.
  func checkLock(by staff: CitizenID, at now: Date) throws(Problem) {
    guard let lock, lock.by != staff, now < lock.until else { return }
    throw .conflict("locked", "\(lock.by) works on the review until \(JSON.timestamp(lock.until)).")
  }

  /// Somebody begins to work on it, or goes on.
  /// - Throws: `Problem` 409 while another person works on it.
  func locked(by staff: CitizenID, minutes: Int, at now: Date) throws(Problem) -> Review {
    try checkLock(by: staff, at: now)
    var review = self
    review.lock = ReviewLock(by: staff, until: now.addingTimeInterval(60 * Double(minutes)))
    return review
  }

  /// Somebody gives it back.
  /// - Throws: `Problem` 409 while another person works on it.
  func unlocked(by staff: CitizenID, at now: Date) throws(Problem) -> Review {
    try checkLock(by: staff, at: now)
    var review = self
    review.lock = nil
    return review
  }
}
