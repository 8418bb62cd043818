import Contracts
import FoundationEssentials
import Testing

@testable import Portal

@Suite struct ChainTests {
  private static func time(_ minute: Int) -> Date { SampleTask.time(minute) }

  private func event(
    _ kind: Occurrence.Kind, _ minute: Int, code: String? = nil, due: Int? = nil
  ) -> ChainEvent {
    ChainEvent(id: UUID(), occurrence: Occurrence(kind, at: Self.time(minute), code: code, dueAt: due.map(Self.time)))
  }

  private var whole: [ChainEvent] {
    [
      event(.filed, 0), event(.submitted, 10), event(.returned, 20), event(.revised, 30), event(.rejected, 40),
      event(.appealed, 50), event(.overturned, 60), event(.selected, 70), event(.scheduled, 71),
      event(.opened, 80, due: 1_000), event(.paused, 85), event(.resumed, 86, due: 1_001),
      event(.extended, 87, due: 2_000), event(.barCrossed, 90), event(.received, 91, due: 500),
      event(.barLost, 95), event(.caseSuspended, 96), event(.barCrossed, 97), event(.caseResumed, 98, due: 600),
      event(.assigned, 100, code: "molit", due: 300), event(.closed, 2_000),
    ]
  }

  @Test func theChainTellsWhoHadATaskFromItsDraftOn() {
    let holds = Chain(whole).holds
    let author = Hold.author
    let expected: [(String, Hold.Step, Int, Int?)] = [
      (author, .gathering, 0, 10), ("support-unit", .review, 10, 20), (author, .revision, 20, 30),
      ("support-unit", .review, 30, 40), ("support-unit", .appeal, 50, 60), ("support-unit", .discussion, 60, 70),
      ("support-unit", .preparation, 70, 80), (Hold.voters, .vote, 80, 91), ("committee", .committee, 91, 96),
      ("committee", .suspension, 96, 98), ("committee", .committee, 98, 100), ("molit", .ministry, 100, nil),
    ]
    #expect(holds.count == expected.count)
    for (hold, (holder, step, since, until)) in zip(holds, expected) {
      #expect(hold.holder == holder && hold.step == step && hold.since == Self.time(since))
      #expect(hold.until == until.map(Self.time), "\(step)")
    }
    #expect(holds[7].dueAt == Self.time(2_000), "the vote closes when it was extended to")
    #expect(holds[8].dueAt == Self.time(500) && holds[9].dueAt == nil && holds[10].dueAt == Self.time(600))
    #expect(holds[11].dueAt == Self.time(300))
  }

  private func line(
    _ kind: Occurrence.Kind, _ minute: Int, code: String? = nil, holder: Holder? = nil, owed: Int? = nil
  ) -> ChainEvent {
    var line = Occurrence(kind, at: Self.time(minute), code: code)
    (line.holder, line.owedAt) = (holder?.name, owed.map(Self.time))
    return ChainEvent(id: UUID(), occurrence: line)
  }

  @Test func theChainGoesOnOverCommitteeAndStrategyMeetingToTheLastMilestone() throws {
    let ministry = Holder.ministry(try #require(Ministry.named("molit")))
    let other = Holder.ministry(try #require(Ministry.named("moe")))
    let events = [
      line(.received, 0, holder: .committee, owed: 100), line(.deliberated, 5),
      line(.decided, 10, code: "return", holder: .supportUnit, owed: 50),
      line(.supplemented, 20, holder: .committee, owed: 120),
      line(.decided, 30, code: "adopt", holder: .strategyMeeting, owed: 200),
      line(.toMeeting, 30, holder: .strategyMeeting, owed: 200), line(.placedOnAgenda, 35),
      line(.concluded, 40, code: "deferred", holder: .strategyMeeting, owed: 300),
      line(.concluded, 60, code: "adopted", holder: .supportUnit, owed: 70),
      line(.assigned, 65, code: "moe", holder: other, owed: 400), line(.taken, 66, code: "moe"),
      line(.transferred, 70, code: "molit"), line(.assigned, 70, code: "molit", holder: ministry, owed: 500),
      line(.periodExtended, 75, code: "molit", holder: ministry, owed: 600), line(.overdue, 76, code: "molit"),
      line(.answered, 80, code: "molit", holder: ministry, owed: 900),
      line(.planned, 85, holder: ministry, owed: 1_000), line(.delayed, 90, holder: ministry, owed: 1_100),
      line(.completed, 99),
    ]
    let expected: [(String, Hold.Step, Int, Int, Int)] = [
      ("committee", .committee, 0, 10, 100), ("support-unit", .supplement, 10, 20, 50),
      ("committee", .committee, 20, 30, 120), ("strategy-meeting", .strategyMeeting, 30, 60, 300),
      ("support-unit", .assignment, 60, 65, 70), ("moe", .ministry, 65, 70, 400), ("molit", .ministry, 70, 80, 600),
      ("molit", .implementation, 80, 99, 1_100),
    ]
    let holds = Chain(events.shuffled()).holds
    #expect(holds.count == expected.count)
    for (hold, (holder, step, since, until, due)) in zip(holds, expected) {
      #expect(hold.holder == holder && hold.step == step && hold.dueAt == Self.time(due), "\(step)")
      #expect(hold.since == Self.time(since) && hold.until == Self.time(until), "\(step)")
    }
    let declined = [
      line(.received, 0, holder: .committee, owed: 9), line(.decided, 1, code: "decline"),
    ]
    #expect(Chain(declined).holds.map(\.until) == [Self.time(1)], "nobody has what was declined")
  }

  @Test(arguments: [Occurrence.Kind.planned, .delayed, .concluded])
  func whatWasLateStaysLateWhenItGetsAnotherDueDate(kind: Occurrence.Kind) {
    let (step, holder): (Occurrence.Kind, Holder) =
      kind == .concluded ? (.toMeeting, .strategyMeeting) : (.answered, .supportUnit)
    let begun = line(step, 0, holder: holder, owed: 100)
    let inTime = Chain([begun, line(kind, 50, holder: holder, owed: 900)]).holds
    #expect(inTime.map(\.dueAt) == [Self.time(900)])
    let same = Chain([begun, line(kind, 150, holder: holder, owed: 100)]).holds
    #expect(same.map(\.dueAt) == [Self.time(100)])
    let late = line(kind, 150, holder: holder, owed: 900)
    let holds = Chain([begun, late, line(kind, 200, holder: holder, owed: 950)]).holds
    #expect(holds.map(\.dueAt) == [Self.time(100), Self.time(950)] && holds.map(\.handOver) == [1, 1])
    #expect(holds.map(\.until) == [Self.time(150), nil] && holds[1].begunBy == late.id && holds[0].endedBy == late.id)
    #expect(holds[1].holder == holds[0].holder && holds[1].step == holds[0].step && !holds[0].isTakenAway)
  }

  @Test func aHandOverGoesOnAfterASuspension() {
    let holds = Chain(whole).holds
    #expect(holds.map(\.handOver) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9, 12])
  }

  @Test func whatEndsWithoutAnAnswerWasTakenAway() {
    #expect(Chain(whole).holds.map(\.isTakenAway) == (0..<12).map { $0 == 8 })
    for end in [Occurrence.Kind.withdrawn, .merged] {
      #expect(Chain([event(.submitted, 0), event(end, 10)]).holds.map(\.isTakenAway) == [true])
    }
    let transferred = [event(.assigned, 0, code: "moe"), event(.assigned, 10, code: "molit")]
    #expect(Chain(transferred).holds.map(\.isTakenAway) == [true, false])
    let answered = [event(.answered, 0, code: "moe"), event(.assigned, 10, code: "molit")]
    #expect(Chain(answered).holds.map(\.isTakenAway) == [true, false])
    #expect(Chain([event(.filed, 0), event(.lapsed, 10)]).holds.map(\.isTakenAway) == [true])
    let named = [line(.concluded, 0, holder: .supportUnit, owed: 9), event(.assigned, 10, code: "molit")]
    #expect(Chain(named).holds.map(\.isTakenAway) == [false, false], "naming a ministry is what the Support Unit owes")
    let lapsed = [event(.received, 0), event(.caseSuspended, 5), event(.caseLapsed, 10)]
    #expect(Chain(lapsed).holds.map(\.isTakenAway) == [true, true])
  }

  /// Author and Support Unit act at the same moment, and the events are a moment apart.
  @Test(arguments: [Occurrence.Kind.withdrawn, .merged])
  func whatWasGivenUpIsHeldByNobodyWhateverIsDecidedLater(end: Occurrence.Kind) {
    for late in [Occurrence.Kind.accepted, .returned, .rejected, .appealed, .overturned, .upheld, .merged, .withdrawn] {
      let events = [event(.submitted, 0), event(end, 10), event(late, 11)]
      let holds = Chain(events.shuffled()).holds
      #expect(holds.map(\.step) == [.review] && holds[0].until == Self.time(10), "\(late)")
      #expect(holds.first?.endedBy == events[1].id)
    }
  }

  @Test(arguments: [Occurrence.Kind.withdrawn, .merged])
  func aSelectionWinsOverWhatGivesATaskUpInWhicheverOrder(end: Occurrence.Kind) {
    let before = Chain([event(.accepted, 0), event(end, 10), event(.selected, 11), event(.opened, 20)]).holds
    #expect(before.map(\.step) == [.discussion, .preparation, .vote])
    #expect(before[0].until == Self.time(10) && before[1].since == Self.time(11) && before[2].until == nil)
    for minute in [11, 21] {
      let events = [event(.accepted, 0), event(.selected, 10), event(.opened, 20), event(end, minute)]
      let after = Chain(events.shuffled()).holds
      #expect(after.map(\.step) == [.discussion, .preparation, .vote])
      #expect(after[1].until == Self.time(20) && after[2].until == nil, "\(minute)")
    }
  }

  @Test func everyHoldNamesTheEventsThatBeganAndEndedIt() {
    let events = whole
    let holds = Chain(events).holds
    #expect(holds[0].begunBy == events[0].id && holds[0].endedBy == events[1].id)
    #expect(holds[3].endedBy == events[4].id && holds[4].begunBy == events[5].id, "nobody has what is rejected")
    #expect(holds.last?.endedBy == nil)
  }

  @Test func theChainIsTheSameInWhateverOrderTopicsAreRead() {
    let events = whole
    let chain = Chain(events)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<50 { #expect(Chain(events.shuffled(using: &generator)) == chain) }
  }

  @Test func aReviewIsDueAtTheEndOfItsTenthDayInKorea() throws {
    let start = try #require(JSON.date("2026-11-24T05:00:00Z"))
    #expect(ReviewPeriod.end(from: start) == JSON.date("2026-12-04T14:59:59.999Z"))
    let hold = try #require(
      Chain([ChainEvent(id: UUID(), occurrence: Occurrence(.submitted, at: start))]).holds.first)
    #expect(hold.dueAt == ReviewPeriod.end(from: start))
  }

  @Test func latenessCountsDaysInKorea() throws {
    var hold = Hold(
      holder: "molit", step: .ministry, since: Self.time(0), handOver: 1, dueAt: Self.time(10), begunBy: UUID())
    let due = try #require(hold.dueAt)
    let today = Day(of: due)
    #expect(
      hold.lateDays(at: due) == 0 && hold.lateDays(at: today.end) == 0, "the day on which it is due does not count")
    #expect(hold.lateDays(at: today.adding(1).start) == 1 && hold.lateDays(at: today.adding(2).end) == 2)
    hold.until = Self.time(5)
    #expect(hold.lateDays(at: today.adding(9).start) == 0, "it ended in time")
    let vote = Hold(
      holder: Hold.voters, step: .vote, since: Self.time(0), handOver: 1, until: today.adding(1).start,
      dueAt: today.end, begunBy: UUID())
    #expect(vote.lateDays(at: today.adding(9).start) == 0, "voters owe nothing")
    #expect(Language.korean.lateness(days: 0, isOver: true) == nil)
    #expect(Language.english.lateness(days: 2, isOver: true) == "2 days late")
    #expect(Language.korean.lateness(days: 2, isOver: false) == "2일째 늦어지고 있음")
  }

  @Test(arguments: Language.allCases) func everyHolderAndStepHasAName(language: Language) {
    let names =
      Hold.holders.map { language.label(holder: $0) } + Hold.Step.allCases.map { language.label($0) }
      + Indicator.allCases.map { language == .korean ? $0.title.korean : $0.title.english }
      + Occurrence.Kind.stages.map { language.label(stage: $0.stage) }
    #expect(names.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII } == (language == .english) })
  }

  @Test func everyIndicatorIsDefinedInBothLanguagesAndSaysWhatItIsMadeOf() {
    for indicator in Indicator.allCases {
      #expect(indicator.definition.english.count > 40 && indicator.definition.english.allSatisfy { $0.isASCII })
      #expect(indicator.definition.korean.count > 10 && !indicator.events.isEmpty)
    }
  }
}
