import Contracts
import FoundationEssentials
import Postgres
import Testing

@testable import Portal
@testable import ServiceKit

/// What the pages show of a suspended task is the same after it was stored.
@Suite struct SuspendedTaskTests {
  private static let proposal = ProposalID()
  private static let caseID = CaseID()

  private static func time(_ minutes: Int) -> Date {
    Date(milliseconds: 1_795_482_000_000 + Int64(minutes) * 60_000)
  }

  private static func crossed(_ minutes: Int) -> VoteEvent {
    .barCrossed(
      VoteBarCrossed(
        proposal: proposal, title: "밤 버스", category: .transport, yes: 101, no: 1, yesBar: 100, ruleHash: "ab",
        crossedAt: time(minutes)))
  }

  private enum Told {
    case vote(VoteEvent)
    case referral(ReferralEvent)
  }

  private static let ruled = BallotsRuled(
    proposal: proposal, ruling: RulingID(), kind: .void, code: .sameHand, reason: "이유", yes: 3, no: 0,
    proposedBy: CitizenID(), confirmedBy: CitizenID(), confirmedAt: time(29), ruleHash: "ab")

  private static let told: [(Told, TaskState)] = [
    (.vote(crossed(10)), .referred),
    (
      .referral(
        .assigned(
          CaseAssigned(
            caseID: caseID, proposal: proposal, ministry: "molit", title: "밤 버스", summary: "s", body: "b",
            category: .transport, yes: 101, no: 1, yesBar: 100, ruleHash: "ab", assignedAt: time(20),
            dueAt: time(900), crossedAt: time(10)))), .assigned
    ),
    (.vote(.ballotsRuled(ruled)), .assigned),
    (
      .vote(
        .barLost(
          VoteBarLost(
            proposal: proposal, title: "밤 버스", yes: 98, no: 1, yesBar: 100, ruleHash: "ab", crossedAt: time(10),
            lostAt: time(30)))), .suspended
    ),
    (
      .referral(
        .suspended(
          CaseSuspended(
            caseID: caseID, proposal: proposal, ministry: "molit", title: "밤 버스", reason: .barLost, yes: 98, no: 1,
            yesBar: 100, ruleHash: "ab", crossedAt: time(10), lostAt: time(30), suspendedAt: time(31)))), .suspended
    ),
    (.vote(crossed(40)), .referred),
    (
      .referral(
        .resumed(
          CaseResumed(
            caseID: caseID, proposal: proposal, ministry: "molit", title: "밤 버스", yes: 101, no: 1, yesBar: 100,
            ruleHash: "ab", crossedAt: time(40), suspendedAt: time(31), resumedAt: time(41), dueAt: time(1_900)))),
      .assigned
    ),
    (
      .vote(
        .closed(
          VoteClosed(
            proposal: proposal, yes: 150, no: 9, yesBar: 100, carried: true, ruleHash: "ab", closedAt: time(50)))),
      .assigned
    ),
    (
      .vote(
        .resultAmended(
          VoteResultAmended(
            proposal: proposal, yes: 120, no: 8, yesBar: 100, carried: true, ruleHash: "ab", shortfalls: [],
            resultHash: "cd", formerResultHash: "ab", amendedAt: time(60)))), .assigned
    ),
  ]

  @Test func whatWasStoredIsWhatWasTold() async throws {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      let chronicle = Chronicle()
      var facts = Facts(Self.proposal)
      func envelope<Family: EventFamily>(_ event: Family) -> Envelope<Family> {
        Envelope(id: UUID(), type: "", time: Self.time(0), subject: UUID(), sequence: 1, event: event)
      }
      for (told, state) in Self.told {
        switch told {
        case .vote(let event):
          facts.learn(event, at: Self.time(0))
          try await database.transaction { try await chronicle.apply(vote: envelope(event), in: $0) }
        case .referral(let event):
          facts.learn(event)
          try await database.transaction { try await chronicle.apply(referral: envelope(event), in: $0) }
        }
        let stored = try #require(try await database.facts(of: Self.proposal))
        #expect(stored == facts)
        #expect(stored.state == state)
        let listed = try await database.facts(in: .referred, after: nil, 10)
        #expect(listed == [facts], "in the list of what was referred, suspended or not")
      }
      let kinds: [Occurrence.Kind] = [
        .barCrossed, .assigned, .ballotsVoided, .barLost, .caseSuspended, .barCrossed, .caseResumed, .closed,
        .resultAmended,
      ]
      let history = try await database.history(of: Self.proposal)
      #expect(history.map(\.kind) == kinds)
      #expect(history[2].code == "same-hand" && history[4].code == "bar-lost" && history[6].dueAt == Self.time(1_900))
    }
  }

  @Test func whatBroughtACaseIsStoredAndNoBarTakesItBack() async throws {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      let chronicle = Chronicle()
      let event = OfflineEvent(
        name: "제3회 포럼", heldOn: try #require(Day("2026-11-20")), record: "https://example.org/")
      let received = CaseReceived(
        caseID: Self.caseID, proposal: Self.proposal, title: "밤 버스", category: .transport, yes: 98, no: 1, yesBar: 100,
        ruleHash: "ab", receivedAt: Self.time(20), dueAt: Self.time(900), origin: .event, event: event, reasons: "논의",
        actor: CitizenID())
      let lost = VoteBarLost(
        proposal: Self.proposal, title: "밤 버스", yes: 98, no: 1, yesBar: 100, ruleHash: "ab", crossedAt: Self.time(30),
        lostAt: Self.time(40))
      func envelope<Family: EventFamily>(_ event: Family) -> Envelope<Family> {
        Envelope(id: UUID(), type: "", time: Self.time(0), subject: UUID(), sequence: 1, event: event)
      }
      try await database.transaction { try await chronicle.apply(referral: envelope(.received(received)), in: $0) }
      for vote in [Self.crossed(30), .barLost(lost)] {
        try await database.transaction { try await chronicle.apply(vote: envelope(vote), in: $0) }
        let facts = try #require(try await database.facts(of: Self.proposal))
        #expect(facts.state == .referred && facts.suspension == nil)
        #expect(facts.receipt?.origin == .event && facts.receipt?.event == event)
      }
      let line = try #require(try await database.history(of: Self.proposal).first)
      #expect(line.kind == .received && line.code == "event" && line.note == "제3회 포럼, 2026-11-20\n논의")
    }
  }
}
