import Contracts
import FoundationEssentials
import Postgres
import ServiceKit
import Testing

@testable import Notification

@Suite struct MailQueueTests {
  private let author = CitizenID()
  private let proposal = ProposalID()

  private func withContact<R: Sendable>(_ body: (NotificationFixture) async throws -> R) async throws -> R {
    try await NotificationFixture.with { fixture in
      let contact = Contact(email: "kim@example.org", language: .korean)
      try await fixture.database.save(contact, of: author, at: fixture.time.now)
      return try await body(fixture)
    }
  }

  private func title(of mail: ClaimedMail) -> String? {
    if case .task(_, let title, proposal) = mail.content { title } else { nil }
  }

  @Test func oneMailForEachEventAlsoWhenItComesTwice() async throws {
    try await withContact { fixture in
      try await fixture.submit(proposal, by: author)
      try await fixture.accept(proposal, times: 2)
      let mails = try await fixture.database.claimMail(10, at: fixture.time.now)
      #expect(mails.count == 2)
      #expect(mails.allSatisfy { $0.email == "kim@example.org" && title(of: $0) == "밤 버스" })
    }
  }

  @Test func anEventThatCameBeforeItsProposalStillReachesTheAuthor() async throws {
    try await withContact { fixture in
      let early = try await fixture.accept(proposal)
      #expect(try await fixture.database.claimMail(10, at: fixture.time.now).isEmpty)
      try await fixture.submit(proposal, by: author)
      let mails = try await fixture.database.claimMail(10, at: fixture.time.now)
      #expect(mails.count == 2)
      #expect(mails.contains { $0.event == early })
      #expect(try await fixture.count("SELECT count(*) AS count FROM early_event") == 0)
    }
  }

  @Test func eventsThatRaceWithTheirProposalAreNotLost() async throws {
    try await withContact { fixture in
      for _ in 0..<25 {
        let proposal = ProposalID()
        async let submitted: Void = fixture.submit(proposal, by: author)
        async let accepted = fixture.accept(proposal)
        _ = try await (submitted, accepted)
      }
      #expect(try await fixture.count("SELECT count(*) AS count FROM outgoing_mail") == 50)
    }
  }

  @Test func anAuthorWithoutAnAddressGetsNothing() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.submit(proposal, by: author)
      try await fixture.accept(proposal)
      #expect(try await fixture.count("SELECT count(*) AS count FROM outgoing_mail") == 0)
    }
  }

  @Test func removingTheAddressRemovesItsMail() async throws {
    try await withContact { fixture in
      try await fixture.submit(proposal, by: author)
      try await fixture.database.removeContact(of: author)
      #expect(try await fixture.count("SELECT count(*) AS count FROM outgoing_mail") == 0)
      #expect(try await fixture.database.contact(of: author) == nil)
    }
  }

  @Test func aClaimKeepsOthersAwayUntilItExpires() async throws {
    try await withContact { fixture in
      try await fixture.submit(proposal, by: author)
      let first = try #require(try await fixture.database.claimMail(10, at: fixture.time.now).first)
      #expect(try await fixture.database.claimMail(10, at: fixture.time.now).isEmpty)
      fixture.time.advance(61)
      let second = try #require(try await fixture.database.claimMail(10, at: fixture.time.now).first)
      #expect(second.attempt == first.attempt + 1)
      // The first process wakes up and finds that it is too late.
      try await fixture.database.settle(
        .mail, first.id, attempt: first.attempt, .failed, error: "x", at: fixture.time.now)
      try await fixture.database.settle(
        .mail, second.id, attempt: second.attempt, .delivered, error: nil, at: fixture.time.now)
      #expect(try await fixture.count("SELECT count(*) AS count FROM outgoing_mail WHERE state = 'delivered'") == 1)
    }
  }

  @Test func aPostponedMailComesBackInItsTimeAndAReleasedOneAtOnce() async throws {
    try await withContact { fixture in
      try await fixture.submit(proposal, by: author)
      let first = try #require(try await fixture.database.claimMail(10, at: fixture.time.now).first)
      try await fixture.database.release(.mail, first.id, attempt: first.attempt)
      let again = try #require(try await fixture.database.claimMail(10, at: fixture.time.now).first)
      #expect(again.attempt == first.attempt)
      try await fixture.database.settle(
        .mail, again.id, attempt: again.attempt, .again(after: 10), error: "421 busy", at: fixture.time.now)
      fixture.time.advance(9)
      #expect(try await fixture.database.claimMail(10, at: fixture.time.now).isEmpty)
      fixture.time.advance(2)
      #expect(try await fixture.database.claimMail(10, at: fixture.time.now).count == 1)
    }
  }

  @Test func twoProcessesShareTheQueueWithoutMeeting() async throws {
    try await withContact { fixture in
      for _ in 0..<40 { try await fixture.submit(ProposalID(), by: author) }
      async let one = fixture.database.claimMail(30, at: fixture.time.now)
      async let two = fixture.database.claimMail(30, at: fixture.time.now)
      let ids = try await (one + two).map(\.id)
      #expect(Set(ids).count == ids.count)
      let rest = try await fixture.database.claimMail(100, at: fixture.time.now)
      #expect(ids.count + rest.count == 40)
    }
  }

  @Test func moreThanOnePortionIsForgotten() async throws {
    try await withContact { fixture in
      for _ in 0..<7 { try await fixture.submit(ProposalID(), by: author) }
      try await fixture.database.execute(
        "UPDATE outgoing_mail SET state = 'delivered', finished_at = \(fixture.time.now)")
      try await fixture.submit(ProposalID(), by: author)
      try await fixture.database.forget(before: fixture.time.now.addingTimeInterval(1), atOnce: 2)
      #expect(try await fixture.count("SELECT count(*) AS count FROM outgoing_mail") == 1)
    }
  }

  @Test func whatEndedLongAgoIsForgotten() async throws {
    try await withContact { fixture in
      try await fixture.submit(proposal, by: author)
      let mail = try #require(try await fixture.database.claimMail(10, at: fixture.time.now).first)
      try await fixture.database.settle(
        .mail, mail.id, attempt: mail.attempt, .delivered, error: nil, at: fixture.time.now)
      try await fixture.accept(proposal)
      try await fixture.database.forget(before: fixture.time.now.addingTimeInterval(1))
      #expect(try await fixture.count("SELECT count(*) AS count FROM outgoing_mail") == 1)
      #expect(try await fixture.database.waiting(in: .mail).count == 1)
    }
  }
}
