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

  /// A hold of a step until some day; nil: it lasts.
  private struct Piece {
    let step: Portal.Hold.Step
    let until: Int?
    var since = 0
    var due: Int? = 10
    var takenAway = false
    /// The place of the piece with which its hand-over began.
    var handOver = 1
  }

  /// The figures of tasks that had these holds each.
  private func figures(of tasks: [[Piece]]) async throws -> [Indicator: [Figure]] {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      let sample = PortalSample(0)
      for pieces in tasks {
        let task = ProposalID()
        try await database.execute("INSERT INTO task (proposal, chain_edition) VALUES (\(task), 1000)")
        for (place, piece) in pieces.enumerated() {
          try await database.execute(
            """
            INSERT INTO hold (event_id, proposal, number, hand_over, holder, step, since, until, due_at, taken_away)
            VALUES (\(UUID()), \(task), \(Int32(place + 1)), \(Int32(piece.handOver)), 'molit', \(piece.step.rawValue),
              \(sample.time(piece.since)), \(piece.until.map(sample.time)), \(piece.due.map(sample.time)), \(piece.takenAway))
            """)
        }
      }
      return Dictionary(
        uniqueKeysWithValues: try await database.figures(in: Period(since: nil, until: nil), at: sample.time(100)))
    }
  }

  private func answered(_ tasks: [[Piece]]) async throws -> Double? {
    try await figures(of: tasks)[.answeredInTime]?.first { $0.by == nil }?.value
  }

  @Test func whatWasTakenAwayBeforeItWasDueWasNotAnsweredInTime() async throws {
    // One was answered in time, one too late, one never; and these say nothing.
    let judged = [
      [Piece(step: .ministry, until: 9)], [Piece(step: .review, until: 11)], [Piece(step: .committee, until: nil)],
    ]
    let takenAway = [Portal.Hold.Step.ministry, .review, .committee, .implementation].map {
      [Piece(step: $0, until: 5, takenAway: true)]
    }
    #expect(try await answered(judged) == 33.3)
    #expect(try await answered(judged + takenAway) == 33.3)
    // Naming a ministry is what the Support Unit owes; and what was late stays late.
    #expect(try await answered(judged + [[Piece(step: .assignment, until: 5)]]) == 50)
    #expect(try await answered(judged + [[Piece(step: .ministry, until: 20, takenAway: true)]]) == 25)
  }

  @Test func aHandOverThatGoesOnInSeveralHoldsIsOneAndWasLateIfItEverWas() async throws {
    let inTime = [Piece(step: .ministry, until: 9)]
    let suspended = Piece(step: .suspension, until: 12, since: 5, due: nil, handOver: 2)
    let pause = Piece(step: .ministry, until: 5, takenAway: true)
    // Resumed, and answered by the later date, or not.
    let resumed = [pause, suspended, Piece(step: .ministry, until: 16, since: 12, due: 17)]
    let missed = [pause, suspended, Piece(step: .ministry, until: 18, since: 12, due: 17)]
    #expect(try await answered([inTime, resumed]) == 100)
    #expect(try await answered([inTime, missed]) == 50)
    // Suspended when it was late, and resumed: late once.
    let late = [
      Piece(step: .ministry, until: 15, takenAway: true),
      Piece(step: .suspension, until: 20, since: 15, due: nil, handOver: 2),
      Piece(step: .ministry, until: 21, since: 20, due: 15),
    ]
    #expect(try await answered([inTime, late]) == 50)
    // Another date when the first one had passed, and that was kept, or taken away.
    for takenAway in [false, true] {
      let renewed = [
        Piece(step: .implementation, until: 15),
        Piece(step: .implementation, until: 40, since: 15, due: 50, takenAway: takenAway),
      ]
      #expect(try await answered([inTime, renewed]) == 50)
    }
  }

  @Test func aStageTookTheDaysOfAllItsHoldsButNotThoseOfASuspension() async throws {
    let pieces = [
      Piece(step: .ministry, until: 5, takenAway: true),
      Piece(step: .suspension, until: 12, since: 5, due: nil, handOver: 2),
      Piece(step: .ministry, until: 16, since: 12),
    ]
    let days = try await figures(
      of: [
        pieces, [Piece(step: .ministry, until: 1, takenAway: true)], [Piece(step: .ministry, until: nil)],
        [Piece(step: .review, until: 2, takenAway: true)],
      ])[.daysOfStage]
    #expect(days?.map { "\($0.of ?? "") \($0.value)" } == ["ministry 9.0", "suspension 7.0"])
  }

  @Test func ratingsAreThoseLastCountedInThePeriod() async throws {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      var hidden = PortalSample(2)
      hidden.isGathering = true
      let (first, second) = (PortalSample(0), PortalSample(1, ministry: "moe"))
      for sample in [first, second, hidden] { try await sample.tell(to: database) }
      func figures(until day: Int? = nil) async throws -> [String] {
        let period = Period(since: nil, until: day.map(first.time))
        return try await database.figures(in: period, at: Self.now).first { $0.0 == .ratings }?.1
          .map { "\($0.by ?? "all") \($0.of ?? "") \($0.value)" } ?? []
      }
      #expect(try await figures().isEmpty)
      // The later one is read first.
      try await first.tellRatings([0, 0, 0, 1, 2], of: .answer, on: 80, sequence: 21, to: database)
      try await first.tellRatings([1, 0, 0, 0, 0], of: .answer, on: 75, sequence: 20, to: database)
      try await first.tellRatings([0, 2, 0, 0, 0], of: .implementation, on: 81, sequence: 22, to: database)
      try await second.tellRatings([0, 0, 0, 0, 0], of: .implementation, on: 81, sequence: 21, to: database)
      try await second.tellRatings([0, 0, 1, 0, 0], of: .answer, on: 81, sequence: 20, to: database)
      try await hidden.tellRatings([9, 0, 0, 0, 0], of: .answer, on: 81, sequence: 1, to: database)
      #expect(
        try await figures() == [
          "all  3.5", "ministry moe 3.0", "ministry molit 3.6", "result answer 4.25", "result implementation 2.0",
        ])
      #expect(try await figures(until: 76) == ["all  1.0", "ministry molit 1.0", "result answer 1.0"])
      #expect(
        try await database.query("SELECT type FROM case_record WHERE proposal = \(first.id)").count == 3, "each is kept"
      )
      #expect(try await database.query("SELECT kind FROM history WHERE type = \(CaseRatingsCounted.type)").isEmpty)
    }
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
