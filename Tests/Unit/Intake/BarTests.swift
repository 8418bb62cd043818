import Contracts
import FoundationEssentials
import Testing

@testable import Intake

@Suite struct BarTests {
  /// What is told of a task's bar; crossings are named by a number.
  private enum Told: Equatable {
    case cross(Int), lose(Int), close
    /// By referral: a ministry is in charge, at first or again.
    case hold(Int)
  }

  private func time(_ number: Int) -> Date { SampleProposal.now.addingTimeInterval(Double(number) * 60) }

  private func follow(_ told: [Told], from state: TaskState = .open) -> Proposal {
    told.reduce(SampleProposal.proposal(state)) { heard($1, by: $0) }
  }

  private func heard(_ told: Told, by proposal: Proposal) -> Proposal {
    switch told {
    case .cross(let crossing): proposal.barCrossed(at: time(crossing))
    case .lose(let crossing): proposal.barLost(time(crossing), at: time(crossing).addingTimeInterval(30))
    case .close: proposal.following(.close, at: time(100)) ?? proposal
    case .hold(let crossing): proposal.caseMoved(to: .assigned, by: time(crossing), at: time(crossing))
    }
  }

  /// Every order of two topics that keeps the order within each.
  private func orders(_ one: [Told], _ other: [Told]) -> [[Told]] {
    guard let first = one.first else { return [other] }
    guard let second = other.first else { return [one] }
    return orders(Array(one.dropFirst()), other).map { [first] + $0 }
      + orders(one, Array(other.dropFirst())).map { [second] + $0 }
  }

  private static let ways: [([Told], [Told], TaskState)] = [
    ([.cross(1)], [.hold(1)], .assigned),
    ([.cross(1), .lose(1)], [], .suspended),
    ([.cross(1), .lose(1)], [.hold(1)], .suspended),
    ([.cross(1), .lose(1), .cross(2)], [], .referred),
    ([.cross(1), .lose(1), .cross(2)], [.hold(1)], .referred),
    ([.cross(1), .lose(1), .cross(2)], [.hold(1), .hold(2)], .assigned),
    ([.cross(1), .lose(1), .cross(2)], [.hold(2)], .assigned),
    ([.cross(1), .lose(1), .close], [.hold(1)], .closed),
    ([.cross(1), .close, .lose(1)], [.hold(1)], .suspended),
    ([.cross(1), .lose(1), .close, .cross(2)], [.hold(1), .hold(2)], .assigned),
    ([.close, .cross(1), .lose(1), .cross(2), .lose(2)], [.hold(1), .hold(2)], .suspended),
    ([.cross(1), .lose(1), .cross(2), .lose(2), .cross(3)], [.hold(1), .hold(2), .hold(3)], .assigned),
    ([.cross(1), .lose(1), .cross(2), .lose(2), .cross(3)], [.hold(1), .hold(2)], .referred),
  ]

  @Test(arguments: ways.indices) func whicheverTopicIsHeardFirstTheTaskEndsTheSame(way: Int) {
    let (votes, referrals, end) = Self.ways[way]
    for order in orders(votes, referrals) {
      #expect(follow(order).state == end, "\(order)")
    }
  }

  @Test(arguments: [CaseOrigin.month, .event]) func aCaseThatNoBarBroughtGoesOnWhateverBecomesOfTheBar(
    origin: CaseOrigin
  ) {
    let bars: [Told] = [.close, .cross(3), .lose(3), .cross(4), .lose(4)]
    for place in 0...bars.count {
      for known in 1...3 {
        var task = SampleProposal.proposal(.open)
        // What the case tells comes together, between two things that the vote tells.
        for (index, told) in (bars.map(Optional.some) + [nil]).enumerated() {
          if index == place {
            task = task.caseMoved(to: .referred, by: nil, from: origin, at: time(200))
            if known > 1 { task = task.caseMoved(to: .endorsed, by: nil, at: time(201)) }
            // Told by an earlier version, which made a crossing up.
            if known > 2 { task = task.caseMoved(to: .assigned, by: time(2), at: time(202)) }
          }
          if let told { task = heard(told, by: task) }
        }
        #expect(task.state == [.referred, .endorsed, .assigned][known - 1], "\(place) \(known)")
      }
    }
  }

  @Test func inOrderEachStepIsThatOfTheLifecycle() {
    let steps: [(Told, TaskState)] = [
      (.cross(1), .referred), (.hold(1), .assigned), (.lose(1), .suspended), (.cross(2), .referred),
      (.hold(2), .assigned), (.lose(2), .suspended), (.close, .closed), (.cross(3), .referred), (.hold(3), .assigned),
    ]
    for count in steps.indices {
      #expect(follow(steps[...count].map(\.0)).state == steps[count].1, "\(steps[...count])")
    }
  }

  @Test func whatIsToldAgainChangesNothing() {
    let told: [Told] = [.cross(1), .hold(1), .lose(1), .cross(2), .hold(2)]
    let proposal = follow(told)
    for again in told.dropLast(2) {
      #expect(follow(told + [again]).state == proposal.state, "\(again)")
    }
    #expect(follow([.cross(1), .lose(1), .cross(1)]).state == .suspended)
    #expect(follow([.cross(1), .lose(1), .hold(1), .lose(1)]).state == .suspended)
  }

  @Test func aSuspensionIsSinceTheLossAndTheCrossing() {
    #expect(follow([.cross(1), .lose(1)]).stateSince == time(1).addingTimeInterval(30))
    #expect(follow([.cross(1), .lose(1), .cross(2)]).stateSince == time(2))
  }

  @Test func whatWasAssignedBeforeABarCouldBeLostIsFollowed() {
    let assigned = SampleProposal.proposal(.referred).caseMoved(to: .assigned, by: nil, at: time(1))
    #expect(assigned.state == .assigned)
    let suspended = assigned.barLost(time(1), at: time(2))
    #expect(suspended.state == .suspended)
    #expect(suspended.caseMoved(to: .assigned, by: nil, at: time(3)).state == .suspended)
    let again = suspended.barCrossed(at: time(4))
    #expect(again.state == .referred && again.caseMoved(to: .assigned, by: time(4), at: time(5)).state == .assigned)
  }

  @Test func aTimeThatWasStoredNamesTheSameCrossing() {
    // As a database gives it back: the same millisecond, another last bit.
    let stored = Date(timeIntervalSinceReferenceDate: time(1).timeIntervalSinceReferenceDate.nextUp)
    var proposal = SampleProposal.proposal(.referred).barLost(time(1), at: time(2))
    proposal.bar.undone = stored
    #expect(proposal.barCrossed(at: time(1)).state == .suspended)
  }

  @Test(arguments: [
    (TaskState.endorsed, TaskState.endorsed), (.underway, .underway), (.declined, .declined), (.completed, .completed),
    (.discontinued, .discontinued),
  ])
  func theTaskStandsWhereItsCaseDoesWhicheverIsHeardFirst(told: TaskState, end: TaskState) {
    let task = SampleProposal.proposal(.open)
    let inOrder = task.barCrossed(at: time(1)).caseMoved(to: .referred, by: time(1), at: time(2))
      .caseMoved(to: told, by: nil, at: time(3))
    #expect(inOrder.state == end)
    let caseFirst = task.caseMoved(to: .referred, by: time(1), at: time(2)).caseMoved(to: told, by: nil, at: time(3))
      .barCrossed(at: time(1))
    #expect(caseFirst.state == end)
  }

  @Test func aCaseThatHasEndedIsNotSuspendedAndOneUnderWayComesBackWhereItWas() {
    let task = SampleProposal.proposal(.open).barCrossed(at: time(1)).caseMoved(to: .referred, by: time(1), at: time(2))
    #expect(task.caseMoved(to: .completed, by: nil, at: time(3)).barLost(time(1), at: time(4)).state == .completed)
    let suspended = task.caseMoved(to: .underway, by: nil, at: time(3)).barLost(time(1), at: time(4))
    #expect(suspended.state == .suspended)
    let again = suspended.barCrossed(at: time(5))
    #expect(again.state == .referred)
    #expect(again.caseMoved(to: .underway, by: time(5), at: time(6)).state == .underway)
  }

  @Test func aLaterCrossingThatIsLostBeforeReferralTellsOfItSuspendsTheTask() {
    let lapsed = SampleProposal.proposal(.open).barCrossed(at: time(1)).caseMoved(
      to: .referred, by: time(1), at: time(2)
    )
    .barLost(time(1), at: time(3)).caseMoved(to: .closed, by: time(1), at: time(4))
    let votesFirst = lapsed.barCrossed(at: time(5)).barLost(time(5), at: time(6))
    #expect(votesFirst.state == .suspended)
    #expect(votesFirst.caseMoved(to: .referred, by: time(5), at: time(7)).state == .suspended)
  }

  @Test func aCaseThatWasResumedBeforeItsStepsWereToldIsFollowedAfterwards() {
    var old = SampleProposal.proposal(.referred)
    old.bar = Bar(undone: time(1), held: nil)
    #expect(old.caseMoved(to: .declined, by: nil, at: time(9)).state == .declined)
    old.state = .suspended
    #expect(old.caseMoved(to: .endorsed, by: nil, at: time(9)).state == .suspended)
  }

  @Test func aLapsedCaseLeavesAClosedTaskWhicheverIsHeardFirst() {
    let task = SampleProposal.proposal(.open).barCrossed(at: time(1)).caseMoved(to: .referred, by: time(1), at: time(2))
    let inOrder = task.barLost(time(1), at: time(3)).caseMoved(to: .closed, by: time(1), at: time(4))
    let lapseFirst = task.caseMoved(to: .closed, by: time(1), at: time(4)).barLost(time(1), at: time(3))
    #expect(inOrder.state == .closed && lapseFirst.state == .closed)
    for lapsed in [inOrder, lapseFirst] {
      let again = lapsed.barCrossed(at: time(5))
      #expect(again.state == .referred)
      #expect(again.caseMoved(to: .endorsed, by: time(5), at: time(6)).state == .endorsed)
    }
  }
}
