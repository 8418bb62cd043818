import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Referral
@testable import ServiceKit

@Suite struct SuspensionTests {
  private static let suspended = ["referrals suspended", "referrals.molit suspended"]
  private static let resumed = ["referrals resumed", "referrals.molit resumed"]

  /// What was published on suspensions, in order.
  private static func published(_ bench: CaseBench) async throws -> [String] {
    try await bench.published().filter {
      $0.hasSuffix("suspended") || $0.hasSuffix("resumed") || $0.hasSuffix("lapsed")
    }
  }

  private static func due(_ bench: CaseBench) async throws -> Int64? { try await bench.only().hold?.dueAt.milliseconds }

  @Test func aBarThatIsLostAfterTheAssignmentSuspendsTheCaseAndTellsTheMinistry() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.adopt(on: 1)
      try await bench.lose(crossing: 0, on: 2)
      #expect(try await Self.published(bench) == Self.suspended)
      let found = try await bench.only()
      #expect(found.state == .suspended && found.ministry?.slug == "molit")
      #expect(
        found.suspensions == [
          Suspension(
            reason: .barLost, crossedAt: CaseBench.day(0), lostAt: CaseBench.day(2), yes: 9, no: 2,
            suspendedAt: CaseBench.day(2))
        ])
      #expect(try await bench.last(CaseSuspended.self).ministry == "molit")
      await #expect {
        try await bench.act("acceptance", as: .ministry, of: "molit", on: 3, #"{"department":"과"}"#)
      } throws: {
        ($0 as? Problem)?.code == "case-suspended"
      }
    }
  }

  @Test func aBarThatIsCrossedAgainResumesTheSameCaseAndMovesWhatIsOwed() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.adopt(on: 1)
      let (before, due) = (try await bench.only(), try #require(try await Self.due(bench)))
      try await bench.lose(crossing: 0, on: 2)
      try await bench.cross(on: 9, yes: 12)
      #expect(try await Self.published(bench) == Self.suspended + Self.resumed)
      let found = try await bench.only()
      #expect(found.id == before.id && found.state == .assigned && found.yes == 12)
      #expect(try await Self.due(bench) == due + 7 * 86_400_000)
      let event = try await bench.last(CaseResumed.self)
      #expect(event.ministry == "molit" && event.state == .assigned && event.holder == "molit")
      #expect(event.suspendedAt == CaseBench.day(2) && event.resumedAt == CaseBench.day(9))
    }
  }

  @Test func aBarThatIsLostTwiceSuspendsTheCaseTwice() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      let due = try #require(try await Self.due(bench))
      try await bench.lose(crossing: 0, on: 2)
      try await bench.cross(on: 4)
      try await bench.lose(crossing: 4, on: 5)
      let found = try await bench.only()
      #expect(found.state == .suspended && found.suspensions.map(\.resumedAt) == [CaseBench.day(4), nil])
      try await bench.cross(on: 15)
      // Two days to a Saturday, so to Monday, and ten more.
      #expect(try await Self.due(bench) == due + 14 * 86_400_000)
      #expect(
        try await Self.published(bench)
          == ["referrals suspended", "referrals resumed", "referrals suspended", "referrals resumed"])
    }
  }

  @Test func whatIsDeliveredAgainChangesNothing() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.lose(crossing: 0, on: 2)
      try await bench.lose(crossing: 0, on: 3)
      try await bench.cross(on: 0, told: 3)
      try await bench.submit(on: 3)
      #expect(try await bench.published() == ["referrals received", "referrals suspended"])
      try await bench.cross(on: 4)
      try await bench.cross(on: 4, told: 5)
      try await bench.lose(crossing: 0, on: 5)
      #expect(try await bench.published() == ["referrals received", "referrals suspended", "referrals resumed"])
      #expect(try await bench.only().state == .received)
    }
  }

  @Test func aLossWithoutACaseChangesNothing() async throws {
    try await CaseBench.run { bench in
      try await bench.lose(crossing: 0, on: 1)
      #expect(try await bench.published().isEmpty)
      #expect(try await bench.database.cases(CaseFilter(), after: nil, 10).isEmpty)
    }
  }

  @Test func aLossAndADecisionAtTheSameMomentLeaveASuspendedCase() async throws {
    for _ in 0..<3 {
      try await CaseBench.run { bench in
        try await bench.submit(on: 0)
        try await bench.cross(on: 0)
        async let lost: Void = bench.lose(crossing: 0, on: 1, pause: .milliseconds(100))
        async let given: Response? = try? bench.act(
          "members", as: .committee, on: 1, #"{"members":[{"name":"김","capacity":"chair"}]}"#)
        _ = try await (lost, given)
        #expect(try await bench.only().state == .suspended)
        #expect(try await bench.published().last == "referrals suspended")
      }
    }
  }

  @Test func twoLossesAtTheSameMomentSuspendOnce() async throws {
    try await CaseBench.run { bench in
      try await bench.cross(on: 0)
      async let one: Void = bench.lose(crossing: 0, on: 1, pause: .milliseconds(200))
      async let other: Void = bench.lose(crossing: 0, on: 1, pause: .milliseconds(200))
      _ = try await (one, other)
      #expect(try await bench.published() == ["referrals received", "referrals suspended"])
    }
  }

  @Test func aSuspendedCaseEndsWhenItsVoteClosesWithoutCarrying() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.close(carried: true, on: 1)
      try await bench.lose(crossing: 0, on: 2)
      #expect(try await bench.only().state == .suspended)
      try await bench.close(carried: false, on: 3)
      #expect(try await bench.only().state == .lapsed)
      try await bench.close(carried: false, on: 4)
      #expect(try await Self.published(bench) == ["referrals suspended", "referrals lapsed"])
      try await bench.cross(on: 9)
      let again = try await bench.only()
      #expect(again.state == .received && again.holds.count == 2 && again.hold?.holder == .committee)
    }
  }

  @Test func theSupportUnitEndsACaseThatNoVoteCanCarryAnyMore() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      await #expect { try await bench.act("lapse", as: .supportUnit, on: 1, #"{"reason":"r"}"#) } throws: {
        ($0 as? Problem)?.code == "not-suspended"
      }
      try await bench.lose(crossing: 0, on: 2)
      try await bench.act("lapse", as: .supportUnit, on: 3, #"{"reason":"재투표 없음"}"#)
      let event = try await bench.last(CaseLapsed.self)
      #expect(event.cause == .ruled && event.explanation == "재투표 없음" && event.crossedAt == CaseBench.day(0))
      #expect(try await bench.only().state == .lapsed)
    }
  }

  @Test func aCaseFromBeforeTheUpgradeIsSuspendedAndResumed() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.database.execute("UPDATE referral_case SET crossed_at = NULL")
      try await bench.lose(crossing: 0, on: 1)
      #expect(try await bench.only().state == .suspended)
      try await bench.cross(on: 2)
      #expect(try await bench.only().state == .received)
    }
  }

  @Test func casesOfTheSchemaBeforeKeepWhoHasThemAndUntilWhen() async throws {
    let old = Referral.Migrations.all.filter { $0.number < 103 }
    try await withTestDatabase(schema: "referral", migrations: old) { database, _ in
      let (waiting, assigned) = (CaseID(), CaseID())
      for (id, ministry) in [(waiting, nil), (assigned, "molit")] as [(CaseID, String?)] {
        try await database.execute(
          """
          INSERT INTO referral_case (id, proposal, title, category, yes, no, yes_bar, rule_hash, received_at, due_at,
            ministry, assigned_at, ministry_due_at)
          VALUES (\(id), \(ProposalID()), 't', 'transport', 11, 3, 10, 'ab', \(CaseBench.day(0)), \(CaseBench.day(30)),
            \(ministry), \(ministry.map { _ in CaseBench.day(1) }), \(ministry.map { _ in CaseBench.day(61) }))
          """)
      }
      try await migrate(database, schema: "referral", migrations: Referral.Migrations.all)
      let first = try await database.singleCase(waiting)
      #expect(first.state == .received && first.hold?.holder == .committee && first.hold?.dueAt == CaseBench.day(30))
      let second = try await database.singleCase(assigned)
      #expect(second.state == .assigned && second.holds.map(\.until) == [CaseBench.day(1), nil])
      #expect(second.hold?.holder.name == "molit" && second.hold?.dueAt == CaseBench.day(61))
      #expect(
        try await database.entries(of: assigned, after: 0, 10).map(\.type) == [CaseReceived.type, CaseAssigned.type])
    }
  }
}
