import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Referral
@testable import ServiceKit

@Suite struct ClockTests {
  private static let molit = "molit"

  private func molit() throws -> Holder { .ministry(try #require(Ministry.named(Self.molit))) }

  /// How far a hold lasts.
  private enum End: Int, CaseIterable { case beforeReminder, beforeDue, beforeEscalation, afterAll }

  /// What a case will do at its holder, and what that makes the clock tell.
  private struct Course {
    let id: CaseID
    let end: End
    let since: Date
    var suspends: Date?
    var resumes: Date?
    var ends: Date

    init(_ id: CaseID, _ end: End, due: Date, since: Date) {
      (self.id, self.end, self.since) = (id, end, since)
      ends = since
      setDue(due)
    }

    mutating func setDue(_ due: Date) {
      let day = 86_400.0
      ends =
        switch end {
        // Reminders come on working days, and feasts are long.
        case .beforeReminder: max(due.addingTimeInterval(-24 * day), since.addingTimeInterval(day))
        case .beforeDue: due.addingTimeInterval(-day / 2)
        case .beforeEscalation: due.addingTimeInterval(4 * day)
        case .afterAll: due.addingTimeInterval(45 * day)
        }
    }
  }

  /// Takes every fifth event back at the last moment, with the transaction that it was published in: as a process that is
  /// killed there would.
  private static let saboteur: [Query] = [
    "CREATE SEQUENCE attempt",
    """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.type IN ('kr.forum.case.reminded.v1', 'kr.forum.case.overdue.v1', 'kr.forum.case.escalated.v1')
        AND nextval('attempt') % 5 = 0 THEN RAISE 'killed'; END IF;
      RETURN NEW; END $$
    """,
    "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()",
  ]

  @Test func overThreeYearsEachHandOverIsToldOfOnceHoweverOftenItIsTakenBackAndByHowManyProcesses() async throws {
    try await ClockBench.run { bench in
      for statement in Self.saboteur { try await bench.database.execute(statement) }
      let start = try ClockBench.noon("2026-01-05")
      let steps: [(holder: Holder, step: LegalStep)] = [
        (.strategyMeeting, .strategyMeeting), (.supportUnit, .review), (try molit(), .ministry),
      ]
      var courses: [Course] = []
      var plans = PlanCourses(molit: try molit())
      var expected: [String: Int] = [:]
      for day in 0..<3 * 365 {
        bench.now = start.addingTimeInterval(Double(day) * 86_400)
        // Every eighteenth day a case comes, to one of three holders, and goes on at one of four times.
        if day % 18 == 0, day < 900 {
          let number = day / 18
          let (holder, step) = steps[number % 3]
          let end = try #require(End(rawValue: number / 3 % 4))
          let id = try await bench.receive()
          try await bench.pass(id, to: (holder, step))
          let due = try #require(try await bench.database.singleCase(id).hold?.dueAt)
          var course = Course(id, end, due: due, since: bench.now)
          // The Support Unit has ten working days, too few for more.
          if step != .review, number % 2 == 1 {
            course.suspends = bench.now.addingTimeInterval(3 * 86_400)
            course.resumes = bench.now.addingTimeInterval(17 * 86_400)
          }
          courses.append(course)
          expected["\(holder.name) \(end)", default: 0] += 1
        }
        for index in courses.indices {
          let course = courses[index]
          if let at = course.suspends, at <= bench.now {
            try await bench.vote(carries: false, of: course.id)
            courses[index].suspends = nil
          } else if let at = course.resumes, at <= bench.now {
            try await bench.vote(carries: true, of: course.id)
            courses[index].resumes = nil
            courses[index].setDue(try #require(try await bench.database.singleCase(course.id).hold?.dueAt))
          }
        }
        for course in courses where course.ends <= bench.now && course.resumes == nil {
          try await bench.pass(course.id, to: nil)
        }
        courses.removeAll { $0.ends <= bench.now && $0.resumes == nil }
        try await plans.pass(day, bench)
        let cases = bench.cases
        async let one: Void = cases.moveClocks()
        async let other: Void = cases.moveClocks()
        _ = try await (one, other)
      }
      try await check(bench, expected)
      try await plans.check(bench)
    }
  }

  /// Each end of a hold has told what comes before it, once, and nothing else; escalation of a ministry to two offices.
  private func check(_ bench: ClockBench, _ expected: [String: Int]) async throws {
    let told = try await bench.told()
    #expect(told.values.allSatisfy { $0 == 1 }, "\(told.filter { $0.value != 1 })")
    for (holder, escalations) in [("strategy-meeting", 1), ("support-unit", 1), (Self.molit, 2)] {
      func count(_ type: String) -> Int {
        told.keys.count {
          $0.holder == holder && $0.type == "kr.forum.case.\(type).v1" && $0.step != .implementation
        }
      }
      func cases(_ ends: End...) -> Int { ends.reduce(0) { $0 + (expected["\(holder) \($1)"] ?? 0) } }
      #expect(cases(.afterAll) > 0)
      #expect(count("reminded") == cases(.beforeDue, .beforeEscalation, .afterAll), "\(holder)")
      #expect(count("overdue") == cases(.beforeEscalation, .afterAll), "\(holder)")
      #expect(count("escalated") == cases(.afterAll) * escalations, "\(holder)")
    }
    // The ministry has a copy of each, and the timeline an entry.
    let copies = try await bench.database.one(
      """
      SELECT count(*) FILTER (WHERE topic = 'forum.referrals.molit') AS copies,
        count(*) FILTER (WHERE topic = 'forum.referrals') AS whole,
        count(*) FILTER (WHERE topic = 'forum.referrals' AND convert_from(payload, 'UTF8')::jsonb ->> 'holder' = 'molit')
          AS of_ministry,
        (SELECT count(*) FROM case_entry WHERE type = ANY(ARRAY['kr.forum.case.reminded.v1',
          'kr.forum.case.overdue.v1', 'kr.forum.case.escalated.v1'])) AS entries,
        (SELECT last_value FROM attempt) AS attempts
      FROM outbox WHERE type = ANY(ARRAY['kr.forum.case.reminded.v1', 'kr.forum.case.overdue.v1',
        'kr.forum.case.escalated.v1'])
      """)
    let row = try #require(copies)
    let (whole, entries): (Int, Int) = (try row["whole"], try row["entries"])
    #expect(whole == told.count && entries == told.count)
    let (copied, ofMinistry): (Int, Int) = (try row["copies"], try row["of_ministry"])
    #expect(copied == ofMinistry && copied > 0)
    // It was taken back often.
    let attempts: Int = try row["attempts"]
    #expect(attempts > whole + copied + 10)
  }

  // MARK: Milestones

  @Test func aLateMilestoneIsNoLateCaseAndLeavesItsVersion() async throws {
    try await ClockBench.run { bench in
      bench.now = try ClockBench.noon("2026-11-26")
      let id = try await bench.receive()
      try await bench.pass(id, to: (try molit(), .implementation))
      try await bench.plan(id, [40, 200])
      let version = try await bench.database.singleCase(id).version
      try await bench.cases.moveClocks()
      #expect(try await bench.database.casesWithClocksDue(at: bench.now, 10).isEmpty)
      // 5 January is the 40th day; its last millisecond is in time.
      bench.now = try #require(Day("2027-01-05")).end
      try await bench.cases.moveClocks()
      #expect(try await bench.told().keys.map(\.type) == [CaseReminded.type])
      bench.now = try #require(Day("2027-01-06")).start
      #expect(try await bench.database.casesWithClocksDue(at: bench.now, 10) == [id])
      try await bench.cases.moveClocks()
      #expect(try await Set(bench.told().keys.map { "\($0.type) \($0.milestone ?? 0)" }).count == 2)
      let known = try await bench.database.singleCase(id)
      #expect(known.version == version && known.deadlines.first?.overdueAt == bench.now)
      #expect(try await bench.database.overdueCounts(at: bench.now).isEmpty)
      var late = CaseFilter()
      late.lateAt = bench.now
      #expect(try await bench.database.cases(late, after: nil, 10).isEmpty)
      guard case .bytes(let bytes) = try await bench.cases.read(bench.request([], case: id)).body else { return }
      #expect(String(decoding: bytes, as: UTF8.self).contains(#""daysLate":1"#))
    }
  }

  @Test func aPlanFromBeforeThereWereDeadlinesIsLookedAtAndGetsThem() async throws {
    try await ClockBench.run { bench in
      bench.now = try ClockBench.noon("2026-11-26")
      let id = try await bench.receive()
      try await bench.pass(id, to: (try molit(), .implementation))
      try await bench.plan(id, [40, 200])
      let expected = try await bench.database.singleCase(id).deadlines
      try await bench.database.execute("UPDATE referral_case SET deadlines = '[]'")
      try await bench.cases.moveClocks()
      #expect(try await bench.database.singleCase(id).deadlines == expected)
      bench.now = try #require(Day("2027-01-06")).start
      try await bench.cases.moveClocks()
      #expect(try await bench.told().keys.map { "\($0.type) \($0.milestone ?? 0)" } == ["\(CaseOverdue.type) 1"])
    }
  }

  @Test func whatWasMissedInALongPauseIsMadeUpForAtOnceWithoutLateReminders() async throws {
    try await ClockBench.run { bench in
      bench.now = try ClockBench.noon("2026-11-26")
      var ids: [CaseID] = []
      for _ in 0..<3 { ids.append(try await bench.receive()) }
      try await bench.cases.moveClocks()
      #expect(try await bench.told().isEmpty)
      bench.now = try ClockBench.noon("2027-03-02")
      try await bench.cases.moveClocks()
      let told = try await bench.told()
      #expect(told.count == 6 && told.values.allSatisfy { $0 == 1 })
      #expect(Set(told.keys.map(\.type)) == ["kr.forum.case.overdue.v1", "kr.forum.case.escalated.v1"])
      // The case itself has not become another one.
      #expect(try await bench.database.singleCase(ids[0]).version == 1)
      try await bench.cases.moveClocks()
      #expect(try await bench.told() == told)
      #expect(try await bench.database.overdueCounts(at: bench.now) == ["committee": 3])
    }
  }

  @Test func aCaseThatSomebodyWorksOnIsLeftForTheNextTimeAndOneThatFailsDoesNotStopTheOthers() async throws {
    try await ClockBench.run { bench in
      bench.now = try ClockBench.noon("2026-11-26")
      let (busy, broken, idle) = (try await bench.receive(), try await bench.receive(), try await bench.receive())
      try await bench.database.execute(
        "UPDATE case_hold SET holder = 'nobody-known', clock_at = '-infinity' WHERE case_id = \(broken)")
      bench.now = try ClockBench.noon("2026-12-29")
      try await bench.database.transaction { transaction in
        _ = try await transaction.lockedCase(busy)
        try await bench.cases.moveClocks()
      }
      #expect(try await Set(bench.told().keys.map(\.caseID)) == [idle])
      try await bench.cases.moveClocks()
      #expect(try await Set(bench.told().keys.map(\.caseID)) == [idle, busy])
    }
  }

  @Test func whoHasTheCaseTakesMoreTimeOnceAndNobodyElse() async throws {
    try await ClockBench.run { bench in
      bench.now = try ClockBench.noon("2026-11-26")
      let id = try await bench.receive()
      try await bench.pass(id, to: (try molit(), .ministry))
      let draft = ExtensionDraft(days: 10, reason: "예산 협의가 남았습니다.")
      for request in [
        bench.request(["ministry"], office: "moel", case: id), bench.request(["committee"], case: id),
        bench.request(["support-unit"], case: id),
      ] {
        await #expect { try await bench.cases.extend(request, draft) } throws: { ($0 as? Problem)?.status == 403 }
      }
      let officer = bench.request(["ministry"], office: Self.molit, case: id)
      #expect(try await bench.cases.extend(officer, draft).status == 200)
      let hold = try #require(try await bench.database.singleCase(id).hold)
      // 25 January, and ten days: 4 February 2027.
      #expect(Day(of: hold.dueAt).description == "2027-02-04" && hold.extension?.reason == draft.reason)
      await #expect { try await bench.cases.extend(officer, draft) } throws: {
        ($0 as? Problem)?.code == "extended-already"
      }
      let published = try await bench.database.one(
        "SELECT count(*) AS count FROM outbox WHERE type = \(CaseExtended.type)")
      #expect(try published?["count"] == 2)
    }
  }

  @Test func twoAtOnceExtendOnce() async throws {
    try await ClockBench.run { bench in
      bench.now = try ClockBench.noon("2026-11-26")
      let id = try await bench.receive()
      let committee = bench.request(["committee"], case: id)
      let codes = try await atOnce(
        2, on: "SELECT id FROM referral_case WHERE id = \(id) FOR UPDATE", of: bench.database
      ) { number in
        do {
          return String(
            try await bench.cases.extend(committee, ExtensionDraft(days: 5 + number, reason: "회의 일정")).status)
        } catch let problem as Problem { return problem.code }
      }
      #expect(codes.sorted() == ["200", "extended-already"])
    }
  }

  // MARK: Holidays

  private struct Listed: Decodable {
    struct Item: Decodable {
      let date: Day
      let korean: String
    }
    let items: [Item]
  }

  private func holidays(_ bench: ClockBench, _ year: Int) async throws -> [Listed.Item] {
    guard case .bytes(let bytes) = try await bench.periods.holidays(bench.request([], query: "year=\(year)")).body
    else {
      return []
    }
    return try JSON.decode(Listed.self, from: bytes).items
  }

  @Test func aTemporaryHolidayCountsForWhatIsHandedOverFromThenOn() async throws {
    try await ClockBench.run { bench in
      bench.now = try ClockBench.noon("2026-11-26")
      let before = try await bench.receive()
      let names = Periods.Names(korean: "임시공휴일", english: "Temporary holiday")
      let admin = bench.request(["admin"], date: "2026-12-28")
      #expect(try await bench.periods.put(admin, names).status == 200)
      #expect(try await bench.periods.put(admin, names).status == 200)
      let after = try await bench.receive()
      // Thirty days end on Saturday 26 December; the Monday after it has become a holiday.
      let ends = try await [before, after].asyncMap {
        try await bench.database.singleCase($0).hold.map { Day(of: $0.dueAt).description }
      }
      #expect(ends == ["2026-12-28", "2026-12-29"])
      #expect(try await holidays(bench, 2026).last?.date.description == "2026-12-28")
      #expect(try await bench.periods.delete(admin).status == 204)
      await #expect { try await bench.periods.delete(admin) } throws: { ($0 as? Problem)?.status == 404 }
    }
  }

  @Test func theTableHasTheHolidaysOfTheListAndPastDaysStay() async throws {
    try await ClockBench.run { bench in
      bench.now = try ClockBench.noon("2026-11-26")
      var days: [Day] = []
      for year in 2017...2030 { days += try await holidays(bench, year).map(\.date) }
      #expect(days == HolidayList.seed.map(\.day))
      let names = Periods.Names(korean: "임시공휴일", english: "Temporary holiday")
      for (date, status) in [("2026-11-25", 409), ("2026-02-30", 404), ("x", 404), ("2100-01-01", 404)] {
        await #expect { try await bench.periods.put(bench.request(["admin"], date: date), names) } throws: {
          ($0 as? Problem)?.status == status
        }
      }
      #expect(throws: Problem.self) { try Periods.Names(korean: "", english: "a\nb").holiday(on: Day(number: 0)) }
      #expect(try await bench.periods.put(bench.request(["admin"], date: "2026-11-26"), names).status == 200)
    }
  }

  @Test func everyStepHasItsRulesInTheTable() async throws {
    try await ClockBench.run { bench in
      let terms = try await bench.database.terms()
      #expect(Set(terms.clocks.keys) == Set(LegalStep.allCases))
      let days = [LegalStep.review: 10, .committee: 30, .strategyMeeting: 60, .ministry: 60, .implementation: 60]
      #expect(terms.clocks.mapValues(\.days) == days)
      #expect(terms.clocks[.review]?.unit == .working && terms.clocks[.ministry]?.unit == .calendar)
      #expect(terms.clocks[.ministry]?.escalatesTo == [.supportUnit, .strategyMeeting])
      #expect(terms.clocks.values.allSatisfy { !$0.escalatesTo.isEmpty })
      guard case .bytes(let bytes) = try await bench.periods.periods(bench.request([])).body else { return }
      #expect(String(decoding: bytes, as: UTF8.self).contains(#""step":"strategy-meeting""#))
    }
  }
}

extension Array {
  fileprivate func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await body(element)) }
    return results
  }
}
