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
      let rating: CaseTextID?
      let resultOpinion: CaseTextID?
    }
    let items: [Item]
  }

  private func apply(_ events: [ReferralEvent], of id: CaseID, to reviews: Reviews, _ database: Database) async throws {
    for event in events {
      try await database.transaction {
        try await reviews.apply(
          referral: Envelope(
            id: UUID(), type: "", time: ReviewTests.now, subject: id.uuid, sequence: 1, event: event), in: $0)
      }
    }
  }

  /// What everybody is given of a proposal, by the word of the log.
  private func lines(on proposal: ProposalID, _ database: Database) async throws -> [String: Page.Item] {
    let downloads = Downloads(
      database: database, limit: 1, seconds: 60, log: Log(service: "test", minimum: .error))
    let route = try #require(OpenData([.actions], database: database, downloads: downloads).routes.first)
    let request = HTTPRequest(method: .get, path: route.pattern, query: "task=\(proposal)")
    let response = try await route.handler(Request(http: request, parameters: [:], caller: nil))
    guard case .bytes(let bytes) = response.body else { throw Problem.notFound("no bytes") }
    let page: Page = try JSON.decode(from: bytes)
    return Dictionary(page.items.map { ($0.action, $0) }) { first, _ in first }
  }

  @Test func whatIsHiddenOfResultsIsThereAndWhatIsOnlyProposedWithoutItsReason() async throws {
    try await ReviewTests.withReviews { reviews, database in
      let (id, rating, opinion) = (CaseID(), CaseTextID(), CaseTextID())
      let proposal = try await ReviewTests.submit(reviews)
      func done(_ deed: OpinionDeed, _ kind: CaseTextKind, _ text: CaseTextID) -> ReferralEvent {
        .textModerated(
          CaseTextModerated(
            caseID: id, proposal: proposal, title: "t", kind: kind, text: text, deed: deed, actor: CitizenID(),
            role: "support-unit", code: .offensive, explanation: "욕설", doneAt: ReviewTests.now))
      }
      try await apply(
        [done(.hide, .rating, rating), done(.proposeHiding, .resultOpinion, opinion)], of: id, to: reviews, database)
      let lines = try await lines(on: proposal, database)
      let (hidden, proposed) = (try #require(lines["hide"]), try #require(lines["propose-hiding"]))
      #expect(hidden.rating == rating && hidden.resultOpinion == nil)
      #expect(hidden.code == "offensive" && hidden.reason == "욕설")
      #expect(proposed.resultOpinion == opinion && proposed.rating == nil)
      #expect(proposed.code == nil && proposed.reason == nil)
    }
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
      try await apply(events, of: id, to: reviews, database)
      let lines = try await lines(on: proposal, database)
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
