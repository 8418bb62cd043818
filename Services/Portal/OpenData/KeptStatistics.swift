import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What was counted for a period.
struct Statistics: Sendable {
  let figures: [(Indicator, [Figure])]
  /// The year in Korea in which the first proposal was handed in; nil while there is none.
  let firstYear: Int?
}

/// Keeps statistics for a moment: anybody may ask for those of any period, and all of them are counted over whole tables, on
/// connections that the pages need as well.
actor KeptStatistics {
  /// How long one result is given.
  static let seconds = 10.0
  /// Periods whose results are kept at a time.
  static let periods = 64
  /// Periods that are being counted at a time.
  static let atOnce = 2

  private let clock: WallClock
  private let count: @Sendable (Period) async throws -> Statistics
  private var kept: [Period: (at: Date, statistics: Statistics)] = [:]
  private var underWay: [Period: Task<Statistics, any Error>] = [:]

  init(clock: WallClock, count: @escaping @Sendable (Period) async throws -> Statistics) {
    self.clock = clock
    self.count = count
  }

  init(database: Database, clock: WallClock) {
    self.init(clock: clock) { period in
      Statistics(
        figures: try await database.figures(in: period, at: clock.now), firstYear: try await database.firstYear())
    }
  }

  /// How many are kept.
  var length: Int { kept.count }

  /// Whoever asks while a period is being counted gets what comes of it.
  /// - Throws: `Problem` 503 when too many other periods are being counted.
  func statistics(of period: Period) async throws -> Statistics {
    if let found = kept[period], isFresh(found.at) { return found.statistics }
    if let task = underWay[period] { return try await task.value }
    guard underWay.count < Self.atOnce else {
      throw Problem.unavailable("Too many statistics are being counted.", retryAfter: Int.random(in: 2...5))
    }
    // A task of its own: it goes on for the others when the first who asked has left.
    let task = Task { [count] in try await count(period) }
    underWay[period] = task
    defer { underWay[period] = nil }
    let statistics = try await task.value
    keep(statistics, of: period)
    return statistics
  }

  private func keep(_ statistics: Statistics, of period: Period) {
    kept = kept.filter { isFresh($0.value.at) }
    if kept.count >= Self.periods, let oldest = kept.min(by: { $0.value.at < $1.value.at })?.key { kept[oldest] = nil }
    kept[period] = (clock.now, statistics)
  }

  private func isFresh(_ time: Date) -> Bool { abs(clock.now.timeIntervalSince(time)) < Self.seconds }
}
