import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Intake
@testable import ServiceKit

/// Several people at once on the same opinions.
extension OpinionTests {
  /// All of them wait for the opinion before any goes on.
  private static func statuses(
    _ count: Int, on opinion: OpinionID, _ discussion: Discussion,
    _ body: @escaping @Sendable (Int) async throws -> Response
  ) async throws -> [Int] {
    try await atOnce(count, on: "SELECT id FROM opinion WHERE id = \(opinion) FOR UPDATE", of: discussion.database) {
      number in try await IntakeFixture.status { try await body(number) }
    }.sorted()
  }

  /// Many of the Support Unit at once: some confirm, some refuse, and one of them decides.
  @Test func ofAllWhoDecideOnOneHidingOneDoes() async throws {
    try await Self.with { discussion, proposal in
      var expected: [OpinionDeed] = []
      for round in 0..<5 {
        let opinion = try await Self.say(discussion, proposal, "\(round)")
        let propose = try await Self.statuses(4, on: opinion.id, discussion) { number in
          try await discussion.proposeHiding(
            Self.request(opinion.id, by: "first-\(number)", role: "support-unit"),
            .init(code: .offensive, explanation: nil))
        }
        #expect(propose == [200, 409, 409, 409], "of all who propose it one does")
        let decide = try await Self.statuses(8, on: opinion.id, discussion) { number in
          let staff = Self.request(opinion.id, by: "second-\(number)", role: "support-unit")
          return try await number.isMultiple(of: 2) ? discussion.confirmHiding(staff) : discussion.refuseHiding(staff)
        }
        #expect(decide == [200] + Array(repeating: 409, count: 7))
        let row = try await discussion.database.one("SELECT hidden_at FROM opinion WHERE id = \(opinion.id)")
        let isHidden = try row?["hidden_at"] as Date? != nil
        expected += [.proposeHiding, isHidden ? .hide : .refuseHiding]
        #expect(try await Self.deeds(discussion) == expected, "one event for each act")
      }
    }
  }

  /// Many readers at once, and each of them twice: every one counts once.
  @Test func flagsAtOnceCountOnceEach() async throws {
    try await Self.with { discussion, proposal in
      let opinion = try await Self.say(discussion, proposal)
      let statuses = try await Self.statuses(8, on: opinion.id, discussion) { number in
        try await discussion.flag(Self.request(opinion.id, by: "reader-\(number % 3)"), .init(reason: .spam))
      }
      #expect(Set(statuses) == [204])
      let flags: Int? = try await discussion.database.one("SELECT count(*) AS n FROM opinion_flag")?["n"]
      #expect(flags == 3)
      #expect(try await Self.list(discussion, proposal).items.map(\.text) == ["찬성합니다."], "flags hide nothing")
    }
  }

  /// Many at once in one citizen's name, on several proposals.
  @Test func noMoreThanTheRateAreWrittenHoweverManyComeAtOnce() async throws {
    try await Self.with(limit: 5) { discussion, proposal in
      let second = try await discussion.database.propose()
      let outcomes = try await withThrowingTaskGroup(of: Problem?.self) { group in
        for number in 0..<20 {
          group.addTask {
            do {
              try await Self.say(discussion, number.isMultiple(of: 2) ? proposal : second, "\(number)")
              return nil
            } catch let problem as Problem { return problem }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.filter { $0 == nil }.count == 5)
      #expect(outcomes.compactMap { $0 }.allSatisfy { $0.status == 429 && $0.retryAfter == 3_600 })
      // What is deleted was written all the same.
      let rows = try await discussion.database.query("SELECT id FROM opinion")
      for row in rows { _ = try await discussion.delete(Self.request(try row["id"], by: "kim")) }
      let again = IntakeFixture.request(proposal, by: "kim")
      #expect(try await IntakeFixture.status { try await discussion.say(again, .init(side: .pro, text: "x")) } == 429)
      try await Self.say(discussion, proposal, by: "lee")
    }
  }

  /// Whoever is first, nobody answers to a text that is not there any more.
  @Test func answersAndADeletionAtOnceLeaveNothingWithoutItsPlace() async throws {
    try await Self.with { discussion, proposal in
      for round in 0..<5 {
        let opinion = try await Self.say(discussion, proposal)
        let statuses = try await Self.statuses(5, on: opinion.id, discussion) { number in
          if number == 2 { return try await discussion.delete(Self.request(opinion.id, by: "kim")) }
          return try await discussion.answer(Self.request(opinion.id, by: "\(round) \(number)"), .init(text: "x"))
        }
        let taken = statuses.filter { $0 == 201 }.count
        #expect(Set(statuses).isSubset(of: [201, 204, 409]))
        #expect(try await Self.answers(discussion, opinion.id).items.count == taken)
        let place = try await Self.list(discussion, proposal).items.first { $0.id == opinion.id }
        #expect((place == nil) == (taken == 0) && place?.text == nil)
      }
    }
  }
}
