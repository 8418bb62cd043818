import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Referral
@testable import ServiceKit

@Suite struct ReferralTests {
  private static let toMinistry = [
    "referrals members-assigned", "referrals scheduled", "referrals deliberated", "referrals decided",
    "referrals submitted", "referrals placed-on-agenda", "referrals concluded",
  ]
  private static let assigned = ["referrals assigned", "referrals.molit assigned"]

  @Test func aCaseGoesFromItsBarToTheEndOfItsMilestones() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      #expect(try await bench.published() == ["referrals received"])
      try await bench.adopt(on: 1)
      #expect(try await bench.published() == ["referrals received"] + Self.toMinistry + Self.assigned)
      let before = try await bench.published().count
      func molit(_ part: String, by method: HTTPMethod = .post, on days: Double, _ body: String) async throws {
        try await bench.act(
          part, by: method, as: .ministry, of: "molit", on: days,
          headers: method == .put ? ["if-match": "\"\(try await bench.only().version)\""] : [:], body)
      }
      try await molit("acceptance", on: 2, #"{"department":"버스정책과"}"#)
      try await molit("answer", on: 3, #"{"department":"버스정책과","signatory":"박과장","answer":"늘리겠습니다."}"#)
      try await molit(
        "plan", by: .put, on: 4,
        #"{"milestones":[{"title":"노선","deliverable":"노선도","startsOn":"2026-12-01","endsOn":"2027-01-31"}]}"#)
      try await molit("milestones/1/delay", on: 5, #"{"endsOn":"2027-02-28","reason":"예산"}"#)
      try await molit(
        "milestones/1/reports", on: 6, #"{"status":"completed","report":"개통","evidence":["https://example.org/"]}"#)
      try await molit("completion", on: 7, #"{"summary":"모두 개통"}"#)
      let told = ["accepted", "answered", "planned", "delayed", "progressed", "completed"]
      #expect(
        try await bench.published().dropFirst(before)
          == told.flatMap { ["referrals \($0)", "referrals.molit \($0)"] }[...])
      let found = try await bench.only()
      #expect(found.state == .completed && found.hold == nil && found.version == 13)
      #expect(found.holds.map(\.holder.name) == ["committee", "strategy-meeting", "molit", "molit"])
      #expect(found.dossier.answer?.signatory == "박과장" && found.dossier.plan?.milestones.first?.status == .completed)
      // The timeline is what was told, in the same order, with the events as they were.
      let entries = try await bench.database.entries(of: found.id, after: 0, 100)
      #expect(entries.map { Int($0.number) } == Array(1...entries.count))
      let everybody = try await bench.published().filter { $0.hasPrefix("referrals ") }
      #expect(entries.map { "referrals " + $0.type.replacing("kr.forum.case.", with: "").dropLast(3) } == everybody)
      #expect(entries.allSatisfy { $0.data != nil })
    }
  }

  @Test func aBarThatIsCrossedTwiceOpensOneCase() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.cross(on: 0)
      async let one: Void = bench.cross(on: 0, pause: .milliseconds(200))
      async let other: Void = bench.cross(on: 0, pause: .milliseconds(200))
      _ = try await (one, other)
      #expect(try await bench.published() == ["referrals received"])
    }
  }

  @Test func anAdoptedCaseWaitsForItsTextAndForAMinistry() async throws {
    try await CaseBench.run { bench in
      try await bench.database.execute("DELETE FROM category_ministry WHERE category = 'transport'")
      try await bench.cross(on: 0)
      try await bench.adopt(on: 1)
      #expect(try await bench.only().state == .adopted)
      #expect(try await bench.only().hold?.holder == .supportUnit)
      // The text has not come: nobody could read what is to be done.
      await #expect {
        try await bench.act("assignment", as: .supportUnit, on: 2, #"{"ministry":"me","reason":"r"}"#)
      } throws: {
        ($0 as? Problem)?.code == "text-missing"
      }
      try await bench.database.execute(
        "INSERT INTO ministry (slug, korean, english, position) VALUES ('new', '새', 'New', 1000)")
      try await bench.database.execute("INSERT INTO category_ministry (category, ministry) VALUES ('transport', 'new')")
      try await bench.submit(on: 3)
      try await bench.cases.assignWaiting()
      #expect(try await bench.only().state == .adopted)
      try await bench.database.execute("UPDATE category_ministry SET ministry = 'molit' WHERE category = 'transport'")
      async let one: Void = bench.cases.assignWaiting()
      async let other: Void = bench.cases.assignWaiting()
      _ = try await (one, other)
      #expect(try await bench.published().suffix(2) == Self.assigned[...])
      #expect(try await bench.published().filter { $0.hasSuffix(" assigned") } == Self.assigned)
    }
  }

  @Test func theSupportUnitNamesAMinistryByHand() async throws {
    try await CaseBench.run { bench in
      try await bench.database.execute("DELETE FROM category_ministry")
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.adopt(on: 1)
      try await bench.act("assignment", as: .supportUnit, on: 2, #"{"ministry":"me","reason":"환경"}"#)
      #expect(try await bench.published().suffix(2) == ["referrals assigned", "referrals.me assigned"])
      #expect(try await bench.last(CaseAssigned.self).reason == "환경")
    }
  }

  @Test func anOfficerOfAnotherMinistryIsTurnedAway() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.adopt(on: 1)
      for office in ["me", nil] {
        await #expect {
          try await bench.act("acceptance", as: .ministry, of: office, on: 2, #"{"department":"과"}"#)
        } throws: { ($0 as? Problem)?.status == 403 }
      }
      try await bench.act("transfer", as: .ministry, of: "molit", on: 2, #"{"ministry":"me","reason":"환경"}"#)
      #expect(
        try await bench.published().suffix(4)
          == ["referrals transferred", "referrals.molit transferred", "referrals assigned", "referrals.me assigned"])
      await #expect {
        try await bench.act("acceptance", as: .ministry, of: "molit", on: 3, #"{"department":"과"}"#)
      } throws: { ($0 as? Problem)?.status == 403 }
      try await bench.act("acceptance", as: .ministry, of: "me", on: 3, #"{"department":"과"}"#)
    }
  }

  @Test func whoReadAnOldVersionChangesNothingAndARepetitionIsDoneOnce() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      let body = #"{"members":[{"name":"김위원","capacity":"civilian"}]}"#
      await #expect(throws: Problem.changedMeanwhile) {
        try await bench.act("members", as: .committee, on: 1, headers: ["if-match": "\"7\""], body)
      }
      let response = try await bench.act(
        "members", as: .committee, on: 1, headers: ["if-match": "\"1\"", "idempotency-key": "k1"], body)
      #expect(response.headers["etag"] == "\"2\"")
      // The same key again: the stored answer, though the version has moved on.
      let again = try await bench.act(
        "members", as: .committee, on: 1, headers: ["if-match": "\"1\"", "idempotency-key": "k1"], body)
      #expect(again.status == 200 && again.headers["etag"] == "\"2\"")
      #expect(try await bench.published() == ["referrals received", "referrals members-assigned"])
      await #expect {
        try await bench.act("plan", by: .put, as: .ministry, of: "molit", on: 1, #"{"milestones":[]}"#)
      } throws: {
        ($0 as? Problem)?.status == 428
      }
    }
  }

  @Test func twoDecisionsAtTheSameMomentAreOne() async throws {
    try await CaseBench.run { bench in
      try await bench.submit(on: 0)
      try await bench.cross(on: 0)
      try await bench.act("members", as: .committee, on: 1, #"{"members":[{"name":"김","capacity":"chair"}]}"#)
      try await bench.act("session", as: .committee, on: 1, #"{"name":"제12차","meetsAt":"2030-01-01T00:00:00Z"}"#)
      try await bench.act(
        "deliberation", as: .committee, on: 1,
        #"{"heldAt":"2026-11-01T00:00:00Z","attendance":[{"capacity":"chair","present":1,"absent":0}],"minutes":"심의"}"#)
      let outcomes = await withTaskGroup(of: Bool.self) { group in
        for decision in ["adopt", "decline", "return", "adopt"] {
          group.addTask {
            do {
              try await bench.act(
                "decision", as: .committee, on: 2, #"{"decision":"\#(decision)","reasons":"r"}"#)
              return true
            } catch { return false }
          }
        }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(outcomes == 1)
      #expect(try await bench.published().filter { $0 == "referrals decided" }.count == 1)
    }
  }
}
