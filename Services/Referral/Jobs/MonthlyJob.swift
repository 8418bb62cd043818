import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

extension Cases {
  /// Refers the first of each month that has ended, once a month. The month in which the rule is switched on is the first
  /// one that it looks at.
  func referMonths() async throws {
    let now = clock.now
    let first = MonthlyReferral.Month(of: Day(of: now)).previous
    guard let last = try await database.lastMonth(ifNone: monthly.count > 0 ? first : nil, at: now) else { return }
    for month in MonthlyReferral.due(after: last, at: now) {
      try await database.transaction { transaction in
        guard try await transaction.claim(month, at: now) else { return }
        // While the rule is off its months pass by.
        guard monthly.count > 0 else { return }
        let terms = try await transaction.terms()
        for vote in try await transaction.first(monthly.count, of: month) {
          try await transaction.serialize(on: vote.proposal)
          let change = try Case.received(vote, as: CaseID(), within: terms, at: now)
          guard try await transaction.insert(change.changed) else { continue }
          try await transaction.publish(change, at: now)
        }
      }
    }
  }
}
