import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Ratings {
  /// Results that one look takes at most; what is left comes with the next one.
  private static let batch = 200

  /// Tells how results are rated where that has changed, each of them at most once a day in Korea. One process does it at
  /// a time.
  func tellCounts() async throws {
    for result in try await database.resultsRatedAnew(since: Day(of: clock.now).start, Self.batch) {
      do {
        try await database.transaction { transaction in
          let known = try await transaction.lockedCase(result.caseID)
          let now = clock.now
          let change = known.ratingsCounted(try await transaction.countRatings(of: result, at: now), at: now)
          try await transaction.publish(change, at: now)
        }
      } catch let error where !(error is CancellationError) {
        log.error("ratings cannot be told", ["case": "\(result.caseID)", "error": "\(error)"])
      }
    }
  }
}

extension Case {
  /// How its results are rated now, and nothing else changed.
  func ratingsCounted(_ counts: [RatedResult.Counted], at now: Date) -> Change {
    var change = Change(self)
    for counted in counts {
      change.tell(
        CaseRatingsCounted(
          caseID: id, proposal: proposal, title: title, rated: counted.subject, ministry: counted.ministry,
          distribution: counted.distribution, countedAt: now))
    }
    return change
  }
}
