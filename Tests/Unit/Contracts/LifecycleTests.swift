import Contracts
import Testing

@Suite struct LifecycleTests {
  /// The pairs that lead somewhere, written out a second time: all others must lead nowhere.
  private let allowed: [String: TaskState] = [
    "submitted accept": .accepted, "submitted reject": .rejected, "submitted withdraw": .withdrawn,
    "accepted withdraw": .withdrawn, "accepted select": .selected, "withdrawn select": .selected,
    "selected schedule": .scheduled, "scheduled open": .open, "open close": .closed, "open cross-bar": .referred,
    "closed cross-bar": .referred, "referred close": .referred, "referred assign": .assigned,
    "assigned close": .assigned,
  ]

  @Test func everyPairOfStateAndActionIsDecided() {
    for state in TaskState.allCases {
      for action in TaskAction.allCases {
        #expect(Lifecycle.next(from: state, on: action) == allowed["\(state.rawValue) \(action.rawValue)"])
      }
    }
  }

  @Test func noPairStandsTwice() {
    let pairs = Lifecycle.transitions.map { "\($0.from) \($0.action)" }
    #expect(Set(pairs).count == pairs.count)
  }
}
