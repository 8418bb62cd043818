import Contracts
import FoundationEssentials
import Testing

@testable import Forumctl
@testable import Referral

/// Something that is told, of which milestone (nil: of the step as a whole), and when.
private struct Telling: Hashable {
  enum Told: CaseIterable { case reminded, overdue, escalated }

  let told: Told
  let milestone: Int?
  let dueAt: Date
  let at: Date
}

/// Something that is owed, counted day by day, and what was told of it.
private struct Owed {
  var dueAt: Date
  let since: Date
  private(set) var moments: [Telling.Told: Date] = [:]
  var told: Set<Telling.Told> = []

  init(dueAt: Date, since: Date, _ rules: (Int, Int), _ plain: PlainCalendar) {
    (self.dueAt, self.since) = (dueAt, since)
    moments = [
      .reminded: plain.reminder(rules.0, before: dueAt), .overdue: Date(milliseconds: dueAt.milliseconds + 1),
      .escalated: plain.escalation(rules.1, after: dueAt),
    ]
  }

  func tells(_ what: Telling.Told, at now: Date) -> Bool {
    guard !told.contains(what), let moment = moments[what], moment <= now else { return false }
    return what != .reminded || moment > since && now <= dueAt
  }
}

/// A case with a plan, and a second account of it that is not made of the rules.
private struct PlanLife {
  /// Days before and after the due date on which a step is told of.
  static func days(_ step: LegalStep) -> (Int, Int) { step == .ministry ? (14, 10) : (30, 30) }

  let plain: PlainCalendar
  let terms: Terms
  var known: Case
  var hold: Owed
  var milestones: [Int: Owed] = [:]
  var done: Set<Int> = []
  var suspendedAt: Date?
  /// How often somebody who was late has got the case anew.
  private(set) var renewals = 0
  /// When it is looked at next; nil: never, unless it is changed.
  var next: Date?
  var tellings: [Telling] = []
  var expected: [Telling] = []

  var isOver: Bool { known.hold == nil }
  var open: [Int] { milestones.keys.filter { !done.contains($0) }.sorted() }
  private var isAnswered: Bool { known.dossier.answer != nil }
  private var rules: (Int, Int) { Self.days(isAnswered ? .implementation : .ministry) }
  /// The days on which milestones end by the plan, as it was made and delayed.
  var ends: [Int: Day] = [:]

  init(since: Date, _ terms: Terms, _ plain: PlainCalendar) throws {
    (self.terms, self.plain) = (terms, plain)
    known = try CaseWalk.accepted()
    known.crossedAt = since
    let due = plain.end(of: 60, .calendar, from: since)
    known.holds = [
      Hold(number: 1, step: .ministry, holder: .ministry(try CaseWalk.ministry()), since: since, dueAt: due)
    ]
    hold = Owed(dueAt: due, since: since, Self.days(.ministry), plain)
  }

  // MARK: What happens to it

  private func owed(by day: Day, at now: Date) -> Owed {
    Owed(dueAt: day.end, since: now, Self.days(.implementation), plain)
  }

  /// The step as a whole is due at another time; what it has told of those due with it is told.
  private mutating func setHold(due: Date, since: Date) {
    guard due != hold.dueAt else { return }
    for (number, milestone) in milestones where isAnswered && milestone.dueAt == hold.dueAt {
      milestones[number]?.told.formUnion(hold.told)
    }
    hold = Owed(dueAt: due, since: since, rules, plain)
  }

  /// Who is late by then has the case anew.
  private mutating func renewHold(due: Date, at now: Date) {
    if due != hold.dueAt, now > hold.dueAt { renewals += 1 }
    setHold(due: due, since: now > hold.dueAt ? now : hold.since)
  }

  mutating func plan(_ steps: [(number: Int?, end: Day)], at now: Date) throws {
    let draft = CheckedPlan(
      steps: steps.map { step in
        let old = known.dossier.plan?.milestones.first { $0.number == step.number }
        return PlanDraft.Step(
          number: step.number, title: old?.title ?? "단계", deliverable: "노선도",
          startsOn: old?.startsOn ?? Day(of: now), endsOn: step.end)
      }, reason: "변경")
    let last = milestones.values.map(\.dueAt).max()
    known = try known.planned(draft, by: CaseWalk.actor, at: now).changed
    var (after, afterEnds): ([Int: Owed], [Int: Day]) = ([:], [:])
    for milestone in known.dossier.plan?.milestones ?? [] {
      let (number, end) = (milestone.number, milestone.endsOn)
      after[number] = ends[number] == end ? milestones[number] : owed(by: end, at: now)
      afterEnds[number] = end
    }
    (milestones, ends) = (after, afterEnds)
    if isAnswered, let due = milestones.values.map(\.dueAt).max(), due != last, due > now {
      renewHold(due: due, at: now)
    }
  }

  mutating func delay(_ number: Int, to end: Day, at now: Date) throws {
    known = try known.delayed(number, to: end, for: "예산", by: CaseWalk.actor, at: now).changed
    ends[number] = end
    if let before = milestones[number], end.end > before.dueAt { milestones[number] = owed(by: end, at: now) }
    if isAnswered, end.end > hold.dueAt { renewHold(due: end.end, at: now) }
  }

  mutating func complete(_ number: Int, at now: Date) throws {
    known = try known.progressed(
      number, to: .completed, report: "끝", evidence: ["https://example.org/"], by: CaseWalk.actor, at: now
    ).changed
    done.insert(number)
  }

  mutating func answer(at now: Date) throws {
    known = try known.answered("답", by: "과", signedBy: "장", within: terms, by: CaseWalk.actor, at: now).changed
    let planned = milestones.values.map(\.dueAt).max()
    let due = planned.flatMap { $0 > now ? $0 : nil } ?? plain.end(of: 60, .calendar, from: now)
    hold = Owed(dueAt: due, since: now, rules, plain)
  }

  mutating func suspend(at now: Date) throws {
    let lost = VoteBarLost(
      proposal: known.proposal, title: "밤 버스", yes: 9, no: 2, yesBar: 10, ruleHash: "ab",
      crossedAt: try #require(known.crossedAt), lostAt: now)
    known = try #require(known.suspended(by: lost, at: now)).changed
    suspendedAt = now
  }

  mutating func resume(at now: Date) throws {
    let crossed = VoteBarCrossed(
      proposal: known.proposal, title: "밤 버스", category: .transport, yes: 11, no: 3, yesBar: 10, ruleHash: "ab",
      crossedAt: now)
    known = try #require(try known.resumed(by: crossed, within: terms, at: now)).changed
    let start = try #require(suspendedAt)
    suspendedAt = nil
    func moved(_ due: Date) -> Date { plain.end(due, .calendar, suspendedFrom: start, to: now) }
    // What was late then was told, and is not told again.
    let before = hold
    setHold(due: moved(hold.dueAt), since: hold.since)
    if before.dueAt < start { hold.told = before.told }
    for (number, milestone) in milestones where moved(milestone.dueAt) != milestone.dueAt {
      var later = Owed(
        dueAt: moved(milestone.dueAt), since: milestone.since, Self.days(.implementation), plain)
      if milestone.dueAt < start { later.told = milestone.told }
      milestones[number] = later
    }
  }

  // MARK: What is told of it

  /// One look of the process at the clocks.
  mutating func look(at now: Date) throws {
    let change = try known.clockMoved(within: terms, at: now)
    tellings += change.told.compactMap { told in
      switch told.event {
      case let event as CaseReminded:
        Telling(told: .reminded, milestone: event.milestone, dueAt: event.dueAt, at: now)
      case let event as CaseOverdue:
        Telling(told: .overdue, milestone: event.milestone, dueAt: event.dueAt, at: now)
      case let event as CaseEscalated:
        Telling(told: .escalated, milestone: event.milestone, dueAt: event.dueAt, at: now)
      default: nil
      }
    }
    known = change.changed
    next = try known.nextMove(after: now, within: terms)
  }

  /// The same by the other account, which is asked at every hour.
  mutating func expect(at now: Date) {
    guard suspendedAt == nil, !isOver else { return }
    for number in open {
      guard var milestone = milestones[number], !isAnswered || milestone.dueAt < hold.dueAt else { continue }
      for what in Telling.Told.allCases where milestone.tells(what, at: now) {
        milestone.told.insert(what)
        expected.append(Telling(told: what, milestone: number, dueAt: milestone.dueAt, at: now))
      }
      milestones[number] = milestone
    }
    for what in Telling.Told.allCases where hold.tells(what, at: now) {
      hold.told.insert(what)
      expected.append(Telling(told: what, milestone: nil, dueAt: hold.dueAt, at: now))
    }
  }

  /// Both accounts of what is due are the same.
  func agrees() -> Bool {
    known.holds.last?.dueAt == hold.dueAt
      && known.holds.count == 1 + (isAnswered ? 1 : 0) + renewals
      && known.deadlines.allSatisfy { milestones[$0.number]?.dueAt == $0.dueAt }
      && known.deadlines.count == milestones.count
  }
}

@Suite struct ThreeYearsOfPlansTests {
  private static let start = Date(milliseconds: 1_767_571_200_000)  // Monday 5 January 2026, nine in the morning

  private static let terms = Terms(
    clocks: Dictionary(
      uniqueKeysWithValues: [LegalStep.ministry, .implementation].map { step in
        let (reminder, escalation) = PlanLife.days(step)
        return (
          step,
          LegalClock(
            step: step, days: 60, unit: .calendar, reminderDays: reminder, escalationDays: escalation,
            escalatesTo: [.supportUnit], extensionDays: 0, holidays: Holidays(HolidayList.seed.map(\.day)))
        )
      }))

  /// What a ministry does with its plan at a moment, by chance.
  private func act(_ life: inout PlanLife, at now: Date, _ random: inout SplitMix64) throws {
    func later(_ days: ClosedRange<Int>) -> Day { Day(of: now) + Int.random(in: days, using: &random) }
    if life.suspendedAt != nil { return try life.resume(at: now) }
    guard !life.milestones.isEmpty else {
      return try life.plan((1...Int.random(in: 1...5, using: &random)).map { _ in (nil, later(20...260)) }, at: now)
    }
    let number = life.open.randomElement(using: &random)
    switch Int.random(in: 0..<12, using: &random) {
    case 0...2: if life.known.dossier.answer == nil { try life.answer(at: now) }
    case 3, 4:
      if let number, let end = life.ends[number] { try life.delay(number, to: max(end, Day(of: now)) + 25, at: now) }
    case 5, 6: if let number { try life.complete(number, at: now) }
    case 7: try life.suspend(at: now)
    case 8, 9:
      // One is given up or moved, and maybe there is another one.
      var steps: [(number: Int?, end: Day)] = life.ends.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      if let place = steps.firstIndex(where: { $0.number == number }), number != nil {
        if Bool.random(using: &random), steps.count > 1 {
          steps.remove(at: place)
        } else {
          steps[place].end = later(5...150)
        }
      }
      if steps.count < 6, Bool.random(using: &random) { steps.append((nil, later(20...200))) }
      try life.plan(steps, at: now)
    default: break
    }
  }

  @Test func inThreeYearsOfPlansEachMilestoneHasItsReminderLatenessAndEscalationOnce() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("three years of plans: seed \(seed)")
    var random = SplitMix64(seed: seed)
    let plain = PlainCalendar()
    let hours = 3 * 365 * 24
    let up = Uptime(hours: hours, using: &random)
    var (living, over): ([PlanLife], [PlanLife]) = ([], [])
    for hour in 0..<hours {
      let now = Self.start.addingTimeInterval(Double(hour) * 3_600)
      if hour % (24 * 9) == 0, hour < 700 * 24 {
        var life = try PlanLife(since: now, Self.terms, plain)
        life.next = now
        living.append(life)
      }
      for index in living.indices {
        // Something happens every two weeks, at half past; it ends some day.
        if Int.random(in: 0..<14 * 24, using: &random) == 0 {
          let moment = now.addingTimeInterval(-1_800)
          try act(&living[index], at: moment, &random)
          living[index].next = now
          #expect(living[index].agrees(), "seed \(seed)")
        } else if living[index].suspendedAt == nil, Int.random(in: 0..<420 * 24, using: &random) == 0 {
          living[index].known.release(at: now)
        }
        guard up[hour] else { continue }
        living[index].expect(at: now)
        if let next = living[index].next, next <= now { try living[index].look(at: now) }
      }
      over += living.filter(\.isOver)
      living.removeAll(where: \.isOver)
    }
    var counts: [Telling.Told: Int] = [:]
    for life in over + living {
      #expect(life.tellings == life.expected, "seed \(seed)")
      for telling in life.tellings where telling.milestone != nil { counts[telling.told, default: 0] += 1 }
    }
    // That much happened at all.
    #expect(counts.count == 3 && counts.values.allSatisfy { $0 > 30 }, "seed \(seed): \(counts)")
    #expect((over + living).contains { $0.renewals > 0 }, "seed \(seed)")
    // By a plan that was never changed nobody is told anything twice of a milestone.
    for life in over + living where life.known.dossier.plan?.revision == 1 {
      let told = life.tellings.filter { $0.milestone != nil }.map { "\($0.told) \($0.milestone ?? 0) \($0.dueAt)" }
      #expect(Set(told).count == told.count, "seed \(seed)")
    }
  }
}
