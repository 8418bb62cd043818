import Contracts
import FoundationEssentials
import Postgres
import Testing

@testable import Portal

/// The indicators are what their definitions say, and whoever reads the same topics gets the same figures.
@Suite struct StatisticsTests {
  private static let now = Date(milliseconds: 1_790_000_000_000)

  private func samples() -> [PortalSample] {
    let often = CitizenID()
    return (0..<6).map { number in
      var sample = PortalSample(number, ministry: number < 4 ? "molit" : "moe")
      sample.isOffensive = number == 5
      sample.hidesTally = number == 5
      if number < 2 { sample.author = often }
      if number == 2 { sample.supporters = [often] }
      return sample
    }
  }

  private func figures(of samples: [PortalSample], in period: Period, order: [Int]) async throws -> [String: [Figure]] {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      for sample in samples { try await sample.tell(to: database, order: order) }
      return Dictionary(
        uniqueKeysWithValues: try await database.figures(in: period, at: Self.now).map { ($0.rawValue, $1) })
    }
  }

  @Test func theFiguresAreThoseOfTheEventsInWhateverOrderTopicsAreRead() async throws {
    let samples = samples()
    let always = Period(since: nil, until: nil)
    let one = try await figures(of: samples, in: always, order: [0, 1, 2, 3, 4])
    let other = try await figures(of: samples.reversed(), in: always, order: [4, 3, 2, 1, 0])
    #expect(one == other)

    func value(_ indicator: Indicator, _ by: String? = nil, _ of: String? = nil) -> Double? {
      one[indicator.rawValue]?.first { $0.by == by && $0.of == of }?.value
    }
    #expect(value(.proposalsSubmitted) == 6 && value(.proposalsSubmitted, "category", "transport") == 6)
    // One of six authors wrote two, and is the one supporter of a third; the other five proposals have two each.
    #expect(value(.participants) == 15)
    #expect(value(.participants, "part", "author") == 5 && value(.participants, "part", "supporter") == 11)
    #expect(value(.ballotsCounted) == 0, "no vote has closed")
    #expect(value(.feedbackGiven) == 6, "five selected, one rejected with a reason")
    #expect(value(.ideasDiscussed) == 5)
    #expect(value(.ideasByStage, "stage", "accepted") == 5 && value(.ideasByStage, "stage", "ministry") == 5)
    #expect(value(.ideasByMinistry, "ministry", "molit") == 4 && value(.ideasByMinistry, "ministry", "moe") == 1)
    // Six reviews and five answers of the Committee came in time; five ministries owe theirs since day 69.
    #expect(value(.answeredInTime, "stage", "review") == 100 && value(.answeredInTime, "stage", "ministry") == 0)
    #expect(value(.answeredInTime) == 68.8)
    #expect(value(.daysOfStage, "stage", "review") == 2 && value(.daysOfStage, "stage", "committee") == 1)
  }

  @Test func aPeriodCountsWhatHappenedInIt() async throws {
    var sample = PortalSample(0)
    sample.isOffensive = true
    let before = try await figures(of: [sample], in: Period(since: nil, until: sample.time(1)), order: [0, 1])
    #expect(before["proposals-submitted"]?.first?.value == 0 && before["feedback-given"]?.first?.value == 0)
    let until = try await figures(
      of: [sample], in: Period(since: sample.time(1), until: sample.time(3)), order: [0, 1])
    #expect(until["proposals-submitted"]?.first?.value == 1 && until["feedback-given"]?.first?.value == 0)
    let from = try await figures(of: [sample], in: Period(since: sample.time(3), until: nil), order: [0, 1])
    #expect(from["proposals-submitted"]?.first?.value == 0 && from["feedback-given"]?.first?.value == 1)
    let year = Period(year: 2026)
    #expect(year.since == JSON.date("2025-12-31T15:00:00Z") && year.until == JSON.date("2026-12-31T15:00:00Z"))
  }
}
