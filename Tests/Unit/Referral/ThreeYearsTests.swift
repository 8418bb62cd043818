import Contracts
import FoundationEssentials
import Testing

@testable import Forumctl
@testable import Referral

/// Something that is told of a hold.
private enum Told: String { case reminded, overdue, escalated }
private struct Telling: Equatable {
  /// Nil: something that a clock has no business to tell.
  let told: Told?
  let at: Date

  init(_ told: Told?, _ at: Date) { (self.told, self.at) = (told, at) }
}

/// What happens to a hold from outside.
private enum Deed {
  case extend(days: Int)
  case suspend
  case resume
  case handOver
}

/// A due date as it was given, and how long it stood: until it was moved, the case suspended or handed over.
private struct Given {
  let due: Date
  /// What was told of the due date before holds for this one.
  var wasLate = false
  let from: Date
  var to: Date
}

/// A case in the simulation that somebody has for one step, with everything that was told of it.
private struct Life {
  let clock: LegalClock
  var known: Case
  var deeds: [(at: Date, deed: Deed)]
  var next: Date?
  var tellings: [Telling] = []
  /// For the count that is not made of the rules.
  var given: [Given]

  var hold: Hold { known.holds[0] }
  private var terms: Terms { Terms(clocks: [clock.step: clock]) }

  mutating func act(_ deed: Deed, at now: Date, _ plain: PlainCalendar) throws {
    let last = given[given.count - 1].due
    switch deed {
    case .extend(let days):
      // Refused when it comes too late, or while the case is suspended.
      let change = try? known.extended(by: days, because: "협의", within: terms, by: CaseWalk.actor, at: now)
      guard let change else { return }
      known = change.changed
      give(plain.end(of: days, clock.unit, from: last), at: now)
    case .suspend:
      let lost = CaseWalk.lost(crossing: try #require(known.crossedAt))
      known = try #require(known.suspended(by: lost, at: now)).changed
      given[given.count - 1].to = now
    case .resume:
      let start = try #require(known.suspension).suspendedAt
      known = try #require(try known.resumed(by: CaseWalk.crossed(at: now), within: terms, at: now)).changed
      give(plain.end(last, clock.unit, suspendedFrom: start, to: now), wasLate: last < start, at: now)
    case .handOver:
      if known.suspension == nil { given[given.count - 1].to = now }
      known.release(at: now)
    }
    next = hold.nextMove(after: now, by: clock)
  }

  private mutating func give(_ due: Date, wasLate: Bool = false, at now: Date) {
    if given[given.count - 1].to > now { given[given.count - 1].to = now }
    given.append(Given(due: due, wasLate: wasLate, from: now, to: .distantFuture))
    #expect(hold.dueAt == due)
  }

  /// One look of the process at the clock.
  mutating func look(at now: Date) throws {
    let change = try known.clockMoved(within: terms, at: now)
    tellings += change.told.map { told in
      let what: Told? =
        switch told.event {
        case is CaseReminded: .reminded
        case is CaseOverdue: .overdue
        case is CaseEscalated: .escalated
        default: nil
        }
      return Telling(what, now)
    }
    known = change.changed
    next = hold.nextMove(after: now, by: clock)
  }

  /// What a process that wakes at `ticks` should have told, counted day by day.
  func expected(_ ticks: [Date], _ plain: PlainCalendar) -> [Telling] {
    var tellings: [Telling] = []
    var (reminded, overdue, escalated, before) = (false, false, false, Date?.none)
    for given in given {
      let reminder = plain.reminder(clock.reminderDays, before: given.due)
      if given.due != before {
        if !given.wasLate { (reminded, overdue, escalated) = (false, false, false) }
        before = given.due
      }
      func tick(from moment: Date, to end: Date) -> Date? {
        let place = ticks.partitioningIndex { $0 >= max(moment, given.from) }
        return place < ticks.count && ticks[place] < min(end, given.to) ? ticks[place] : nil
      }
      let late = Date(milliseconds: given.due.milliseconds + 1)
      if !reminded, reminder > hold.since, let tick = tick(from: reminder, to: late) {
        tellings.append(Telling(.reminded, tick))
        reminded = true
      }
      if !overdue, let tick = tick(from: late, to: .distantFuture) {
        tellings.append(Telling(.overdue, tick))
        overdue = true
      }
      let escalation = plain.escalation(clock.escalationDays, after: given.due)
      if !escalated, let tick = tick(from: escalation, to: .distantFuture) {
        tellings.append(Telling(.escalated, tick))
        escalated = true
      }
    }
    return tellings
  }
}

@Suite struct ThreeYearsTests {
  private static let hour = 3_600.0
  private static let day = 86_400.0
  private static let start = Date(milliseconds: 1_767_571_200_000)  // Monday 5 January 2026, nine in the morning
  private static let holidays = Holidays(HolidayList.seed.map(\.day))

  private static func clock(_ step: LegalStep, _ days: Int, _ unit: LegalPeriod.Unit, _ rest: (Int, Int, Int))
    -> LegalClock
  {
    LegalClock(
      step: step, days: days, unit: unit, reminderDays: rest.0, escalationDays: rest.1, escalatesTo: [.supportUnit],
      extensionDays: rest.2, holidays: holidays)
  }

  private static let clocks = [
    clock(.committee, 30, .calendar, (7, 10, 30)), clock(.review, 10, .working, (3, 5, 10)),
    clock(.strategyMeeting, 60, .calendar, (14, 15, 60)), clock(.ministry, 60, .working, (14, 10, 60)),
  ]

  /// A case by chance: on time, late, very late; some with more time, some suspended, once or twice.
  private func life(
    _ clock: LegalClock, since: Date, _ plain: PlainCalendar, _ random: inout SplitMix64
  ) throws -> (Life, Date) {
    let due = clock.period.end(from: since)
    let length = due.timeIntervalSince(since)
    func moment(_ range: ClosedRange<Double>) -> Date {
      let time = since.timeIntervalSince1970 + length * Double.random(in: range, using: &random)
      return Date(timeIntervalSince1970: time).wholeMilliseconds
    }
    let end = moment([0.1...0.9, 0.9...1.3, 1...3].randomElement(using: &random) ?? 0...1)
    var deeds: [(at: Date, deed: Deed)] = []
    if Int.random(in: 0..<3, using: &random) == 0 {
      deeds.append((moment(0.5...1.05), .extend(days: Int.random(in: 1...clock.extensionDays, using: &random))))
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      let (one, other) = (moment(0.1...1.2), moment(0.1...1.2))
      deeds += [(min(one, other), .suspend), (max(one, other), .resume)]
      if Bool.random(using: &random) {
        let again = max(one, other).addingTimeInterval(Double.random(in: 1...20, using: &random) * Self.day)
        deeds += [(again, .suspend), (again.addingTimeInterval(Self.day * 3.3), .resume)]
      }
    }
    deeds = (deeds.filter { $0.at < end } + [(end, .handOver)]).sorted { $0.at < $1.at }
    var known = try CaseWalk.received()
    known.crossedAt = since
    known.holds = [Hold(number: 1, step: clock.step, holder: .committee, since: since, dueAt: due)]
    let counted = plain.end(of: clock.days, clock.unit, from: since)
    #expect(due == counted)
    let given = [Given(due: counted, from: since, to: .distantFuture)]
    let next = known.holds[0].nextMove(after: since, by: clock)
    return (Life(clock: clock, known: known, deeds: deeds, next: next, given: given), end)
  }

  /// One run of the process that keeps the clocks: what is due, the longest waiting first, so many at a time.
  private func run(_ lives: inout [Life], _ living: [Int], at now: Date) throws {
    while true {
      let due = living.filter { lives[$0].known.suspension == nil && lives[$0].next.map { $0 <= now } ?? false }
      if due.isEmpty { return }
      for index in due.sorted(by: { lives[$0].next ?? now < lives[$1].next ?? now }).prefix(20) {
        try lives[index].look(at: now)
      }
    }
  }

  @Test func inThreeYearsOfCasesEachHandOverHasItsReminderLatenessAndEscalationOnce() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("three years of cases: seed \(seed)")
    var random = SplitMix64(seed: seed)
    let plain = PlainCalendar()
    let hours = 3 * 365 * 24
    let up = Uptime(hours: hours, using: &random)
    var lives: [Life] = []
    for _ in 0..<250 {
      var since = Self.start.addingTimeInterval(Double.random(in: 0...900, using: &random) * Self.day).wholeMilliseconds
      for clock in Self.clocks {
        let (life, end) = try life(clock, since: since, plain, &random)
        lives.append(life)
        since = end
      }
    }
    let order = lives.indices.sorted { lives[$0].hold.since < lives[$1].hold.since }
    var (waiting, living, ticks): (ArraySlice<Int>, [Int], [Date]) = (order[...], [], [])
    for hour in 0..<hours {
      let now = Self.start.addingTimeInterval(Double(hour) * Self.hour)
      while let first = waiting.first, lives[first].hold.since <= now {
        living.append(first)
        waiting = waiting.dropFirst()
      }
      for index in living {
        while let (at, deed) = lives[index].deeds.first, at <= now {
          lives[index].deeds.removeFirst()
          try lives[index].act(deed, at: at, plain)
        }
      }
      living.removeAll { lives[$0].hold.until != nil }
      guard up[hour] else { continue }
      ticks.append(now)
      try run(&lives, living, at: now)
    }
    var counts: [Told?: Int] = [:]
    for life in lives {
      #expect(life.tellings == life.expected(ticks, plain), "seed \(seed)")
      for telling in life.tellings { counts[telling.told, default: 0] += 1 }
    }
    // That much happened at all.
    #expect(counts.values.allSatisfy { $0 > 100 } && counts.count == 3, "seed \(seed): \(counts)")
    #expect(lives.count { $0.hold.extension != nil } > 50 && lives.count { $0.given.count > 2 } > 50, "seed \(seed)")
    // By one due date nobody is told anything twice.
    for life in lives where life.given.count == 1 {
      #expect(Set(life.tellings.map(\.told)).count == life.tellings.count, "seed \(seed)")
    }
  }
}

extension CaseWalk {
  /// The same at any time.
  fileprivate static func crossed(at now: Date) -> VoteBarCrossed {
    VoteBarCrossed(
      proposal: proposal, title: "밤 버스", category: .transport, yes: 11, no: 3, yesBar: 10, ruleHash: "ab",
      crossedAt: now)
  }

  fileprivate static func lost(crossing: Date) -> VoteBarLost {
    VoteBarLost(
      proposal: proposal, title: "밤 버스", yes: 9, no: 2, yesBar: 10, ruleHash: "ab", crossedAt: crossing,
      lostAt: crossing)
  }
}
