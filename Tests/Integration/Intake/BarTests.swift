import Contracts
import FoundationEssentials
import Postgres
import Testing

@testable import Intake
@testable import ServiceKit

/// Proposals whose vote does not carry any more, on a real database.
@Suite struct BarTests {
  private static func time(_ minutes: Double) -> Date { IntakeFixture.now.addingTimeInterval(minutes * 60) }

  private static func envelope<Family: EventFamily>(_ event: Family) -> Envelope<Family> {
    Envelope(id: UUID(), type: "", time: time(0), subject: UUID(), sequence: 1, event: event)
  }

  @Test func aProposalFollowsItsBarThroughTheDatabase() async throws {
    try await IntakeFixture.withDatabase { database in
      let id = try await database.propose(in: .open)
      let proposals = Proposals(
        database: database, clock: WallClock { IntakeFixture.now }, gate: GateRule(needed: 5, days: 30),
        revisionDays: 30)
      func cross(_ minutes: Double) async throws {
        let event = VoteBarCrossed(
          proposal: id, title: "", category: .transport, yes: 3, no: 0, yesBar: 2, ruleHash: "",
          crossedAt: Self.time(minutes))
        try await database.transaction {
          try await proposals.apply(vote: Self.envelope(.barCrossed(event)), in: $0)
        }
      }
      func lose(_ crossing: Double) async throws {
        let event = VoteBarLost(
          proposal: id, title: "", yes: 2, no: 0, yesBar: 2, ruleHash: "", crossedAt: Self.time(crossing),
          lostAt: Self.time(crossing + 0.5))
        try await database.transaction {
          try await proposals.apply(vote: Self.envelope(.barLost(event)), in: $0)
        }
      }
      func assign(_ crossing: Double) async throws {
        let event = CaseAssigned(
          caseID: CaseID(), proposal: id, ministry: "molit", title: "", summary: "", body: "", category: .transport,
          yes: 3, no: 0, yesBar: 2, ruleHash: "", assignedAt: Self.time(crossing), dueAt: Self.time(100),
          crossedAt: Self.time(crossing))
        try await database.transaction {
          try await proposals.apply(referral: Self.envelope(.assigned(event)), in: $0)
        }
      }
      func resume(_ crossing: Double, _ ministry: String?) async throws {
        let event = CaseResumed(
          caseID: CaseID(), proposal: id, ministry: ministry, title: "", yes: 3, no: 0, yesBar: 2, ruleHash: "",
          crossedAt: Self.time(crossing), suspendedAt: Self.time(0), resumedAt: Self.time(crossing),
          dueAt: Self.time(100))
        try await database.transaction {
          try await proposals.apply(referral: Self.envelope(.resumed(event)), in: $0)
        }
      }
      func state() async throws -> TaskState {
        try await database.transaction { try await $0.proposal(id, locked: false) }.state
      }
      try await cross(1)
      try await lose(1)
      #expect(try await state() == .suspended)
      // The assignment from before the loss, and the crossing again: both come too late.
      try await assign(1)
      try await cross(1)
      #expect(try await state() == .suspended)
      // The case is told to go on before the bar is told to be crossed again: it names the crossing.
      try await resume(2, "molit")
      #expect(try await state() == .assigned)
      try await cross(2)
      #expect(try await state() == .assigned)
      try await lose(2)
      try await cross(3)
      try await resume(3, nil)
      #expect(try await state() == .referred)
    }
  }

  @Test(arguments: [CaseOrigin.month, .event]) func aBarThatDidNotBringTheCaseDoesNotSuspendTheProposal(
    origin: CaseOrigin
  ) async throws {
    try await IntakeFixture.withDatabase { database in
      let proposals = Proposals(
        database: database, clock: WallClock { IntakeFixture.now }, gate: GateRule(needed: 5, days: 30),
        revisionDays: 30)
      // The case comes before, between and behind what the vote tells.
      for place in 0...2 {
        let id = try await database.propose(in: .closed)
        let crossed = VoteBarCrossed(
          proposal: id, title: "", category: .transport, yes: 3, no: 0, yesBar: 2, ruleHash: "", crossedAt: Self.time(9)
        )
        let lost = VoteBarLost(
          proposal: id, title: "", yes: 2, no: 0, yesBar: 2, ruleHash: "", crossedAt: Self.time(9),
          lostAt: Self.time(10))
        let received = CaseReceived(
          caseID: CaseID(), proposal: id, title: "", category: .transport, yes: 2, no: 0, yesBar: 2, ruleHash: "",
          receivedAt: Self.time(5), dueAt: Self.time(100), origin: origin)
        for (index, event) in [VoteEvent.barCrossed(crossed), .barLost(lost)].enumerated() {
          if index == place {
            try await database.transaction {
              try await proposals.apply(referral: Self.envelope(.received(received)), in: $0)
            }
          }
          try await database.transaction { try await proposals.apply(vote: Self.envelope(event), in: $0) }
        }
        if place == 2 {
          try await database.transaction {
            try await proposals.apply(referral: Self.envelope(.received(received)), in: $0)
          }
        }
        let found = try await database.transaction { try await $0.proposal(id, locked: false) }
        #expect(found.state == .referred, "\(place)")
      }
    }
  }
}
