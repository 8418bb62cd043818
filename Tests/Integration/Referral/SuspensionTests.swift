import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Referral
@testable import ServiceKit

/// A page of cases as the API gives it.
private struct Listed: Decodable {
  struct Item: Decodable {
    struct Suspension: Decodable {
      let reason: String
      let since: Date
      let yes: Int64
    }
    struct Step: Decodable { let type: String }
    let proposal: ProposalID
    let state: String
    let late: Bool
    let suspension: Suspension?
    let events: [Step]
  }
  let items: [Item]
}

@Suite struct SuspensionTests {
  private static let begun = ["referrals received", "referrals assigned", "referrals.molit assigned"]
  private static let assigned = Array(begun.dropFirst())
  private static let suspended = ["referrals suspended", "referrals.molit suspended"]
  private static let resumed = ["referrals resumed", "referrals.molit resumed"]

  @Test func aBarThatIsLostAfterTheAssignmentSuspendsTheCaseAndTellsTheMinistry() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.lose(crossing: 0, on: 2)
      #expect(try await bench.published() == Self.begun + Self.suspended)
      let found = try await bench.only()
      #expect(found.state == .suspended && found.assignment?.ministry.slug == "molit")
      #expect(
        found.suspensions == [
          Suspension(
            reason: .barLost, crossedAt: CaseBench.day(0), lostAt: CaseBench.day(2), yes: 9, no: 2,
            suspendedAt: CaseBench.day(2))
        ])
      #expect(try await bench.last(CaseSuspended.self).ministry == "molit")
    }
  }

  @Test func aBarThatIsLostBeforeTheAssignmentKeepsTheCaseFromAMinistryUntilItIsCrossedAgain() async throws {
    try await CaseBench.run { bench in
      try await bench.cross(on: 0)
      try await bench.lose(crossing: 0, on: 1)
      try await bench.submit(on: 2)
      try await bench.cases.assignWaiting()
      #expect(try await bench.published() == ["referrals received", "referrals suspended"])
      #expect(try await bench.last(CaseSuspended.self).ministry == nil)
      #expect(try await bench.database.assignableProposals().isEmpty)
      try await bench.cross(on: 5)
      #expect(
        try await bench.published().suffix(3) == ["referrals resumed"] + Self.assigned)
      let found = try await bench.only()
      #expect(found.state == .assigned)
      #expect(found.dueAt.milliseconds == LegalPeriod(days: 30).end(from: CaseBench.day(4)).milliseconds)
      #expect(try await bench.last(CaseAssigned.self).crossedAt == CaseBench.day(5))
    }
  }

  @Test func aSuspendedCaseWithoutTextGoesOnWithTheCommittee() async throws {
    try await CaseBench.run { bench in
      try await bench.cross(on: 0)
      try await bench.lose(crossing: 0, on: 1)
      try await bench.cross(on: 3)
      #expect(try await bench.only().state == .received)
      try await bench.submit(on: 4)
      #expect(try await bench.only().state == .assigned)
      #expect(
        try await bench.published()
          == ["referrals received", "referrals suspended", "referrals resumed"] + Self.assigned)
    }
  }

  @Test func aBarThatIsCrossedAgainResumesTheSameCaseAndMovesWhatIsOwed() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      let before = try await bench.only()
      try await bench.lose(crossing: 0, on: 2)
      try await bench.cross(on: 9, yes: 12)
      #expect(try await bench.published() == Self.begun + Self.suspended + Self.resumed)
      let found = try await bench.only()
      #expect(found.id == before.id && found.state == .assigned && found.yes == 12)
      let due = LegalPeriod(days: 60).end(from: CaseBench.day(7)).milliseconds
      #expect(found.assignment?.dueAt.milliseconds == due)
      #expect(found.dueAt == before.dueAt)
      let event = try await bench.last(CaseResumed.self)
      #expect(event.ministry == "molit" && event.dueAt.milliseconds == due)
      #expect(event.suspendedAt == CaseBench.day(2) && event.resumedAt == CaseBench.day(9))
    }
  }

  @Test func aBarThatIsLostTwiceSuspendsTheCaseTwice() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.lose(crossing: 0, on: 2)
      try await bench.cross(on: 4)
      try await bench.lose(crossing: 4, on: 5)
      let found = try await bench.only()
      #expect(found.state == .suspended && found.suspensions.map(\.resumedAt) == [CaseBench.day(4), nil])
      try await bench.cross(on: 15)
      let due = LegalPeriod(days: 60).end(from: CaseBench.day(12)).milliseconds
      #expect(try await bench.only().assignment?.dueAt.milliseconds == due)
      #expect(
        try await bench.published()
          == Self.begun + Self.suspended + Self.resumed + Self.suspended + Self.resumed)
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
      #expect(try await bench.published() == Self.begun + Self.suspended)
      try await bench.cross(on: 4)
      try await bench.cross(on: 4, told: 5)
      try await bench.lose(crossing: 0, on: 5)
      #expect(try await bench.published() == Self.begun + Self.suspended + Self.resumed)
      #expect(try await bench.only().state == .assigned)
    }
  }

  @Test func aLossWithoutACaseChangesNothing() async throws {
    try await CaseBench.run { bench in
      try await bench.lose(crossing: 0, on: 1)
      #expect(try await bench.published().isEmpty)
      #expect(try await bench.database.cases(of: nil, in: nil, after: nil, 10).isEmpty)
    }
  }

  @Test func lossAndTextAtTheSameMomentLeaveOneOfTwoOrders() async throws {
    for _ in 0..<3 {
      try await CaseBench.run { bench in
        try await bench.cross(on: 0)
        async let lost: Void = bench.lose(crossing: 0, on: 1, pause: .milliseconds(200))
        async let submitted: Void = bench.submit(on: 1)
        _ = try await (lost, submitted)
        let published = try await bench.published()
        let orders = [["referrals received", "referrals suspended"], Self.begun + Self.suspended]
        #expect(orders.contains(published))
        #expect(try await bench.only().state == .suspended)
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

  @Test func aCaseFromBeforeTheUpgradeIsSuspendedAndResumed() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.database.execute("UPDATE referral_case SET crossed_at = NULL")
      try await bench.lose(crossing: 0, on: 1)
      #expect(try await bench.only().state == .suspended)
      try await bench.cross(on: 2)
      #expect(try await bench.only().state == .assigned)
    }
  }

  private static func list(_ bench: CaseBench, _ query: String) async throws -> [Listed.Item] {
    let request = Request(http: HTTPRequest(method: .get, path: "/", query: query), parameters: [:], caller: nil)
    let response = try await bench.cases.list(request)
    guard case .bytes(let bytes) = response.body else { return [] }
    let page: Listed = try JSON.decode(from: bytes)
    return page.items
  }

  @Test func casesAreListedByStateAndSayWhyTheyAreSuspended() async throws {
    try await CaseBench.run { bench in
      let (waiting, assigned) = (CaseBench(bench.database), CaseBench(bench.database))
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await assigned.submit(on: 0)
      try await assigned.cross(on: 0)
      try await waiting.cross(on: 0)
      try await bench.lose(crossing: 0, on: 400)
      #expect(try await Self.list(bench, "state=received").map(\.proposal) == [waiting.proposal])
      #expect(try await Self.list(bench, "state=assigned").map(\.proposal) == [assigned.proposal])
      #expect(try await Self.list(bench, "state=assigned&ministry=molit").map(\.late) == [true])
      let item = try #require(try await Self.list(bench, "state=suspended&ministry=molit").first)
      #expect(item.proposal == bench.proposal && item.state == "suspended" && !item.late)
      #expect(item.suspension?.reason == "bar-lost" && item.suspension?.since == CaseBench.day(400))
      #expect(item.suspension?.yes == 9)
      #expect(item.events.map(\.type) == [CaseReceived.type, CaseAssigned.type, CaseSuspended.type])
      #expect(try await Self.list(bench, "limit=10").count == 3)
      await #expect(throws: Problem.self) { try await Self.list(bench, "state=lost") }
    }
  }
}
