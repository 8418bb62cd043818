import Contracts
import FoundationEssentials
import Testing

@testable import Forumctl
@testable import Referral

/// Something that is told of a hold.
private enum Told: String { case reminded, overdue, escalated }
private struct Telling: Equatable {
  let told: Told
  let at: Date

  init(_ told: Told, _ at: Date) { (self.told, self.at) = (told, at) }
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
  let from: Date
  var to: Date
}

/// A hold in the simulation, with everything that was told of it.
private struct Life {
  let clock: LegalClock
  var hold: Hold
  var deeds: [(at: Date, deed: Deed)]
  var next: Date?
  var suspendedAt: Date?
  var tellings: [Telling] = []
  /// For the count that is not made of the rules.
  var given: [Given]

  mutating func act(_ deed: Deed, at now: Date, _ plain: PlainCalendar) {
    let last = given[given.count - 1].due
    switch deed {
    case .extend(let days):
      guard suspendedAt == nil, let longer = try? hold.extended(by: days, because: "협의", at: now, by: clock) else {
        return
      }
      hold = longer
      give(plain.end(of: days, clock.unit, from: last), at: now)
    case .suspend:
      suspendedAt = now
      given[given.count - 1].to = now
    case .resume:
      guard let start = suspendedAt, let due = hold.dueAt else { return }
      suspendedAt = nil
      let moved = clock.period(of: clock.days ?? 0).end(due, movedBySuspensionFrom: start, to: now)
      hold = hold.due(moved, at: now, by: clock)
      give(plain.end(last, clock.unit, suspendedFrom: start, to: now), at: now)
    case .handOver:
      hold.until = now
      if suspendedAt == nil { given[given.count - 1].to = now }
    }
    next = hold.nextMove(after: now, by: clock)
  }

  private mutating func give(_ due: Date, at now: Date) {
    if suspendedAt == nil, given[given.count - 1].to > now { given[given.count - 1].to = now }
    given.append(Given(due: due, from: now, to: .distantFuture))
    #expect(hold.dueAt == due)
  }

  /// What a process that wakes at `ticks` should have told, counted day by day.
  func expected(_ ticks: [Date], _ plain: PlainCalendar) -> [Telling] {
    var tellings: [Telling] = []
    var (reminded, overdue, escalated, before) = (false, false, false, Date?.none)
    for given in given {
      let reminder = plain.reminder(clock.reminderDays, before: given.due)
      if given.due != before {
        if reminder > given.from { reminded = false }
        if given.due >= given.from { (overdue, escalated) = (false, false) }
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
  private func life(_ clock: LegalClock, since: Date, _ plain: PlainCalendar, _ random: inout SplitMix64) -> (
    Life, Date
  )? {
    guard let days = clock.days else { return nil }
    let due = clock.period(of: days).end(from: since)
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
    let hold = Hold(number: 1, step: clock.step, holder: .committee, since: since, dueAt: due)
    let counted = plain.end(of: days, clock.unit, from: since)
    #expect(due == counted)
    let given = [Given(due: counted, from: since, to: .distantFuture)]
    return (
      Life(clock: clock, hold: hold, deeds: deeds, next: hold.nextMove(after: since, by: clock), given: given), end
    )
  }

  /// One run of the process that keeps the clocks: what is due, the longest waiting first, so many at a time.
  private func run(_ lives: inout [Life], _ living: [Int], at now: Date) {
    while true {
      let due = living.filter { lives[$0].suspendedAt == nil && lives[$0].next.map { $0 <= now } ?? false }
      if due.isEmpty { return }
      for index in due.sorted(by: { lives[$0].next ?? now < lives[$1].next ?? now }).prefix(20) {
        for move in lives[index].hold.moves(due: now, by: lives[index].clock) {
          let told: Told =
            switch move {
            case .remind: .reminded
            case .overdue: .overdue
            case .escalate: .escalated
            }
          lives[index].tellings.append(Telling(told, now))
          lives[index].hold = lives[index].hold.after(move, at: now)
        }
        lives[index].next = lives[index].hold.nextMove(after: now, by: lives[index].clock)
      }
    }
  }

  @Test func inThreeYearsOfCasesEachHandOverHasItsReminderLatenessAndEscalationOnce() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("three years of cases: seed \(seed)")
    var random = SplitMix64(seed: seed)
    let plain = PlainCalendar()
    let hours = 3 * 365 * 24
    // The process is down now and then: for a night, for a month.
    var up = [Bool](repeating: true, count: hours)
    for (length, times) in [(10, 30), (31 * 24, 3)] {
      for _ in 0..<times {
        let from = Int.random(in: 0..<hours - length, using: &random)
        for hour in from..<from + length { up[hour] = false }
      }
    }
    var lives: [Life] = []
    for _ in 0..<250 {
      var since = Self.start.addingTimeInterval(Double.random(in: 0...900, using: &random) * Self.day).wholeMilliseconds
      for clock in Self.clocks {
        guard let (life, end) = life(clock, since: since, plain, &random) else { continue }
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
          lives[index].act(deed, at: at, plain)
        }
      }
      living.removeAll { lives[$0].hold.until != nil }
      guard up[hour] else { continue }
      ticks.append(now)
      run(&lives, living, at: now)
    }
    var counts: [Told: Int] = [:]
    for life in lives {
      #expect(life.tellings == life.expected(ticks, plain), "seed \(seed)")
      for telling in life.tellings { counts[telling.told, default: 0] += 1 }
    }
    // That much happened at all.
    #expect(counts.values.allSatisfy { $0 > 100 } && counts.count == 3, "seed \(seed): \(counts)")
    #expect(lives.count { $0.hold.extension != nil } > 50 && lives.count { $0.given.count > 2 } > 50, "seed \(seed)")
    // Without an own due date nobody is told anything twice.
    for life in lives where life.given.count == 1 {
      #expect(Set(life.tellings.map(\.told)).count == life.tellings.count, "seed \(seed)")
    }
  }
}
