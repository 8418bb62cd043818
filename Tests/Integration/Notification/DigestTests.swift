import Contracts
import FoundationEssentials
import Postgres
import ServiceKit
import Testing

@testable import Notification

@Suite struct DigestTests {
  private let kim = Citizen("kim")

  /// A task in the category that everybody of these tests follows passes review.
  private func pass(_ fixture: NotificationFixture, times: Int = 1) async throws {
    for _ in 0..<times {
      let proposal = ProposalID()
      try await fixture.submit(proposal, by: CitizenID())
      try await fixture.accept(proposal)
    }
  }

  @Test func oneDigestADayTellsAllThatCameBeforeItsHour() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.leaveAddress(kim, .english)
      try await fixture.follow(.category(.transport), .daily, by: kim)
      try await pass(fixture, times: 2)
      try await fixture.digests.run()
      #expect(try await fixture.mails().isEmpty, "its hour has not come")
      fixture.time.advance(86_400)
      try await pass(fixture)
      for _ in 0..<3 { try await fixture.digests.run() }
      let mails = try await fixture.database.claimMail(10, at: fixture.time.now)
      #expect(mails.count == 1 && mails.first?.cause == .digest(.daily))
      guard case .letter(let letter)? = mails.first?.content else { throw Problem.internalError }
      #expect(letter.subject == "[Citizen Forum] 2 news of the day")
      #expect(letter.text.ranges(of: "The proposal passed review").count == 2)
      // The third one came after the hour: it is for the next day, whenever that digest is made.
      fixture.time.advance(5 * 86_400)
      for _ in 0..<2 { try await fixture.digests.run() }
      #expect(
        try await fixture.database.claimMail(10, at: fixture.time.now).filter { $0.cause == .digest(.daily) }.count == 2
      )
      #expect(try await fixture.count("SELECT count(*) AS count FROM digest_entry") == 0)
    }
  }

  @Test func processesAtTheSameTimeMakeOneDigestForEach() async throws {
    try await NotificationFixture.with { fixture in
      let citizens = (0..<450).map { Citizen("c\($0)") }
      for citizen in citizens {
        try await fixture.leaveAddress(citizen)
        try await fixture.follow(.category(.transport), .daily, by: citizen)
      }
      try await pass(fixture, times: 2)
      fixture.time.advance(86_400)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<6 { group.addTask { try await fixture.digests.run() } }
        try await group.waitForAll()
      }
      // Whoever met another process may have left the rest to it.
      try await fixture.digests.run()
      let mails = try await fixture.mails()
      #expect(mails.count == citizens.count && Set(mails.values) == [1])
    }
  }

  @Test func aDigestThatFailedInTheMiddleIsMadeAgainUnderTheSameId() async throws {
    try await NotificationFixture.with { fixture in
      struct Death: Error {}
      try await fixture.leaveAddress(kim)
      try await fixture.follow(.category(.transport), .weekly, by: kim)
      try await pass(fixture)
      fixture.time.advance(8 * 86_400)
      let period = fixture.digests.schedule.lastDue(.weekly, at: fixture.time.now)
      await #expect(throws: Death.self) {
        try await fixture.database.transaction { transaction in
          #expect(try await transaction.takeDigests(.weekly, of: period, for: [kim.id]).count == 1)
          throw Death()
        }
      }
      try await fixture.digests.run()
      let mail = try #require(try await fixture.database.claimMail(10, at: fixture.time.now).first)
      #expect(mail.event == DigestRun.id(.weekly, of: period, for: kim.id))
      #expect(DigestRun.id(.weekly, of: period, for: kim.id) != DigestRun.id(.daily, of: period, for: kim.id))
    }
  }

  @Test func whoTakesTheAddressAwayGetsNoDigest() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.leaveAddress(kim)
      try await fixture.follow(.category(.transport), .daily, by: kim)
      try await pass(fixture)
      try await fixture.database.removeContact(of: kim.id)
      try await fixture.leaveAddress(kim)
      fixture.time.advance(86_400)
      try await fixture.digests.run()
      #expect(try await fixture.mails().isEmpty)
    }
  }

  @Test func fiftyThousandWithNothingToSendCostAHandfulOfStatements() async throws {
    try await withTestDatabase(schema: "notification", migrations: Notification.Migrations.all) {
      database, configuration in
      try await database.execute(
        """
        INSERT INTO contact (citizen, email, language, changed_at)
        SELECT md5(number::text)::uuid, number || '@example.org', 'ko', now() FROM generate_series(1, 50000) AS number
        """)
      try await database.execute(
        """
        INSERT INTO follow (citizen, kind, subject, frequency, followed_at)
        SELECT citizen, 'category', 'transport', CASE WHEN random() < 0.5 THEN 'daily' ELSE 'weekly' END, now() FROM contact
        """)
      // All have something for the next digest.
      try await database.execute(
        """
        INSERT INTO digest_entry (frequency, citizen, event_id, audience, cause, came_at)
        SELECT frequency, citizen, gen_random_uuid(), 'follower', 'category/transport', now()
        FROM follow
        """)
      try await database.execute("ANALYZE")
      // One connection, so that the server's own count of its transactions is ours.
      let alone = Database(configuration, maximumConnections: 1)
      func transactions() async throws -> Int64 {
        try await alone.execute("SELECT pg_stat_force_next_flush()")
        return try await alone.one(
          "SELECT pg_stat_get_db_xact_commit(oid) AS count FROM pg_database WHERE datname = current_database()")?[
            "count"] ?? 0
      }
      func entriesRead() async throws -> Int64 {
        try await alone.execute("SELECT pg_stat_force_next_flush()")
        return try await alone.one(
          """
          SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint AS count FROM pg_stat_user_tables
          WHERE relname = 'digest_entry'
          """)?["count"] ?? 0
      }
      let readBefore = try await entriesRead()
      let before = try await transactions()
      let digests = DigestRun(
        database: alone, clock: .system, schedule: DigestSchedule(hour: 8), publicURL: "https://forum.example",
        links: UnsubscribeLinks(key: NotificationFixture.key, publicURL: "https://forum.example"))
      try await digests.run()
      let after = try await transactions()
      #expect((2...6).contains(after - before), "one for each frequency, and those that count: \(after - before)")
      #expect(try await entriesRead() - readBefore < 100, "those that are not due are not looked at")
      #expect(try await database.one("SELECT count(*) AS count FROM outgoing_mail")?["count"] == 0)
      #expect(try await database.one("SELECT count(*) AS count FROM digest")?["count"] == 0)
      await alone.close()
    }
  }
}
