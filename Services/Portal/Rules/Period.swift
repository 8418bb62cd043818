import Contracts
import FoundationEssentials
import ServiceKit

/// From when to when something is counted; an end that is nil is open.
struct Period: Sendable, Hashable {
  let since: Date?
  /// The first moment that is not in it.
  let until: Date?

  static let years = 2018...2100

  /// By `year`, a year in Korea, or by `since` and `until`.
  /// - Throws: `Problem` 400
  init(_ request: Request) throws(Problem) {
    let (since, until) = (try request.time("since"), try request.time("until"))
    if request.query("year") == nil {
      self.init(since: since, until: until)
    } else {
      guard since == nil, until == nil else { throw .badRequest("Either year, or since and until.") }
      self.init(year: try request.query("year", default: 0, in: Self.years))
    }
  }

  init(since: Date?, until: Date?) {
    self.since = since
    self.until = until
  }

  init(year: Int) {
    self.init(
      since: JSON.date("\(year)-01-01T00:00:00+09:00"), until: JSON.date("\(year + 1)-01-01T00:00:00+09:00"))
  }
}
