import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Portal
@testable import ServiceKit

/// When a case ended, as the dataset of cases has it.
@Suite struct CaseEndTests {
  /// A case of the Committee, and what happens to it, an hour after another.
  private struct Sample {
    let proposal = ProposalID()
    let caseID = CaseID()
    let actor = CitizenID()

    static func time(_ hour: Int) -> Date { Date(milliseconds: 1_795_482_000_000 + Int64(hour) * 3_600_000) }

    var received: ReferralEvent {
      .received(
        CaseReceived(
          caseID: caseID, proposal: proposal, title: "밤 버스", category: .transport, yes: 101, no: 1, yesBar: 100,
          ruleHash: "ab", receivedAt: Self.time(0), dueAt: Self.time(900), crossedAt: Self.time(0)))
    }

    func decided(_ decision: CommitteeDecision, _ hour: Int, holder: String? = nil) -> ReferralEvent {
      .decided(
        CaseDecided(
          caseID: caseID, proposal: proposal, title: "밤 버스", decision: decision, reasons: "이유", changes: nil,
          holder: holder, dueAt: holder.map { _ in Self.time(900) }, actor: actor, decidedAt: Self.time(hour)))
    }

    func concluded(_ outcome: MeetingOutcome, _ hour: Int, holder: String? = nil) -> ReferralEvent {
      .concluded(
        CaseConcluded(
          caseID: caseID, proposal: proposal, title: "밤 버스", outcome: outcome, heldAt: Self.time(hour), reasons: "이유",
          conditions: nil, deferredTo: nil, recording: nil, holder: holder,
          dueAt: holder.map { _ in Self.time(900) }, actor: actor, concludedAt: Self.time(hour)))
    }

    func suspended(_ hour: Int) -> ReferralEvent {
      .suspended(
        CaseSuspended(
          caseID: caseID, proposal: proposal, ministry: nil, title: "밤 버스", reason: .barLost, yes: 98, no: 1,
          yesBar: 100, ruleHash: "ab", crossedAt: Self.time(0), lostAt: Self.time(hour), suspendedAt: Self.time(hour)))
    }

    func lapsed(_ hour: Int) -> ReferralEvent {
      .lapsed(
        CaseLapsed(
          caseID: caseID, proposal: proposal, title: "밤 버스", ministry: nil, cause: .voteClosed, explanation: nil,
          actor: nil, crossedAt: Self.time(0), lapsedAt: Self.time(hour)))
    }

    func resumed(_ hour: Int) -> ReferralEvent {
      .resumed(
        CaseResumed(
          caseID: caseID, proposal: proposal, ministry: nil, title: "밤 버스", yes: 101, no: 1, yesBar: 100,
          ruleHash: "ab", crossedAt: Self.time(hour), suspendedAt: Self.time(1), resumedAt: Self.time(hour),
          dueAt: Self.time(900), state: .referred, holder: Hold.committee))
    }

    func completed(_ hour: Int) -> ReferralEvent {
      .completed(
        CaseCompleted(
          caseID: caseID, proposal: proposal, title: "밤 버스", ministry: "molit", summary: "끝", evidence: [],
          actor: actor, completedAt: Self.time(hour)))
    }

    func discontinued(_ hour: Int) -> ReferralEvent {
      .discontinued(
        CaseDiscontinued(
          caseID: caseID, proposal: proposal, title: "밤 버스", ministry: "molit", reasons: "예산", actor: actor,
          discontinuedAt: Self.time(hour)))
    }
  }

  private struct Page: Decodable {
    struct Item: Decodable {
      let endedAt: Date?
      let holder: String?
    }
    let items: [Item]
  }

  /// The case as the dataset has it after some events.
  private func item(_ course: (Sample) -> [ReferralEvent]) async throws -> Page.Item {
    try await withTestDatabase(schema: "portal", migrations: Portal.Migrations.all) { database, _ in
      let sample = Sample()
      for (number, event) in ([sample.received] + course(sample)).enumerated() {
        let envelope = Envelope(
          id: UUID(), type: "", time: Sample.time(0), subject: sample.caseID.uuid, sequence: Int64(number + 1),
          event: event)
        try await database.transaction { try await Chronicle().apply(referral: envelope, in: $0) }
      }
      let downloads = Downloads(
        database: database, limit: 1, seconds: 60, log: Log(service: "test", minimum: .error))
      let data = OpenData(Dataset.ofThePortal, database: database, downloads: downloads)
      let route = try #require(data.routes.first { $0.pattern == "/v1/open-data/cases" })
      let response = try await route.handler(
        Request(http: HTTPRequest(method: .get, path: "/v1/open-data/cases"), parameters: [:], caller: nil))
      guard case .bytes(let bytes) = response.body else { throw Problem.notFound("cases") }
      let page = try JSON.decode(Page.self, from: bytes)
      return try #require(page.items.first)
    }
  }

  private func end(_ course: (Sample) -> [ReferralEvent]) async throws -> Date? { try await item(course).endedAt }

  @Test func whatIsDeclinedHasEnded() async throws {
    #expect(try await end { [$0.decided(.decline, 2)] } == Sample.time(2))
    #expect(
      try await end {
        [$0.decided(.adopt, 2, holder: Holder.strategyMeeting.name), $0.concluded(.declined, 3)]
      } == Sample.time(3))
  }

  @Test func whatSomebodyGoesOnWithHasNot() async throws {
    #expect(try await end { _ in [] } == nil)
    #expect(try await end { [$0.decided(.return, 2, holder: Hold.supportUnit)] } == nil)
    #expect(try await end { [$0.concluded(.deferred, 2, holder: Holder.strategyMeeting.name)] } == nil)
    #expect(try await end { [$0.suspended(2)] } == nil)
  }

  @Test func aLapseEndsACaseUntilItIsResumed() async throws {
    #expect(try await end { [$0.suspended(1), $0.lapsed(2)] } == Sample.time(2))
    let resumed = try await item { [$0.suspended(1), $0.lapsed(2), $0.resumed(3)] }
    #expect(resumed.endedAt == nil && resumed.holder == Hold.committee)
    #expect(
      try await end { [$0.suspended(1), $0.lapsed(2), $0.resumed(3), $0.decided(.decline, 4)] } == Sample.time(4))
  }

  @Test func whatAMinistryEndsHasEnded() async throws {
    #expect(try await end { [$0.completed(5)] } == Sample.time(5))
    #expect(try await end { [$0.suspended(1), $0.lapsed(2), $0.resumed(3), $0.discontinued(6)] } == Sample.time(6))
  }
}
