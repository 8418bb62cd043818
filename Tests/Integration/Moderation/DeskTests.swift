import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Moderation
@testable import ServiceKit

/// Several people at once on the same proposals, on real PostgreSQL.
@Suite struct DeskRaceTests {
  private typealias Suite = ReviewTests

  private static func status(_ body: () async throws -> Response) async throws -> Int {
    do { return try await body().status } catch let problem as Problem { return problem.status }
  }

  private static func statuses(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Response
  ) async throws -> [Int] {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<count { group.addTask { try await status { try await body(number) } } }
      return try await group.reduce(into: []) { $0.append($1) }.sorted()
    }
  }

  /// All of them wait for the review before any goes on.
  private static func statusesAtOnce(
    _ count: Int, on review: ProposalID, _ reviews: Reviews, _ body: @escaping @Sendable (Int) async throws -> Response
  ) async throws -> [Int] {
    try await atOnce(
      count, on: "SELECT proposal FROM review WHERE proposal = \(review) FOR UPDATE", of: reviews.database
    ) { number in try await status { try await body(number) } }.sorted()
  }

  /// The third flag and more of them come together: none is lost, and nothing is hidden.
  @Test func flagsThatComeTogetherAreAllCounted() async throws {
    try await Suite.withReviews { reviews, database in
      let id = try await Suite.submit(reviews)
      for reader in ["first", "second"] {
        _ = try await reviews.flag(Suite.request(id, subject: reader), FlagDraft(reason: "spam"))
      }
      #expect(try await Suite.list(reviews, "attention=flagged").items.isEmpty)
      // Four readers, each of them twice.
      let statuses = try await Self.statusesAtOnce(8, on: id, reviews) { number in
        try await reviews.flag(Suite.request(id, subject: "reader-\(number % 4)"), FlagDraft(reason: "spam"))
      }
      #expect(Set(statuses) == [204])
      let review = try #require(try await database.transaction { try await $0.review(id, locked: false) })
      #expect(review.flags == 6 && review.isFlagged && review.state == .pending)
      #expect(try await Suite.list(reviews, "attention=flagged").items.map(\.proposal) == [id])
    }
  }

  @Test func ofTwoWhoTakeAReviewOneHasIt() async throws {
    try await Suite.withReviews { reviews, _ in
      let id = try await Suite.submit(reviews)
      let statuses = try await Self.statusesAtOnce(8, on: id, reviews) { number in
        try await reviews.lock(Suite.request(id, subject: "reviewer-\(number)"))
      }
      #expect(statuses == [200] + Array(repeating: 409, count: 7))
      let holder = try #require(try await reviews.database.transaction { try await $0.review(id, locked: false) }?.lock)
      let other = Suite.request(id, subject: "somebody-else")
      #expect(try #require(other.caller).citizen != holder.by)
      #expect(try await Self.status { try await reviews.accept(other) } == 409)
      #expect(try await Suite.list(reviews, "attention=free").items.isEmpty)
      #expect(try await Suite.list(reviews, "attention=mine").items.isEmpty)
    }
  }

  @Test func aHidingRejectionIsConfirmedOnce() async throws {
    try await Suite.withReviews { reviews, database in
      let id = try await Suite.submit(reviews)
      let draft = RejectionDraft(code: "libellous", explanation: "x")
      #expect(try await reviews.reject(Suite.request(id, subject: "first"), draft).status == 200)
      #expect(try await Self.status { try await reviews.confirmRejection(Suite.request(id, subject: "first")) } == 403)
      #expect(try await Suite.list(reviews, "attention=second-person").items.map(\.proposal) == [id])
      let outbox: Int? = try await database.one("SELECT count(*) AS n FROM outbox")?["n"]
      #expect(outbox == 0)
      let statuses = try await Self.statusesAtOnce(6, on: id, reviews) { number in
        try await reviews.confirmRejection(Suite.request(id, subject: "other-\(number)"))
      }
      #expect(statuses == [200] + Array(repeating: 409, count: 5))
      let types: [String] = try await database.query("SELECT type FROM outbox").map { try $0["type"] }
      #expect(types == [ProposalRejected.type])
      let log: [String] = try await database.query("SELECT action FROM action_log ORDER BY id").map {
        try $0["action"]
      }
      #expect(log == ["submit", "propose-rejection", "reject"])
    }
  }

  /// Many at once: each citizen counts once, and the third puts it before the unit.
  @Test func flagsOfOneCitizenCountOnce() async throws {
    try await Suite.withReviews { reviews, database in
      let id = try await Suite.submit(reviews)
      let statuses = try await Self.statuses(12) { number in
        try await reviews.flag(Suite.request(id, subject: "reader-\(number % 3)"), FlagDraft(reason: "spam"))
      }
      #expect(Set(statuses) == [204])
      let review = try #require(try await database.transaction { try await $0.review(id, locked: false) })
      #expect(review.flags == 3 && review.isFlagged && review.state == .pending)
      #expect(try await Suite.list(reviews, "attention=flagged").items.map(\.proposal) == [id])
      _ = try await reviews.dismissFlags(Suite.request(id), DismissalDraft(reason: "괜찮습니다."))
      #expect(try await Suite.list(reviews, "attention=flagged").items.isEmpty)
      // The same readers again: nothing new.
      _ = try await reviews.flag(Suite.request(id, subject: "reader-0"), FlagDraft(reason: "spam"))
      let after = try #require(try await database.transaction { try await $0.review(id, locked: false) })
      #expect(after.flags == 0)
    }
  }

  @Test func aCitizenHasTwentyFlagsADayHoweverManyComeAtOnce() async throws {
    try await Suite.withReviews { reviews, _ in
      var ids: [ProposalID] = []
      for _ in 0..<24 { ids.append(try await Suite.submit(reviews)) }
      let all = ids
      let statuses = try await Self.statuses(24) { number in
        try await reviews.flag(Suite.request(all[number], subject: "busy"), FlagDraft(reason: "spam"))
      }
      #expect(statuses.count { $0 == 204 } == 20 && statuses.count { $0 == 429 } == 4)
    }
  }

  private struct Log: Decodable {
    struct Item: Decodable {
      let action: String
      let role: String
      let actor: CitizenID?
    }
    let items: [Item]
  }

  @Test func theLogIsPublicAndNamesNoCitizen() async throws {
    try await Suite.withReviews { reviews, _ in
      let id = try await Suite.submit(reviews)
      _ = try await reviews.accept(Suite.request(id))
      func log(_ request: Request) async throws -> [Log.Item] {
        let response = try await reviews.actions(request)
        guard case .bytes(let bytes) = response.body else { return [] }
        let log: Log = try JSON.decode(from: bytes)
        return log.items
      }
      let everyone = Request(
        http: HTTPRequest(method: .get, path: "/v1/actions", query: "proposal=\(id)", headers: [:]), parameters: [:],
        caller: nil)
      let seen = try await log(everyone)
      #expect(seen.map(\.action) == ["accept", "submit"] && seen.map(\.role) == ["support-unit", "citizen"])
      #expect(seen[0].actor != nil && seen[1].actor == nil)
      let staff = try await log(Suite.request(query: "proposal=\(id)"))
      #expect(staff.allSatisfy { $0.actor != nil })
    }
  }

  @Test func whatIsDoneInOtherServicesStandsInTheLog() async throws {
    try await Suite.withReviews { reviews, database in
      let id = try await Suite.submit(reviews)
      let (opinion, staff) = (OpinionID(), CitizenID())
      for deed in OpinionDeed.allCases {
        let event = OpinionModerated(
          proposal: id, opinion: opinion, deed: deed, actor: staff, role: "support-unit", explanation: "왜",
          doneAt: Suite.now)
        try await database.transaction {
          try await reviews.apply(proposal: Suite.envelope(.opinionModerated(event), id), in: $0)
        }
      }
      let paused = VotePaused(
        proposal: id, reason: "점검", pausedAt: Suite.now, closesAt: Suite.now, ruleHash: "ab", orderedBy: staff)
      try await database.transaction {
        try await reviews.apply(
          vote: Envelope(id: UUID(), type: "", time: Suite.now, subject: id.uuid, sequence: 1, event: .paused(paused)),
          in: $0)
      }
      let known = CaseID()
      let accepted = CaseAccepted(
        caseID: known, proposal: id, title: "t", ministry: "molit", department: "과", actor: staff, acceptedAt: Suite.now
      )
      let resumed = CaseResumed(
        caseID: known, proposal: id, ministry: nil, title: "t", yes: 1, no: 0, yesBar: 0, ruleHash: "ab",
        crossedAt: Suite.now, suspendedAt: Suite.now, resumedAt: Suite.now, dueAt: Suite.now)
      for event in [ReferralEvent.accepted(accepted), .resumed(resumed)] {
        try await database.transaction {
          try await reviews.apply(
            referral: Envelope(id: UUID(), type: "", time: Suite.now, subject: known.uuid, sequence: 1, event: event),
            in: $0)
        }
      }
      let (rating, said) = (CaseTextID(), CaseTextID())
      for (kind, text) in [(CaseTextKind.rating, rating), (.resultOpinion, said)] {
        let event = CaseTextModerated(
          caseID: known, proposal: id, title: "t", kind: kind, text: text, deed: .hide, actor: staff,
          role: "support-unit", code: .offensive, doneAt: Suite.now)
        try await database.transaction {
          try await reviews.apply(
            referral: Envelope(
              id: UUID(), type: "", time: Suite.now, subject: known.uuid, sequence: 1, event: .textModerated(event)),
            in: $0)
        }
      }
      let lines = try await database.actions(on: id, before: nil, 10).map(\.1)
      #expect(
        lines.map(\.deed) == [
          .hide, .hide, .acceptCase, .pauseVote, .restore, .hide, .refuseHiding, .proposeHiding, .submit,
        ])
      let texts = [LoggedText.resultOpinion(said), .rating(rating)] + [nil, nil]
      #expect(lines.map(\.text) == texts + [LoggedText?](repeating: .opinion(opinion), count: 4) + [nil])
      #expect(lines.prefix(8).allSatisfy { $0.actor == staff } && lines[2].role == "ministry")
      let review = try #require(try await database.transaction { try await $0.review(id, locked: false) })
      #expect(review.state == .pending)
    }
  }

  /// The types of what everybody was told, in order.
  private static func notices(_ database: Database) async throws -> [String] {
    let rows = try await database.query(
      "SELECT type, subject, sequence FROM outbox WHERE topic = 'forum.notices' ORDER BY id")
    for (number, row) in rows.enumerated() {
      #expect(try row["subject"] as UUID == NoticeID.reviewDelay.uuid)
      #expect(try row["sequence"] as Int64 == Int64(number + 1))
    }
    return try rows.map { try $0["type"] }
  }

  /// Many processes look at once, whether anything has changed or not.
  @Test func everyChangeOfTheDelayIsToldOnceHoweverManyLook() async throws {
    try await Suite.withReviews { reviews, database in
      @Sendable func lookAtOnce() async throws {
        _ = try await atOnce(8, on: "SELECT one FROM review_notice FOR UPDATE", of: database) { _ in
          try await reviews.noticeDelay()
        }
      }
      try await lookAtOnce()
      #expect(try await Self.notices(database) == [])
      var told: [String] = []
      for _ in 0..<5 {
        let late = try await Suite.submit(reviews, daysAgo: 11.5)
        try await lookAtOnce()
        told.append(ReviewDelayed.type)
        #expect(try await Self.notices(database) == told)
        // As many that came today: the median is in time again.
        let young = try await Suite.submit(reviews, daysAgo: 0)
        try await lookAtOnce()
        told.append(ReviewOnTime.type)
        #expect(try await Self.notices(database) == told)
        for id in [late, young] { _ = try await reviews.accept(Suite.request(id)) }
        try await lookAtOnce()
        #expect(try await Self.notices(database) == told)
      }
    }
  }

  @Test func theRuleProposesWhatIsSupportedMost() async throws {
    try await Suite.withReviews { reviews, database in
      var ids: [ProposalID] = []
      for number in 0..<4 {
        let id = try await Suite.submit(reviews)
        ids.append(id)
        if number < 3 { _ = try await reviews.accept(Suite.request(id)) }
        let event = SympathyCounted(proposal: id, sympathies: Int64(number * 10), countedAt: Suite.now)
        try await database.transaction {
          try await reviews.apply(proposal: Suite.envelope(.sympathyCounted(event), id), in: $0)
        }
      }
      guard case .bytes(let bytes) = try await reviews.proposedSelections(Suite.request()).body else { return }
      struct Proposed: Decodable {
        struct Item: Decodable { let proposal: ProposalID }
        let items: [Item]
      }
      // The first has too little support, the last is not accepted.
      #expect(try JSON.decode(Proposed.self, from: bytes).items.map(\.proposal) == [ids[2], ids[1]])
    }
  }
}
