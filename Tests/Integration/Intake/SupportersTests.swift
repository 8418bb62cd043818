import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit
import Testing

@testable import Intake

/// The way of a proposal to the Support Unit and back, on real PostgreSQL.
@Suite struct SupportersTests {
  @Test func aProposalIsPublicWithItsLastSupporterAndNotBefore() async throws {
    try await IntakeBench.with { intake in
      let filed = try await intake.file()
      #expect(filed.state == .gathering)
      let stranger = await #expect(throws: Problem.self) { try await intake.read(filed.id, by: nil) }
      #expect(stranger?.status == 404)
      #expect(try await intake.read(filed.id).state == .gathering)
      #expect(try await intake.read(filed.id, by: "staff", role: "support-unit").state == .gathering)
      #expect(try await intake.database.proposals(in: nil, after: nil as TimeCursor<Kinds.Proposal>?, 10).isEmpty)
      let hidden = await #expect(throws: Problem.self) {
        try await intake.proposals.supporters(intake.request(filed.id, by: "stranger"))
      }
      #expect(hidden?.status == 404)

      // Nor does who writes the same find it.
      let similar = SimilarProposals(database: intake.database, slots: SearchSlots(4))
      let same = SimilarityQuery.Typed(title: IntakeBench.draft.title, body: IntakeBench.draft.body)
      struct Found: Decodable { let items: [IntakeBench.Shown] }
      let before: Found = try IntakeBench.decoded(try await similar.search(intake.request(), same))
      #expect(before.items.isEmpty)

      let invitation = try await intake.invitation(to: filed.id)
      for subject in ["a", "b", "a"] {
        _ = try await intake.proposals.support(intake.request(invitation: invitation, by: subject))
      }
      #expect(try await intake.read(filed.id).state == .gathering)
      let last: IntakeBench.Gate = try IntakeBench.decoded(
        try await intake.proposals.support(intake.request(invitation: invitation, by: "c")))
      #expect(last.state == .submitted && last.supporters == 3 && last.invitation == nil)
      #expect(try await intake.read(filed.id, by: nil).state == .submitted)
      #expect(try await intake.published() == [SupportersSought.type, ProposalSubmitted.type])
      let payload: [UInt8] = try #require(
        try await intake.database.query("SELECT payload FROM outbox ORDER BY id").last)["payload"]
      let event: ProposalSubmitted = try JSON.decode(from: payload)
      #expect(event.supporters?.count == 3 && event.revision == 1 && event.channel == .online)
      #expect(event.fingerprint == filed.fingerprint)
    }
  }

  /// Eight come at once for the last place: one has it, and it is passed once.
  @Test func ofAllWhoComeForTheLastPlaceOneBringsItBeforeTheSupportUnit() async throws {
    try await IntakeBench.with(supporters: 5) { intake in
      let filed = try await intake.file()
      let invitation = try await intake.invitation(to: filed.id)
      for number in 0..<4 {
        _ = try await intake.proposals.support(intake.request(invitation: invitation, by: "early-\(number)"))
      }
      let statuses = try await atOnce(
        8, on: "SELECT id FROM proposal WHERE id = \(filed.id) FOR UPDATE", of: intake.database
      ) { number in
        let request = intake.request(invitation: invitation, by: "late-\(number)")
        do { return try await intake.proposals.support(request).status } catch let problem as Problem {
          return problem.status
        }
      }
      #expect(statuses.sorted() == [200] + Array(repeating: 409, count: 7))
      let counts = try await intake.database.one(
        """
        SELECT (SELECT count(*) FROM supporter) AS supporters,
          (SELECT count(*) FROM outbox WHERE type = \(ProposalSubmitted.type)) AS passed
        """)
      #expect(try counts?["supporters"] == 5 as Int64 && counts?["passed"] == 1 as Int64)
    }
  }

  @Test func neitherTheAuthorNorWhoComesTooLateSupports() async throws {
    try await IntakeBench.with { intake in
      let filed = try await intake.file()
      let invitation = try await intake.invitation(to: filed.id)
      let own = await #expect(throws: Problem.self) {
        try await intake.proposals.support(intake.request(invitation: invitation, by: "writer"))
      }
      #expect(own?.code == "own-proposal")
      let unknown = await #expect(throws: Problem.self) {
        try await intake.proposals.support(intake.request(invitation: "AAAAAAAAAAAAAAAAAAAAAA", by: "a"))
      }
      #expect(unknown?.status == 404)
      intake.time.advance(days: 30.001)
      let late = await #expect(throws: Problem.self) {
        try await intake.proposals.support(intake.request(invitation: invitation, by: "a"))
      }
      #expect(late?.code == "not-gathering")
      try await intake.proposals.lapse()
      try await intake.proposals.lapse()
      let lapsed = try await intake.read(filed.id)
      #expect(lapsed.state == .lapsed && lapsed.lapseReason == .noSupporters)
      #expect(try await intake.published() == [SupportersSought.type, ProposalLapsed.type])
    }
  }

  @Test func aReturnedProposalIsRevisedInPublicAndReviewedAgain() async throws {
    try await IntakeBench.with { intake in
      let id = try await intake.submit()
      let first = try await intake.read(id)
      let early = await #expect(throws: Problem.self) {
        try await intake.proposals.revise(intake.request(id), Self.revision)
      }
      #expect(early?.code == "not-revisable")
      try await intake.hear(
        .returned(ProposalReturned(proposal: id, revision: 1, note: "더 짧게", returnedAt: intake.time.now)))
      let stranger = await #expect(throws: Problem.self) {
        try await intake.proposals.revise(intake.request(id, by: "stranger"), Self.revision)
      }
      #expect(stranger?.status == 403)
      #expect(try await intake.proposals.revise(intake.request(id), Self.revision).status == 201)
      let second = try await intake.read(id, by: nil)
      #expect(second.state == .submitted && second.revision == 2 && second.title == "짧은 제목")
      #expect(second.fingerprint != first.fingerprint)
      struct Revisions: Decodable {
        struct Item: Decodable {
          let revision: Int
          let title: String
          let fingerprint: String
        }
        let items: [Item]
      }
      let revisions: Revisions = try IntakeBench.decoded(
        try await intake.proposals.revisions(intake.request(id, by: nil)))
      #expect(revisions.items.map(\.revision) == [2, 1] && revisions.items.map(\.title) == ["짧은 제목", "밤 버스"])
      #expect(revisions.items.map(\.fingerprint) == [second.fingerprint, first.fingerprint])
      #expect(try await intake.published().last == ProposalRevised.type)
    }
  }

  private static let revision = Submission.Draft(
    title: "짧은 제목", summary: "더 자주", body: "늘려 주십시오.", category: "transport", reference: nil)

  @Test func whatIsNotRevisedInTimeLapses() async throws {
    try await IntakeBench.with { intake in
      let id = try await intake.submit()
      try await intake.hear(
        .returned(ProposalReturned(proposal: id, revision: 1, note: "더 짧게", returnedAt: intake.time.now)))
      intake.time.advance(days: 29.9)
      try await intake.proposals.lapse()
      #expect(try await intake.read(id, by: nil).state == .returned)
      intake.time.advance(days: 0.101)
      try await intake.proposals.lapse()
      let lapsed = try await intake.read(id, by: nil)
      #expect(lapsed.state == .lapsed && lapsed.lapseReason == .notRevised)
    }
  }

  @Test func anAppealAndAMergerAreFollowed() async throws {
    try await IntakeBench.with { intake in
      let now = intake.time.now
      let rejected = try await intake.submit()
      try await intake.hear(
        .rejected(ProposalRejected(proposal: rejected, code: .libellous, explanation: "x", rejectedAt: now)))
      #expect(try await intake.read(rejected, by: nil).title == "")
      try await intake.hear(
        .appealed(RejectionAppealed(proposal: rejected, ground: .factualError, statement: "x", appealedAt: now)))
      #expect(try await intake.read(rejected, by: nil).state == .appealed)
      try await intake.hear(
        .appealDecided(AppealDecided(proposal: rejected, outcome: .overturned, explanation: "x", decidedAt: now)))
      let accepted = try await intake.read(rejected, by: nil)
      #expect(accepted.state == .accepted && accepted.title == "밤 버스")

      let merged = try await intake.submit()
      try await intake.hear(.merged(ProposalMerged(proposal: merged, into: rejected, reason: "같음", mergedAt: now)))
      struct Merged: Decodable {
        struct Merger: Decodable { let into: ProposalID }
        let state: TaskState
        let title: String
        let merger: Merger?
      }
      let shown: Merged = try IntakeBench.decoded(
        try await intake.proposals.read(intake.request(merged, by: nil)))
      #expect(shown.state == .merged && shown.merger?.into == rejected && shown.title == "밤 버스")
    }
  }

  @Test func theSupportUnitEntersAProposalForAPersonAndNobodyElseSeesForWhom() async throws {
    try await IntakeBench.with { intake in
      let draft = OfflineDraft(
        proposal: IntakeBench.draft, person: OfflineDraft.Person(name: "김철수", contact: "세종시 도움5로 20"),
        receivedAt: intake.time.now)
      let staff = intake.request(by: "staff", role: "support-unit", key: "paper-1")
      let first: IntakeBench.Shown = try IntakeBench.decoded(try await intake.proposals.enter(staff, draft))
      let again: IntakeBench.Shown = try IntakeBench.decoded(try await intake.proposals.enter(staff, draft))
      #expect(first.id == again.id && first.state == .submitted)
      struct Filing: Decodable {
        let name: String
        let enteredBy: CitizenID
      }
      let filing: Filing = try IntakeBench.decoded(
        try await intake.proposals.entered(intake.request(first.id, by: "staff", role: "support-unit")))
      #expect(filing.name == "김철수")
      let payload: [UInt8] = try #require(try await intake.database.one("SELECT payload FROM outbox"))["payload"]
      #expect(!String(decoding: payload, as: UTF8.self).contains("김철수"))
      let event: ProposalSubmitted = try JSON.decode(from: payload)
      #expect(event.channel == .offline && event.enteredBy == filing.enteredBy)
    }
  }
}
