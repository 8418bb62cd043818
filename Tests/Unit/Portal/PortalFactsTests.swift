import Contracts
import FoundationEssentials
import Testing

@testable import Portal

@Suite struct PortalFactsTests {
  private let task = SampleTask()

  @Test func eventsInAnyOrderShowTheSame() {
    let steps =
      [
        task.submission, task.step(.accept, 1), task.step(.select, 3), task.step(.schedule, 4), task.step(.open, 10),
        task.count(1, yes: 50), task.count(2, yes: 101), task.step(.crossBar, 30), task.receipt, task.step(.assign, 70),
        task.step(.close, 1_000),
      ]
    let inOrder = task.facts(steps)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 { #expect(task.facts(steps.shuffled(using: &generator)) == inOrder) }
    #expect(task.facts(steps + steps) == inOrder)
    #expect(inOrder.state == .assigned)
  }

  /// Follows every way through the table of the lifecycle.
  @Test func theStateShownIsThatOfTheLifecycle() {
    var open: [(state: TaskState, steps: [SampleTask.Step])] = [(.submitted, [task.submission])]
    var seen: Set<TaskState> = []
    while let (state, steps) = open.popLast() {
      seen.insert(state)
      #expect(task.facts(steps).state == state)
      guard steps.count < 9 else { continue }
      for row in Lifecycle.transitions where row.from == state {
        open.append((row.to, steps + [task.step(row.action, steps.count)]))
      }
    }
    #expect(seen == Set(TaskState.allCases))
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

  @Test func theListKnowsAPlaceForWhatCameWithoutItsText() {
    #expect(task.facts([task.step(.accept, 5), task.step(.open, 10)]).listedAt == SampleTask.time(5))
    #expect(task.facts([task.step(.accept, 5), task.submission]).listedAt == SampleTask.time(0))
  }

  @Test func everyStateButTheStartCanBeFiltered() {
    let shown = Set(Filter.allCases.flatMap { $0.states ?? [] })
    #expect(shown.union([.open]) == Set(TaskState.allCases))
  }
}
