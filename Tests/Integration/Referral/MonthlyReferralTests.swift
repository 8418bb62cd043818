import Contracts
import FoundationEssentials
import Postgres
import Testing

@testable import Referral
@testable import ServiceKit

@Suite struct MonthlyReferralTests {
  /// 24 November 2026 is day 0: the month ends with day 6, and 1 January is day 38.
  private static func votes(_ bench: CaseBench, closing: [(yes: Int64, no: Int64, day: Double, carried: Bool)])
    async throws
    -> [ProposalID]
  {
    var proposals: [ProposalID] = []
    for vote in closing {
      let other = CaseBench(bench.database)
      try await other.schedule(on: 0)
      try await other.close(carried: vote.carried, yes: vote.yes, no: vote.no, on: vote.day)
      proposals.append(other.proposal)
    }
    return proposals
  }

  private static func referred(_ bench: CaseBench) async throws -> Set<ProposalID> {
    Set(try await bench.database.query("SELECT proposal FROM referral_case").map { try $0["proposal"] })
  }

  @Test func theFirstOfAMonthGoToTheCommitteeOnceItHasEnded() async throws {
    try await CaseBench.run { bench in
      try await bench.referMonths(2, on: 0)
      let votes = try await Self.votes(
        bench,
        closing: [
          (9, 2, 1, false), (8, 1, 2, false), (7, 1, 3, false), (99, 1, 3, true), (50, 60, 4, false), (40, 1, 8, false),
        ])
      for day in [6.0, 7] {
        try await bench.referMonths(2, on: day)
        #expect(try await Self.referred(bench).isEmpty)
      }
      // It closed in the last hours of the month, and its result comes behind its end.
      let late = try await Self.votes(bench, closing: [(20, 1, 6.5, false)])
      async let one: Void = bench.referMonths(2, on: 8)
      async let other: Void = bench.referMonths(2, on: 8)
      _ = try await (one, other)
      // Not the one that carried, which its bar brings; nor one with more no votes; nor one of December.
      #expect(try await Self.referred(bench) == Set(late + votes.prefix(1)))
      #expect(try await bench.published() == ["referrals received", "referrals received"])
      #expect(try await bench.last(CaseReceived.self).origin == .month)
      try await bench.referMonths(2, on: 40)
      #expect(try await Self.referred(bench) == Set(late + votes.prefix(1) + votes.suffix(1)))
    }
  }

  @Test func whatWasAmendedCountsAsItIs() async throws {
    try await CaseBench.run { bench in
      try await bench.referMonths(1, on: 0)
      let votes = try await Self.votes(bench, closing: [(9, 2, 1, false), (8, 1, 2, false)])
      try await bench.amend(votes[0], yes: 3, on: 4)
      try await bench.referMonths(1, on: 8)
      #expect(try await Self.referred(bench) == [votes[1]])
    }
  }

  @Test func monthsPassByWhileTheRuleIsOff() async throws {
    try await CaseBench.run { bench in
      try await bench.referMonths(0, on: 0)
      try await bench.referMonths(1, on: 0)
      _ = try await Self.votes(bench, closing: [(9, 2, 1, false)])
      try await bench.referMonths(0, on: 8)
      // Switched on again in December: that month is the first.
      try await bench.referMonths(1, on: 9)
      #expect(try await Self.referred(bench).isEmpty)
      let december = try await Self.votes(bench, closing: [(7, 2, 10, false)])
      try await bench.referMonths(1, on: 40)
      #expect(try await Self.referred(bench) == Set(december))
    }
  }

  @Test func aBarThatDidNotBringTheCaseNeitherSuspendsNorEndsIt() async throws {
    try await CaseBench.run { bench in
      try await bench.referMonths(1, on: 0)
      try await bench.schedule(on: 0)
      try await bench.close(carried: false, on: 1)
      try await bench.referMonths(1, on: 8)
      let before = try await bench.only()
      #expect(before.state == .received && before.origin == .month)
      // Ballots are released, and others voided.
      for day in [10.0, 14] {
        try await bench.cross(on: day)
        try await bench.lose(crossing: day, on: day + 2)
        #expect(try await bench.only() == before)
      }
      try await bench.close(carried: false, on: 20)
      #expect(try await bench.only() == before)
      #expect(try await bench.published() == ["referrals received"])
    }
  }
}
