import Contracts
import FoundationEssentials
import Testing

@testable import Portal

@Suite struct PortalFactsTests {
  private let task = SampleTask()

  @Test func topicsInAnyOrderShowTheSame() {
    let steps =
      [
        task.sought, task.submission, task.step(.return, 1), task.step(.revise, 2), task.step(.reject, 2),
        task.step(.appeal, 2), task.step(.overturn, 2), task.step(.select, 3), task.step(.schedule, 4),
        task.step(.open, 10),
        task.count(1, yes: 50), task.count(2, yes: 101), task.step(.crossBar, 30), task.receipt, task.step(.assign, 70),
        task.step(.close, 1_000),
      ]
    let inOrder = task.facts(steps)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 { #expect(task.facts(steps.shuffledByTopic(using: &generator)) == inOrder) }
    #expect(task.facts(steps + steps) == inOrder)
    #expect(inOrder.state == .assigned)
  }

  /// A way through the table of the lifecycle.
  private struct Way {
    var state: TaskState
    var steps: [SampleTask.Step]
    var actions: [TaskAction] = []
    /// When the bar was crossed last.
    var crossing = 0
    var revision: Int { 1 + actions.count { $0 == .revise } }
  }

  /// Follows every way through the table of the lifecycle.
  @Test func theStateShownIsThatOfTheLifecycle() {
    // The ways from a vote on are long: they begin with its opening.
    let voted = [task.step(.schedule, 0), task.step(.open, 1)]
    var open = [Way(state: .gathering, steps: [task.sought]), Way(state: .open, steps: voted)]
    var seen: Set<TaskState> = []
    while let way = open.popLast() {
      seen.insert(way.state)
      #expect(task.facts(way.steps).state == way.state, "\(way.actions)")
      guard way.steps.count < 10 else { continue }
      for row in Lifecycle.transitions where row.from == way.state {
        // Of what an author writes before anybody reads it nobody is told, and an appeal is final.
        if row.from == .gathering && row.action == .revise { continue }
        // A vote closes once.
        if row.action == .close && way.actions.contains(.close) { continue }
        if [.appeal, .reject].contains(row.action) && way.actions.contains(.appeal) { continue }
        // A task has one case: what was referred by its bar is not referred anew without it.
        if row.action == .refer && way.actions.contains(.crossBar) { continue }
        // A bar that did not bring the case does not take it back.
        if row.action == .loseBar && way.actions.contains(.refer) {
          #expect(task.facts(way.steps + [step(row, way.steps.count, of: way)]).state == way.state, "\(way.actions)")
          continue
        }
        var next = way
        next.state = row.to
        let minute = way.steps.count
        if row.action == .crossBar { next.crossing = minute }
        next.steps.append(step(row, minute, of: way))
        // The case goes on by the new crossing: referral says so, and that the Committee has it.
        if row.action == .crossBar, way.actions.contains(.loseBar) {
          next.steps.append(task.resumption(minute, crossing: minute, ministry: nil))
        }
        next.actions.append(row.action)
        open.append(next)
      }
    }
    #expect(seen == Set(TaskState.allCases))
  }

  private func step(_ row: Lifecycle.Transition, _ minute: Int, of way: Way) -> SampleTask.Step {
    if row.from == .suspended, row.action == .lapse { return task.lapse(minute, crossing: way.crossing) }
    return task.step(
      row.action, minute, revision: way.revision, crossing: way.crossing,
      carried: ![.open, .suspended].contains(way.state))
  }

  @Test func whicheverTopicOfASuspensionIsHeardFirstTheTaskShowsTheSame() {
    let votes = [
      task.step(.open, 10), task.step(.crossBar, 30), task.step(.loseBar, 40), task.step(.crossBar, 50),
      task.step(.close, 1_000),
    ]
    let referrals = [task.receipt, task.step(.assign, 70), task.resumption(80, crossing: 50)]
    var generator = SystemRandomNumberGenerator()
    for length in 2...votes.count {
      for told in 0...referrals.count {
        // What is told of a resumption follows from the second crossing.
        if told == 3 && length < 4 { continue }
        let (votes, referrals) = (Array(votes.prefix(length)), Array(referrals.prefix(told)))
        let inOrder = task.facts(votes + referrals)
        for _ in 0..<50 {
          #expect(task.facts((votes + referrals).shuffledByTopic(using: &generator)) == inOrder)
        }
        let isHeld = told == 3 || told == 2 && length == 2
        let expected: TaskState = length == 3 ? .suspended : isHeld ? .assigned : .referred
        #expect(inOrder.state == expected, "\(length) \(told)")
        #expect((inOrder.suspension != nil) == (length == 3))
      }
    }
  }

  @Test func aVoteThatClosedWithoutItsBarIsClosedAndOneThatLosesItLaterIsSuspended() {
    let crossed = [task.step(.open, 1), task.step(.crossBar, 30)]
    let closed = task.step(.close, 90, carried: false)
    #expect(task.facts(crossed + [task.step(.loseBar, 80), closed]).state == .closed)
    // The same moment: the loss comes first.
    #expect(task.facts(crossed + [task.step(.loseBar, 90), closed]).state == .closed)
    // It closed while ballots were being voided.
    #expect(task.facts(crossed + [closed, task.step(.loseBar, 91)]).state == .suspended)
    #expect(task.facts(crossed + [task.step(.close, 90), task.step(.loseBar, 91)]).state == .suspended)
    // A release brought it over its bar after the closing, and another ruling took that back.
    let late = [closed, task.step(.crossBar, 100), task.step(.loseBar, 110, crossing: 100)]
    #expect(task.facts([task.step(.open, 1)] + late).state == .suspended)
  }

  @Test func whatHasEndedIsNotSuspendedNorReferredAgain() {
    let declined = [task.step(.open, 1), task.step(.crossBar, 30), task.receipt, task.step(.decline, 70)]
    let lost = declined + [task.step(.loseBar, 80)]
    for told in [lost, lost + [task.step(.close, 90, carried: false)], lost + [task.step(.crossBar, 95)]] {
      #expect(task.facts(told).state == .declined && task.facts(told).suspension == nil)
    }
  }

  @Test(arguments: [CaseOrigin.month, .event])
  func aBarThatDidNotBringTheCaseDoesNotSuspendTheTaskWhicheverIsHeardFirst(origin: CaseOrigin) {
    let votes = [
      task.step(.open, 1), task.step(.close, 50, carried: false), task.step(.crossBar, 70),
      task.step(.loseBar, 80, crossing: 70), task.step(.crossBar, 90), task.step(.loseBar, 95, crossing: 90),
    ]
    let referrals = [task.receipt(from: origin), task.step(.endorse, 100)]
    var generator = SystemRandomNumberGenerator()
    for told in 1...referrals.count {
      for _ in 0..<100 {
        let heard = (votes + referrals.prefix(told)).shuffledByTopic(using: &generator)
        let facts = task.facts(heard)
        #expect(facts.state == (told == 1 ? .referred : .endorsed) && facts.suspension == nil)
      }
    }
  }

  @Test func theTimeOwedIsTheOneThatWasToldLast() {
    let held = [task.step(.crossBar, 30), task.receipt]
    let (lost, again) = ([task.step(.loseBar, 40)], [task.step(.crossBar, 50)])
    #expect(task.facts(held).dueAt == SampleTask.time(600))
    let resumed = held + lost + again + [task.resumption(60, crossing: 50, ministry: nil)]
    #expect(task.facts(resumed).dueAt == SampleTask.time(1_060) && task.facts(resumed).state == .referred)
    let assigned = resumed + [task.step(.assign, 70, crossing: 50)]
    #expect(task.facts(assigned).dueAt == SampleTask.time(70) && task.facts(assigned).state == .assigned)
    let twice =
      assigned + [
        task.step(.loseBar, 80, crossing: 50), task.step(.crossBar, 90), task.resumption(95, crossing: 90),
      ]
    #expect(task.facts(twice).dueAt == SampleTask.time(1_095))
  }

  @Test func anAmendedResultShowsTheNewNumbersAndLeavesTheStateToTheBar() {
    let closed = [task.step(.open, 1), task.step(.crossBar, 30), task.step(.close, 90)]
    let amended = closed + [task.amendment(200, yes: 99, carried: false), task.amendment(150, yes: 120, carried: true)]
    #expect(task.facts(amended).tally?.yes == 99 && task.facts(amended).state == .referred)
    #expect(task.facts(amended + [task.step(.loseBar, 200)]).state == .suspended)
  }

  @Test func whatHasTooFewSupportersIsNotShown() {
    #expect(!task.facts([task.sought]).isPublic)
    #expect(!task.facts([task.sought, task.step(.withdraw, 1)]).isPublic)
    #expect(!task.facts([task.sought, task.step(.lapse, 1)]).isPublic)
    #expect(task.facts([task.sought, task.submission]).isPublic)
    // Filed before proposals looked for supporters.
    #expect(task.facts([task.submission]).isPublic && task.facts([task.step(.accept, 1)]).isPublic)
  }

  @Test func theNewestVersionOfTheTextIsNamed() {
    let facts = task.facts([task.step(.revise, 5), task.submission])
    #expect(facts.revision == 2)
    #expect(task.facts([task.submission, task.step(.return, 1)]).state == .returned)
    #expect(task.facts([task.submission, task.step(.revise, 5), task.step(.return, 1)]).state == .submitted)
  }

  @Test func theHighestVersionOfATallyStays() {
    let facts = task.facts([task.count(5, yes: 50), task.count(4, yes: 40)])
    #expect(facts.tally?.yes == 50)
    #expect(facts.tally?.version == 5)
    #expect(facts.state == .submitted)
  }

  @Test func aClosedVoteShowsTheFinalNumbers() {
    let facts = task.facts([task.step(.close, 90), task.count(3, yes: 149)])
    #expect(facts.tally?.yes == 150)
    #expect(facts.tally?.no == 9)
    #expect(facts.votePhase == .closed)
  }

  @Test func aTaskReferredAtOnceIsStillVotedOn() {
    let facts = task.facts([task.step(.schedule, 1), task.step(.open, 10), task.step(.crossBar, 30), task.receipt])
    #expect(facts.state == .referred)
    #expect(facts.votePhase == .open)
  }

  @Test(arguments: RejectionCode.allCases) func aHidingCodeHidesTheTextForGood(code: RejectionCode) {
    let rejected = task.facts([task.submission, task.rejection(code)])
    #expect(rejected.isTextHidden == code.hidesText)
    let withdrawn = task.facts([task.rejection(code), task.submission, task.step(.withdraw, 1)])
    #expect(withdrawn.isTextHidden == code.hidesText)
  }

  @Test func theHistoryIsInOrderWhateverCameFirst() {
    let time = SampleTask.time(1)
    let lines = [
      Occurrence(.assigned, at: time), Occurrence(.submitted, at: SampleTask.time(0)), Occurrence(.received, at: time),
      Occurrence(.barCrossed, at: time),
    ]
    #expect(lines.chronological.map(\.kind) == [.submitted, .barCrossed, .received, .assigned])
  }

  @Test(arguments: OpinionDeed.allCases) func whatIsDoneToWhatPeopleWriteIsNoLineOfTheHistory(deed: OpinionDeed) {
    let event = CaseTextModerated(
      caseID: CaseID(), proposal: ProposalID(), title: "t", kind: .resultOpinion, text: CaseTextID(), deed: deed,
      actor: CitizenID(), role: "support-unit", doneAt: SampleTask.time(1))
    #expect(Occurrence(.textModerated(event)) == nil)
    var facts = task.facts([task.submission, task.step(.open, 1), task.receipt, task.step(.assign, 70)])
    let before = facts
    facts.learn(.textModerated(event))
    #expect(facts == before)
  }

  @Test func theListKnowsAPlaceForWhatCameWithoutItsText() {
    #expect(task.facts([task.step(.accept, 5), task.step(.open, 10)]).listedAt == SampleTask.time(5))
    #expect(task.facts([task.step(.accept, 5), task.submission]).listedAt == SampleTask.time(0))
  }

  @Test func everyStateButTheStartCanBeFiltered() {
    let shown = Set(Filter.allCases.flatMap { $0.states ?? [] })
    #expect(shown.union([.open, .gathering]) == Set(TaskState.allCases))
  }
}
