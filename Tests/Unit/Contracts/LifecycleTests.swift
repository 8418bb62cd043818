import Contracts
import Testing

@Suite struct LifecycleTests {
  /// The pairs that lead somewhere, written out a second time: all others must lead nowhere.
  private let allowed: [String: TaskState] = [
    "gathering revise": .gathering, "gathering pass-gate": .submitted, "gathering lapse": .lapsed,
    "gathering withdraw": .withdrawn, "submitted return": .returned, "submitted merge": .merged,
    "returned revise": .submitted, "returned lapse": .lapsed, "returned withdraw": .withdrawn,
    "rejected appeal": .appealed, "appealed uphold": .rejected, "appealed overturn": .accepted,
    "appealed withdraw": .withdrawn, "accepted merge": .merged, "accepted reject": .rejected,
    "submitted accept": .accepted,
    "submitted reject": .rejected, "submitted withdraw": .withdrawn,
    "accepted withdraw": .withdrawn, "accepted select": .selected, "withdrawn select": .selected,
    "selected schedule": .scheduled, "scheduled open": .open, "open close": .closed, "open cross-bar": .referred,
    "closed cross-bar": .referred, "closed refer": .referred, "referred close": .referred,
    "referred endorse": .endorsed, "referred decline": .declined, "endorsed decline": .declined,
    "endorsed assign": .assigned, "endorsed close": .endorsed,
    "assigned close": .assigned, "assigned transfer": .assigned, "assigned begin": .underway,
    "underway transfer": .assigned, "underway complete": .completed, "underway discontinue": .discontinued,
    "underway close": .underway, "declined close": .declined, "completed close": .completed,
    "discontinued close": .discontinued, "referred lose-bar": .suspended, "endorsed lose-bar": .suspended,
    "assigned lose-bar": .suspended, "underway lose-bar": .suspended,
    "suspended cross-bar": .referred, "suspended close": .closed, "suspended lapse": .closed,
  ]

  @Test func everyPairOfStateAndActionIsDecided() {
    for state in TaskState.allCases {
      for action in TaskAction.allCases {
        #expect(Lifecycle.next(from: state, on: action) == allowed["\(state.rawValue) \(action.rawValue)"])
      }
    }
  }

  @Test func aFollowerNeverGoesBackAndEndsWhereTheTableEnds() {
    for row in Lifecycle.transitions where row.from != row.to {
      #expect(Lifecycle.following(row.from, on: row.action) == row.to)
      #expect(Lifecycle.following(row.to, on: row.action) == nil)
    }
    // The whole path, heard in every order of its topics, ends in the same state.
    let moderation: [TaskAction] = [.accept, .select]
    let votes: [TaskAction] = [.schedule, .open, .crossBar, .close]
    let course: [TaskAction] = [.endorse, .assign]
    for heard in [moderation + votes + course, votes + course + moderation, course + moderation + votes] {
      let end = heard.reduce(TaskState.submitted) { Lifecycle.following($0, on: $1) ?? $0 }
      #expect(end == .assigned)
    }
  }

  @Test func aWithdrawalOutlivesADecisionMadeAtTheSameMoment() {
    #expect(Lifecycle.following(.withdrawn, on: .accept) == nil)
    #expect(Lifecycle.following(.withdrawn, on: .reject) == nil)
    #expect(Lifecycle.following(.accepted, on: .withdraw) == .withdrawn)
    #expect(Lifecycle.following(.withdrawn, on: .select) == .selected)
  }

  @Test func aReviewThatGoesBackIsFollowedAndNothingElseLeadsBack() {
    #expect(Lifecycle.following(.appealed, on: .uphold) == .rejected)
    #expect(Lifecycle.following(.returned, on: .revise) == .submitted)
    #expect(Lifecycle.following(.accepted, on: .uphold) == nil)
    #expect(Lifecycle.following(.accepted, on: .revise) == nil)
    #expect(Lifecycle.following(.selected, on: .merge) == nil)
    #expect(Lifecycle.following(.merged, on: .withdraw) == .withdrawn)
    #expect(Lifecycle.following(.withdrawn, on: .merge) == nil)
  }

  @Test func aBarIsLostAndCrossedAgainAsOftenAsItTakes() {
    #expect(Lifecycle.following(.suspended, on: .loseBar) == nil)
    // An assignment from before the loss comes late.
    #expect(Lifecycle.following(.suspended, on: .assign) == nil)
    let heard: [TaskAction] = [
      .crossBar, .endorse, .assign, .loseBar, .crossBar, .endorse, .loseBar, .close, .crossBar,
    ]
    var states: [TaskState] = [.open]
    for action in heard { states.append(Lifecycle.next(from: states[states.count - 1], on: action) ?? .withdrawn) }
    #expect(
      states == [
        .open, .referred, .endorsed, .assigned, .suspended, .referred, .endorsed, .suspended, .closed, .referred,
      ])
  }

  @Test func onlyATaskThatWentToTheCommitteeCanLoseItsBar() {
    let states = TaskState.allCases.filter { Lifecycle.next(from: $0, on: .loseBar) != nil }
    #expect(states == [.referred, .endorsed, .assigned, .underway])
  }

  @Test func noPairStandsTwice() {
    let pairs = Lifecycle.transitions.map { "\($0.from) \($0.action)" }
    #expect(Set(pairs).count == pairs.count)
  }
}
