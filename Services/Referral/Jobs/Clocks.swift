import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Cases {
  /// Cases that one look at the clocks takes at most; what is left comes with the next one.
  private static let batch = 200

  /// Tells what the clocks have to tell: what is due soon, late, and so late that another office is told. One process does
  /// it at a time.
  ///
  /// Each case is a transaction of its own, which keeps the clock and publishes: a process that ends in between has done
  /// some of them, and the next one does the rest. What somebody works on at this moment is left for the next time. After a
  /// long pause all is made up for, the longest waiting first, so many at a time.
  func moveClocks() async throws {
    let terms = try await database.terms()
    var count = Self.batch
    while count == Self.batch {
      count = 0
      for id in try await database.casesWithClocksDue(at: clock.now, Self.batch)
      where try await moveClock(of: id, within: terms) { count += 1 }
    }
  }

  /// - Returns: whether it was looked at; a case that fails does not keep the others from their turn.
  private func moveClock(of id: CaseID, within terms: Terms) async throws -> Bool {
    do {
      return try await database.transaction { transaction in
        guard let known = try await transaction.lockedCase(unlessBusy: id), known.hold != nil, known.suspension == nil
        else { return false }
        let now = clock.now
        let change = try known.clockMoved(within: terms, at: now)
        let next = try change.changed.nextMove(after: now, within: terms)
        try await transaction.keepClocks(of: change.changed, next: next)
        try await transaction.publish(change, at: now)
        return true
      }
    } catch let error where !(error is CancellationError) {
      log.error("a clock cannot be moved", ["case": "\(id)", "error": "\(error)"])
      return false
    }
  }
}
