import Contracts
import Postgres
import ServiceKit

extension Reviews {
  /// Looks how long proposals wait, and tells everybody once when that has become too long, or short enough again.
  func noticeDelay() async throws {
    let now = clock.now
    try await database.transaction { transaction in
      let wasLate = try await transaction.lockedNotice()
      let (waiting, seconds) = try await transaction.pendingWait(at: now)
      let delay = ReviewDelay(waiting: waiting, medianDays: Int(seconds / 86_400), targetDays: targetDays)
      switch delay.notice(wasLate: wasLate, at: now) {
      case nil: return
      case .reviewDelayed(let event): try await transaction.publish(event, at: now)
      case .reviewOnTime(let event): try await transaction.publish(event, at: now)
      }
      try await transaction.update(isLate: delay.isLate)
    }
  }
}

extension Transaction {
  /// Whether everybody was told last that reviews take too long; the row is locked until the end of the transaction.
  fileprivate func lockedNotice() async throws -> Bool {
    try await one("SELECT is_late FROM review_notice FOR UPDATE")?["is_late"] ?? false
  }

  fileprivate func update(isLate: Bool) async throws {
    try await execute("UPDATE review_notice SET is_late = \(isLate)")
  }
}
