import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// The hourly look at each open vote. After an outage it takes the last full hour only: what came before is over.
struct Trends: Sendable {
  let database: Database
  let clock: WallClock
  let log: Log
  /// Counts alarms of each kind.
  let raised: [VoteTrendAlarm.Kind: Counter]

  init(database: Database, clock: WallClock, log: Log, metrics: Metrics) {
    self.database = database
    self.clock = clock
    self.log = log
    let counters = VoteTrendAlarm.Kind.allCases.map { kind in
      let name = "forum_voting_trend_alarms_total"
      return (kind, metrics.counter(name, "Alarms of the hourly look at votes.", ["kind": kind.rawValue]))
    }
    raised = Dictionary(counters) { first, _ in first }
  }

  /// Looks at all votes of the last full hour that nobody has looked at yet: nothing, most of the time.
  func run() async throws {
    let start = VoteTrend.lastFullHour(at: clock.now)
    while true {
      let numbers = try await database.votesToLookAt(in: Date(milliseconds: start), limit: 100)
      guard !numbers.isEmpty else { return }
      for (_, vote) in try await database.votes(numbered: numbers) { try await look(at: vote, from: start) }
    }
  }

  private func look(at vote: Vote, from start: Int64) async throws {
    var count = TrendCount(from: start)
    try await database.origins(
      of: vote.proposal, matching: OriginCondition(accepted: start..<start + VoteTrend.hour)
    ) { entries in
      for entry in entries { count.count(entry) }
    }
    let trend = count.trend(
      counted: try await database.counted(in: vote), openedAt: vote.openedAt ?? vote.rule.opensAt,
      observedAt: clock.now)
    let isNew = try await database.transaction { transaction in
      // Two processes may look at the same time: the key lets one of them raise the alarm.
      guard try await transaction.insert(trend, of: vote) else { return false }
      for alarm in trend.events(on: vote) { try await transaction.publish(alarm, at: trend.observedAt) }
      return true
    }
    guard isNew else { return }
    for kind in trend.alarms {
      raised[kind]?.add()
      log.warning("trend of a vote out of the ordinary", ["proposal": "\(vote.proposal)", "kind": "\(kind.rawValue)"])
    }
  }
}

extension VoteTrend {
  /// What everyone is told: no networks, and no numbers while the rule hides them.
  func events(on vote: Vote) -> [VoteTrendAlarm] {
    alarms.map { kind in
      VoteTrendAlarm(
        proposal: vote.proposal, kind: kind, share: kind == .lastHourShare ? hourShare : siteShare,
        ballots: vote.hidesTotals ? nil : ballots, hour: hour, observedAt: observedAt)
    }
  }
}

/// Forgets where ballots came from, and what was seen of it, after 30 days.
struct Forgetting: Sendable {
  let database: Database
  let clock: WallClock

  func run() async throws {
    let time = clock.now.addingTimeInterval(-Double(OriginEntry.keptDays) * 86_400)
    try await database.deleteOrigins(before: time)
    try await database.deleteTrends(before: time)
    try await database.forgetOriginsOfRulings(before: time)
  }
}
