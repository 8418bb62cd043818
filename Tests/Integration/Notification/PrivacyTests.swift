import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import Testing

@testable import Notification
@testable import ServiceKit

/// Texts that few have seen, and titles that are hidden.
@Suite struct PrivacyTests {
  private let author = Citizen("author")
  private let kim = Citizen("kim")
  private let proposal = ProposalID()

  private func take(_ event: ProposalEvent, _ type: String, _ data: [UInt8], _ fixture: NotificationFixture)
    async throws
  {
    let envelope = Envelope<ProposalEvent>(
      id: UUID(), type: type, time: fixture.time.now, subject: proposal.uuid, sequence: 1, event: event, data: data)
    try await fixture.database.transaction { try await fixture.announcements.apply(proposal: envelope, in: $0) }
  }

  private func take(_ event: ModerationEvent, _ type: String, _ data: [UInt8], _ fixture: NotificationFixture)
    async throws
  {
    let envelope = Envelope<ModerationEvent>(
      id: UUID(), type: type, time: fixture.time.now, subject: proposal.uuid, sequence: 1, event: event, data: data)
    try await fixture.database.transaction { try await fixture.announcements.apply(moderation: envelope, in: $0) }
  }

  private func seek(_ fixture: NotificationFixture) async throws {
    let event = SupportersSought(
      proposal: proposal, author: author.id, title: "밤 버스", category: .transport, needed: 5,
      endsAt: fixture.time.now, filedAt: fixture.time.now)
    try await take(.supportersSought(event), SupportersSought.type, JSON.encode(event), fixture)
  }

  private func lapse(_ reason: LapseReason, _ fixture: NotificationFixture) async throws {
    let event = ProposalLapsed(proposal: proposal, reason: reason, lapsedAt: fixture.time.now)
    try await take(.lapsed(event), ProposalLapsed.type, JSON.encode(event), fixture)
  }

  private func withdraw(_ fixture: NotificationFixture) async throws {
    let event = ProposalWithdrawn(proposal: proposal, reason: .mistake, withdrawnAt: fixture.time.now)
    try await take(.withdrawn(event), ProposalWithdrawn.type, JSON.encode(event), fixture)
  }

  private func reject(_ code: RejectionCode, _ fixture: NotificationFixture) async throws {
    let event = ProposalRejected(proposal: proposal, code: code, explanation: "e", rejectedAt: fixture.time.now)
    try await take(.rejected(event), ProposalRejected.type, JSON.encode(event), fixture)
  }

  private func decideAppeal(_ outcome: AppealOutcome, _ fixture: NotificationFixture) async throws {
    let event = AppealDecided(proposal: proposal, outcome: outcome, explanation: "e", decidedAt: fixture.time.now)
    try await take(.appealDecided(event), AppealDecided.type, JSON.encode(event), fixture)
  }

  private func delivered(_ fixture: NotificationFixture) async throws -> [String] {
    try await fixture.database.query("SELECT type FROM webhook_event ORDER BY type").map { try $0["type"] }
  }

  @Test(arguments: [true, false]) func whatEndsBeforeItsReviewIsMadeKnownToNobody(lapses: Bool) async throws {
    try await NotificationFixture.with { fixture in
      _ = try await fixture.register("https://example.org/")
      try await seek(fixture)
      if lapses { try await lapse(.noSupporters, fixture) } else { try await withdraw(fixture) }
      #expect(try await delivered(fixture).isEmpty)
      await #expect(throws: Problem.self) { try await fixture.follow(.task(proposal), .daily, by: kim) }
      #expect(try await fixture.inbox(of: author).items.count == 2, "its author is told")
    }
  }

  @Test func whatIsTakenBackAfterItCameToReviewIsMadeKnown() async throws {
    try await NotificationFixture.with { fixture in
      _ = try await fixture.register("https://example.org/")
      try await fixture.submit(proposal, by: author.id)
      try await fixture.follow(.task(proposal), .inbox, by: kim)
      try await withdraw(fixture)
      #expect(try await delivered(fixture) == [ProposalSubmitted.type, ProposalWithdrawn.type])
      #expect(try await fixture.inbox(of: kim).items.map(\.type) == [ProposalWithdrawn.type])
    }
  }

  @Test(arguments: OpinionDeed.allCases) func nobodyIsToldWhatStaffDoesToWhatOthersWrote(deed: OpinionDeed) async throws
  {
    try await NotificationFixture.with { fixture in
      _ = try await fixture.register("https://example.org/")
      try await fixture.submit(proposal, by: author.id)
      let event = CaseTextModerated(
        caseID: CaseID(), proposal: proposal, title: "밤 버스", kind: .rating, text: CaseTextID(), deed: deed,
        actor: CitizenID(), role: "support-unit", code: .offensive, doneAt: fixture.time.now)
      let envelope = Envelope<ReferralEvent>(
        id: UUID(), type: CaseTextModerated.type, time: fixture.time.now, subject: event.subject, sequence: 1,
        event: .textModerated(event), data: try JSON.encode(event))
      try await fixture.database.transaction { try await fixture.announcements.apply(referral: envelope, in: $0) }
      #expect(try await delivered(fixture) == [ProposalSubmitted.type])
      #expect(try await fixture.inbox(of: author).items.count == 1)
    }
  }

  @Test func noWebhookIsToldOfATrendAlarm() async throws {
    try await NotificationFixture.with { fixture in
      _ = try await fixture.register("https://example.org/")
      try await fixture.submit(proposal, by: author.id)
      let event = VoteTrendAlarm(
        proposal: proposal, kind: .oneSiteShare, share: 0.31, ballots: nil, hour: fixture.time.now,
        observedAt: fixture.time.now)
      let envelope = Envelope<VoteEvent>(
        id: UUID(), type: VoteTrendAlarm.type, time: fixture.time.now, subject: proposal.uuid, sequence: 1,
        event: .trendAlarm(event), data: try JSON.encode(event))
      try await fixture.database.transaction { try await fixture.announcements.apply(vote: envelope, in: $0) }
      #expect(try await delivered(fixture) == [ProposalSubmitted.type])
    }
  }

  private func titles(of citizen: Citizen, _ fixture: NotificationFixture) async throws -> Set<String> {
    let inbox = try await fixture.inbox(of: citizen, "lang=en").items.compactMap(\.title)
    let follows = try await fixture.database.follows(of: citizen.id, in: .english).compactMap(\.title)
    return Set(inbox + follows)
  }

  @Test func aHiddenTitleIsShownToItsAuthorAloneAlsoWhereItWasToldBefore() async throws {
    try await NotificationFixture.with { fixture in
      let hidden = HiddenTitle.words(in: .english)
      let lee = Citizen("lee")
      for citizen in [author, kim, lee] { try await fixture.leaveAddress(citizen, .english) }
      try await fixture.submit(proposal, by: author.id)
      try await fixture.database.transaction { try await $0.insertSupporters([lee.id], of: proposal) }
      try await fixture.follow(.task(proposal), .atOnce, by: kim)
      try await fixture.follow(.task(proposal), .daily, by: lee)
      try await fixture.follow(.task(proposal), .atOnce, by: author)
      let returned = ProposalReturned(proposal: proposal, revision: 1, note: "n", returnedAt: fixture.time.now)
      try await take(.returned(returned), ProposalReturned.type, JSON.encode(returned), fixture)
      #expect(try await titles(of: kim, fixture) == ["밤 버스"])
      try await reject(.offensive, fixture)
      for citizen in [kim, lee] { #expect(try await titles(of: citizen, fixture) == [hidden], "\(citizen.name)") }
      #expect(try await titles(of: author, fixture) == ["밤 버스"])
      fixture.time.advance(86_400)
      try await fixture.digests.run()
      for mail in try await fixture.database.claimMail(100, at: fixture.time.now) {
        let isAuthor = mail.citizen == author.id
        switch mail.content {
        case .task(_, let title, _): #expect(title == (isAuthor ? "밤 버스" : hidden))
        case .letter(let letter):
          #expect(mail.citizen == lee.id && letter.text.contains(hidden) && !letter.text.contains("밤 버스"))
        case .other: Issue.record("of no task")
        }
      }
      try await decideAppeal(.upheld, fixture)
      #expect(try await titles(of: kim, fixture) == [hidden])
      try await decideAppeal(.overturned, fixture)
      #expect(try await titles(of: kim, fixture) == ["밤 버스"])
    }
  }

  @Test func aHidingRejectionThatCameBeforeItsProposalHidesItToo() async throws {
    try await NotificationFixture.with { fixture in
      try await reject(.libellous, fixture)
      try await fixture.submit(proposal, by: author.id)
      try await fixture.follow(.task(proposal), .inbox, by: kim)
      #expect(try await titles(of: kim, fixture) == [HiddenTitle.words(in: .english)])
      #expect(try await titles(of: author, fixture) == ["밤 버스"])
    }
  }

  @Test func aRejectionForAnotherReasonLeavesTheTitle() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.submit(proposal, by: author.id)
      try await fixture.follow(.task(proposal), .inbox, by: kim)
      try await reject(.duplicate, fixture)
      #expect(try await titles(of: kim, fixture) == ["밤 버스"])
    }
  }

  @Test func tellingVeryManyMayTakeLongerThanOtherStatements() async throws {
    try await withTestDatabase(schema: "notification", migrations: Notification.Migrations.all) {
      database, configuration in
      try await database.execute(
        """
        CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_sleep(1); RETURN NULL; END'
        """)
      try await database.execute(
        "CREATE TRIGGER slow BEFORE INSERT ON inbox_entry FOR EACH STATEMENT EXECUTE FUNCTION be_slow()")
      var impatient = configuration
      impatient.settings["statement_timeout"] = "400ms"
      let hurried = Database(impatient, maximumConnections: 1)
      let announcements = Announcements(
        clock: WallClock { Date(milliseconds: 1_795_512_600_000) }, log: Log(service: "notification", minimum: .error))
      let event = ProposalSubmitted(
        proposal: proposal, author: author.id, title: "밤 버스", summary: "s", body: "b", category: .transport,
        reference: nil, submittedAt: Date(milliseconds: 1_795_512_600_000))
      let envelope = Envelope<ProposalEvent>(
        id: UUID(), type: ProposalSubmitted.type, time: event.submittedAt, subject: proposal.uuid, sequence: 1,
        event: .submitted(event), data: try JSON.encode(event))
      try await hurried.transaction { transaction in
        try await announcements.apply(proposal: envelope, in: transaction)
        let timeout: String? = try await transaction.one("SHOW statement_timeout")?["statement_timeout"]
        #expect(timeout == "400ms", "for this one statement alone")
      }
      #expect(try await database.one("SELECT count(*) AS count FROM inbox_entry")?["count"] == 1)
      await hurried.close()
    }
  }
}
