public import FoundationEssentials

/// How many opinions and answers a citizen may write within an hour.
public struct OpinionRate: Sendable, Equatable {
  static let period: TimeInterval = 3_600

  /// So many.
  public let limit: Int

  /// So many within an hour.
  public init(limit: Int) { self.limit = limit }

  /// - Parameter latest: when the citizen wrote the latest ones, at least as many as the limit if there are.
  /// - Throws: `Problem` 429 with the seconds until the next one may come.
  public func check(_ latest: [Date], at now: Date) throws(Problem) {
    let recent = latest.filter { $0 > now - Self.period }.sorted(by: >)
    guard recent.count >= limit else { return }
    let wait = ((recent[limit - 1].timeIntervalSince(now) + Self.period) * 1_000).rounded() / 1_000
    throw Problem(
      429, "too-many-opinions", "You have written much in a short time",
      detail: "Within an hour \(limit) opinions and answers can be written.", retryAfter: max(1, Int(wait.rounded(.up)))
    )
  }
}
