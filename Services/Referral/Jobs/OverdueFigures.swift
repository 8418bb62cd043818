import Contracts
import Postgres
import ServiceKit
import Synchronization

/// How many cases each holder is late with, for the figures of the process.
final class OverdueFigures: Sendable {
  private let database: Database
  private let clock: WallClock
  private let counts = Mutex<[String: Int]>([:])

  init(database: Database, clock: WallClock, _ metrics: Metrics) {
    (self.database, self.clock) = (database, clock)
    let holders: [Holder] = [.supportUnit, .committee, .strategyMeeting] + Ministry.all.map(Holder.ministry)
    for holder in holders {
      metrics.gauge("forum_referral_overdue", "Cases that a holder is late with.", ["holder": holder.name]) { [self] in
        Double(counts.withLock { $0[holder.name] ?? 0 })
      }
    }
  }

  func refresh() async throws {
    let found = try await database.overdueCounts(at: clock.now)
    counts.withLock { $0 = found }
  }
}
