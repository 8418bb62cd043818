import Testing

@testable import Voting

/// Waits stay near the target however fast Kafka is, and a limit that is not needed does not hurt.
@Suite struct AdmissionLimitTests {
  /// Kafka that stores so many ballots in an interval, in order, and voters who send so many.
  private struct Model {
    var limit: AdmissionLimit
    var waiting: [(interval: Int, count: Int)] = []
    var interval = 0
    var longest = 0
    var stored = 0

    init(_ limit: AdmissionLimit) { self.limit = limit }

    mutating func run(_ intervals: Int, sent: Int, storing capacity: Int) {
      longest = 0
      stored = 0
      for _ in 0..<intervals {
        interval += 1
        var seen = AdmissionLimit.Seen()
        var room = capacity
        while room > 0, let first = waiting.first {
          let count = min(room, first.count)
          seen.longestWait = max(seen.longestWait, (interval - first.interval) * AdmissionLimit.interval)
          seen.stored += count
          room -= count
          waiting[0].count -= count
          if waiting[0].count == 0 { waiting.removeFirst() }
        }
        let before = waiting.reduce(0) { $0 + $1.count }
        // What is sent is spread over the interval, and so is what Kafka stores of it at once.
        let admitted = min(sent, max(0, limit.limit - before) + room)
        let atOnce = min(room, admitted)
        seen.stored += atOnce
        if admitted > atOnce { waiting.append((interval, admitted - atOnce)) }
        seen.turnedAway = sent - admitted
        longest = max(longest, seen.longestWait)
        stored += seen.stored
        limit.adjust(to: seen, waiting: before + admitted - atOnce)
      }
    }
  }

  @Test(arguments: [100, 500, 1_000, 2_500, 5_000])
  func underTenTimesTheCapacityWaitsStayShortAndKafkaBusy(capacity: Int) {
    var model = Model(AdmissionLimit(ceiling: 20_000, target: 300))
    model.run(50, sent: 10 * capacity, storing: capacity)
    model.run(100, sent: 10 * capacity, storing: capacity)
    #expect(model.longest <= 600)
    #expect(model.stored >= 100 * capacity * 8 / 10)
  }

  @Test func whenKafkaGetsSlowTheLimitFalls() {
    var model = Model(AdmissionLimit(ceiling: 20_000, target: 300))
    model.run(50, sent: 25_000, storing: 2_500)
    model.run(50, sent: 25_000, storing: 200)
    model.run(100, sent: 25_000, storing: 200)
    #expect(model.longest <= 900)
  }

  @Test func whenKafkaIsAwayAFewGoOnTryingAndRecoveryIsQuick() {
    var model = Model(AdmissionLimit(ceiling: 20_000, target: 300))
    model.run(50, sent: 5_000, storing: 2_500)
    model.run(50, sent: 5_000, storing: 0)
    #expect(model.limit.limit == AdmissionLimit.floor)
    model.run(50, sent: 2_000, storing: 2_500)
    model.run(10, sent: 2_000, storing: 2_500)
    #expect(model.stored == 20_000)
  }

  @Test func withoutOverloadNobodyIsTurnedAway() {
    var model = Model(AdmissionLimit(ceiling: 20_000, target: 300))
    model.run(1_000, sent: 500, storing: 2_500)
    #expect(model.stored == 500_000)
    #expect(model.limit.limit == AdmissionLimit.start)
  }

  @Test func theLimitNeverPassesItsCeiling() {
    var model = Model(AdmissionLimit(ceiling: 1_200, target: 300))
    model.run(100, sent: 50_000, storing: 40_000)
    #expect(model.limit.limit <= 1_200)
    #expect(AdmissionLimit(ceiling: 10, target: 300).limit == 10)
  }
}
