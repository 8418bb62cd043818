import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Moderation
@testable import ServiceKit

/// What everybody is given of the action log.
@Suite struct OpenActionsTests {
  private struct Page: Decodable {
    struct Item: Decodable {
      let action: String
      let code: String?
      let reason: String?
    }
    let items: [Item]
  }

  @Test func whatOfficesDecideAboutACaseIsThereWithItsReason() async throws {
    try await ReviewTests.withReviews { reviews, database in
      let (id, actor, now) = (CaseID(), CitizenID(), ReviewTests.now)
      let proposal = try await ReviewTests.submit(reviews)
      let events: [ReferralEvent] = [
        .decided(
          CaseDecided(
            caseID: id, proposal: proposal, title: "t", decision: .adopt, reasons: "까닭 1", changes: nil,
            holder: "strategy-meeting", dueAt: now, actor: actor, decidedAt: now)),
        .concluded(
          CaseConcluded(
            caseID: id, proposal: proposal, title: "t", outcome: .adopted, heldAt: now, reasons: "까닭 2",
            conditions: nil,
            deferredTo: nil, recording: nil, holder: "support-unit", dueAt: now, actor: actor, concludedAt: now)),
        .completed(
          CaseCompleted(
            caseID: id, proposal: proposal, title: "t", ministry: "molit", summary: "까닭 3", evidence: [], actor: actor,
            completedAt: now)),
        .discontinued(
          CaseDiscontinued(
            caseID: id, proposal: proposal, title: "t", ministry: "molit", reasons: "까닭 4", actor: actor,
            discontinuedAt: now)),
      ]
      for event in events {
        try await database.transaction {
          try await reviews.apply(
            referral: Envelope(id: UUID(), type: "", time: now, subject: id.uuid, sequence: 1, event: event), in: $0)
        }
      }
      let downloads = Downloads(
        database: database, limit: 1, seconds: 60, log: Log(service: "test", minimum: .error))
      let route = try #require(OpenData([.actions], database: database, downloads: downloads).routes.first)
      let request = HTTPRequest(method: .get, path: route.pattern, query: "task=\(proposal)")
      let response = try await route.handler(Request(http: request, parameters: [:], caller: nil))
      guard case .bytes(let bytes) = response.body else { throw Problem.notFound("no bytes") }
      let page: Page = try JSON.decode(from: bytes)
      let lines = Dictionary(page.items.map { ($0.action, $0) }) { first, _ in first }
      for (action, code, reason) in [
        ("decide-case", "adopt", "까닭 1"), ("conclude-case", "adopted", "까닭 2"), ("complete-case", nil, "까닭 3"),
        ("discontinue-case", nil, "까닭 4"),
      ] as [(String, String?, String)] {
        let line = try #require(lines[action], "\(action)")
        #expect(line.code == code && line.reason == reason, "\(action)")
      }
    }
  }
}
