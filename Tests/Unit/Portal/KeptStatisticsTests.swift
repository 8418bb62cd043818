import Contracts
import FoundationEssentials
import ServiceKit
import Synchronization
import Testing

@testable import Portal

/// However many ask, the tables are counted once for a while, and only so often at a time.
@Suite struct KeptStatisticsTests {
  /// Counts the counting, which goes on only when it is let.
  private actor Gate {
    private(set) var counted = 0
    private var isOpen: Bool
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(isOpen: Bool = true) { self.isOpen = isOpen }

    func pass() async -> Statistics {
      counted += 1
      if !isOpen { await withCheckedContinuation { waiting.append($0) } }
      return Statistics(figures: [(.participants, [Figure(by: nil, of: nil, value: Double(counted))])], firstYear: nil)
    }

    func open() {
      isOpen = true
      waiting.forEach { $0.resume() }
      waiting = []
    }

    func reached(_ number: Int) async throws {
      while counted < number { try await Task.sleep(for: .milliseconds(1)) }
    }
  }

  private final class Time: Sendable {
    private let now = Mutex(Date(milliseconds: 1_790_000_000_000))
    var clock: WallClock { WallClock { self.now.withLock { $0 } } }
    func pass(_ seconds: Double) { now.withLock { $0.addTimeInterval(seconds) } }
  }

  private func kept(_ gate: Gate, _ time: Time = Time()) -> KeptStatistics {
    KeptStatistics(clock: time.clock) { _ in await gate.pass() }
  }

  @Test func whoeverAsksTogetherGetsWhatIsCountedOnce() async throws {
    let gate = Gate(isOpen: false)
    let kept = kept(gate)
    try await withThrowingTaskGroup(of: Double?.self) { group in
      for _ in 0..<50 {
        group.addTask { try await kept.statistics(of: Period(year: 2026)).figures.first?.1.first?.value }
      }
      try await gate.reached(1)
      await gate.open()
      for try await value in group { #expect(value == 1) }
    }
    #expect(await gate.counted == 1)
  }

  @Test func aResultIsGivenForTenSeconds() async throws {
    let (gate, time) = (Gate(), Time())
    let kept = kept(gate, time)
    for (pause, counted) in [(0.0, 1), (9.9, 1), (0.2, 2), (0, 2)] {
      time.pass(pause)
      _ = try await kept.statistics(of: Period(year: 2026))
      #expect(await gate.counted == counted)
    }
    // The same moments, told otherwise.
    let year = Period(year: 2026)
    _ = try await kept.statistics(of: Period(since: year.since, until: year.until))
    #expect(await gate.counted == 2)
  }

  @Test func onlySoManyPeriodsAreCountedAtATime() async throws {
    let gate = Gate(isOpen: false)
    let kept = kept(gate)
    let running = (0..<KeptStatistics.atOnce).map { number in
      Task { try await kept.statistics(of: Period(year: 2020 + number)).firstYear }
    }
    try await gate.reached(KeptStatistics.atOnce)
    do {
      _ = try await kept.statistics(of: Period(year: 2030))
      Issue.record("one more was counted")
    } catch let problem as Problem {
      #expect(problem.status == 503 && problem.retryAfter ?? 0 > 0)
    }
    await gate.open()
    for task in running { _ = try await task.value }
    _ = try await kept.statistics(of: Period(year: 2030))
    #expect(await gate.counted == KeptStatistics.atOnce + 1)
  }

  @Test func onlySoManyPeriodsAreKept() async throws {
    let (gate, time) = (Gate(), Time())
    let kept = kept(gate, time)
    for number in 0..<KeptStatistics.periods + 20 {
      time.pass(0.01)
      _ = try await kept.statistics(of: Period(since: Date(milliseconds: Int64(number)), until: nil))
    }
    #expect(await kept.length == KeptStatistics.periods)
    time.pass(KeptStatistics.seconds)
    _ = try await kept.statistics(of: Period(year: 2026))
    #expect(await kept.length == 1, "what is old is let go")
  }

  @Test func aFailureIsNotKept() async throws {
    struct Broken: Error {}
    let isBroken = Mutex(true)
    let kept = KeptStatistics(clock: Time().clock) { _ in
      if isBroken.withLock({ $0 }) { throw Broken() }
      return Statistics(figures: [], firstYear: 2018)
    }
    await #expect(throws: Broken.self) { try await kept.statistics(of: Period(year: 2026)) }
    isBroken.withLock { $0 = false }
    #expect(try await kept.statistics(of: Period(year: 2026)).firstYear == 2018)
  }
}
