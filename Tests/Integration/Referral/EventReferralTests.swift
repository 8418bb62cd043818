import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Referral
@testable import ServiceKit

@Suite struct EventReferralTests {
  private static func body(_ proposal: ProposalID, heldOn: String = "2026-11-20") -> String {
    #"{"proposal":"\#(proposal)","event":{"name":"제3회 포럼","heldOn":"\#(heldOn)"},"reasons":"논의되었다."}"#
  }

  private static func failed(_ bench: CaseBench) async throws {
    try await bench.schedule(on: 0)
    try await bench.close(carried: false, on: 1)
  }

  private static func refused(
    _ code: String, _ status: Int, _ place: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Response
  ) async throws {
    do {
      _ = try await body()
      Issue.record("not refused", sourceLocation: place)
    } catch let problem as Problem {
      #expect(problem.code == code && problem.status == status, sourceLocation: place)
    }
  }

  @Test func aTaskThatDidNotCarryIsReferredWithItsEvent() async throws {
    try await CaseBench.run { bench in
      try await Self.failed(bench)
      let answer = try await bench.refer(on: 2, Self.body(bench.proposal))
      let known = try await bench.only()
      #expect(answer.status == 201 && answer.headers["location"] == "/v1/cases/\(known.id)")
      #expect(answer.headers["etag"] == "\"1\"")
      #expect(known.origin == .event && known.state == .received && known.yes == 9 && known.no == 2)
      #expect(known.dossier.referral?.event.name == "제3회 포럼" && known.dossier.referral?.reasons == "논의되었다.")
      #expect(known.hold?.since == CaseBench.day(2))
      #expect(try await bench.published() == ["referrals received"])
      let told = try await bench.last(CaseReceived.self)
      #expect(told.event == known.dossier.referral?.event && told.actor != nil && told.crossedAt == nil)
      let entries = try await bench.database.entries(of: known.id, after: 0, 10)
      #expect(entries.map(\.type) == [CaseReceived.type])
      // Its way on is that of every other case, and no bar ends it.
      try await bench.submit(on: 2)
      try await bench.adopt(on: 3)
      try await bench.cross(on: 4)
      try await bench.lose(crossing: 4, on: 5)
      #expect(try await bench.only().state == .assigned)
      #expect(try await bench.last(CaseAssigned.self).crossedAt == nil)
      #expect(try await bench.only().dossier.referral == known.dossier.referral)
    }
  }

  @Test func whatHasNoSuchVoteIsRefused() async throws {
    try await CaseBench.run { bench in
      let body = Self.body(bench.proposal)
      try await Self.refused("not-found", 404) { try await bench.refer(on: 0, body) }
      try await bench.schedule(on: 0)
      try await Self.refused("vote-not-closed", 409) { try await bench.refer(on: 1, body) }
      try await bench.close(carried: true, yes: 11, on: 2)
      try await Self.refused("carried", 409) { try await bench.refer(on: 3, body) }
      try await Self.refused("invalid", 422) {
        try await bench.refer(on: 3, Self.body(bench.proposal, heldOn: "2026-11-28"))
      }
      // An amended result counts as it is.
      try await bench.amend(bench.proposal, yes: 9, on: 3)
      #expect(try await bench.refer(on: 3, body).status == 201)
      #expect(try await bench.published() == ["referrals received"])
    }
  }

  @Test func whatHasACaseIsRefusedWithItsAddress() async throws {
    try await CaseBench.run { bench in
      try await bench.schedule(on: 0)
      try await bench.cross(on: 1)
      try await bench.lose(crossing: 1, on: 2)
      try await bench.close(carried: false, on: 3)
      let known = try await bench.only()
      #expect(known.state == .lapsed)
      await #expect {
        try await bench.refer(on: 4, Self.body(bench.proposal))
      } throws: {
        let problem = $0 as? Problem
        return problem?.code == "case-exists" && problem?.existing == "/v1/cases/\(known.id)"
      }
      #expect(try await bench.only() == known)
    }
  }

  @Test func ofManyAtTheSameMomentOneMakesTheCaseWhoeverTheyAre() async throws {
    try await CaseBench.run { bench in
      for round in 0..<12 {
        let other = CaseBench(bench.database)
        try await Self.failed(other)
        let requests = try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<2 {
            group.addTask {
              do { return try await other.refer(on: 2, Self.body(other.proposal)).status } catch let problem as Problem
              {
                #expect(problem.code == "case-exists")
                return problem.status
              }
            }
          }
          // The bar that ballots bring the vote over at that moment.
          if round.isMultiple(of: 2) {
            group.addTask {
              try await other.cross(on: 2)
              return 0
            }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        let rows = try await bench.database.query(
          "SELECT origin FROM referral_case WHERE proposal = \(other.proposal)")
        #expect(rows.count == 1)
        let byEvent = try rows.first.map { try $0["origin"] as CaseOrigin } == .event
        #expect(requests.count { $0 == 201 } == (byEvent ? 1 : 0) && requests.count { $0 == 409 } == (byEvent ? 1 : 2))
      }
      #expect(try await bench.published() == Array(repeating: "referrals received", count: 12))
    }
  }

  @Test func theRuleOfTheMonthAtTheSameMomentMakesNoSecondCase() async throws {
    try await CaseBench.run { bench in
      try await bench.referMonths(20, on: 0)
      let others = (0..<8).map { _ in CaseBench(bench.database) }
      for other in others { try await Self.failed(other) }
      async let month: Void = bench.referMonths(20, on: 8)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for other in others {
          group.addTask {
            do { _ = try await other.refer(on: 8, Self.body(other.proposal)) } catch let problem as Problem {
              #expect(problem.code == "case-exists")
            }
          }
        }
        try await group.waitForAll()
      }
      try await month
      let rows = try await bench.database.query("SELECT proposal FROM referral_case")
      #expect(Set(try rows.map { try $0["proposal"] as ProposalID }) == Set(others.map(\.proposal)) && rows.count == 8)
      #expect(try await bench.published() == Array(repeating: "referrals received", count: 8))
    }
  }

  @Test func aRepetitionWithTheSameKeyIsAnsweredWithTheSameCase() async throws {
    try await CaseBench.run { bench in
      try await Self.failed(bench)
      let key: HTTPHeaders = ["idempotency-key": "\"one\""]
      async let one = bench.refer(on: 2, headers: key, Self.body(bench.proposal))
      async let other = bench.refer(on: 2, headers: key, Self.body(bench.proposal))
      let answers = try await [one, other]
      #expect(answers.map(\.status) == [201, 201])
      #expect(answers[0].headers["location"] == answers[1].headers["location"])
      #expect(answers.allSatisfy { $0.headers["etag"] == "\"1\"" })
      #expect(try await bench.published() == ["referrals received"])
    }
  }
}
