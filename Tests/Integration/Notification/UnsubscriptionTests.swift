import Contracts
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit
import Testing

@testable import Notification

@Suite struct UnsubscriptionTests {
  private let kim = Citizen("kim")
  private let lee = Citizen("lee")

  @Test func lookingAtTheLinkChangesNothingAndOneClickStopsTheMail() async throws {
    try await NotificationFixture.with { fixture in
      let proposal = ProposalID()
      try await fixture.submit(proposal, by: CitizenID())
      for citizen in [kim, lee] {
        try await fixture.leaveAddress(citizen)
        try await fixture.follow(.category(.transport), .atOnce, by: citizen)
      }
      try await fixture.accept(proposal)
      let mail = try #require(try await fixture.database.claimMail(1, at: fixture.time.now).first)
      #expect(mail.cause == .target(.category(.transport)))
      let reader = mail.citizen == kim.id ? kim : lee
      let other = mail.citizen == kim.id ? lee : kim
      let token = fixture.links.token(for: mail.citizen, mail.cause)
      for _ in 0..<3 { #expect(try await fixture.open(token, .get).status == 200) }
      #expect(try await fixture.mails().count == 2)
      #expect(try await fixture.open(token, .post).status == 200)
      #expect(try await fixture.open(token, .post).status == 200, "old links stay valid")
      // What waited is dropped, and of the next event nothing is mailed; the inbox goes on.
      #expect(try await fixture.mails() == ["\(other.name)@example.org": 1])
      let second = ProposalID()
      try await fixture.submit(second, by: CitizenID())
      try await fixture.accept(second)
      #expect(try await fixture.mails() == ["\(other.name)@example.org": 2])
      #expect(try await fixture.inbox(of: reader).items.count == 2)
    }
  }

  @Test func authorsAndSupportersCanStopMailAboutOneTask() async throws {
    try await NotificationFixture.with { fixture in
      let proposals = [ProposalID(), ProposalID()]
      for citizen in [kim, lee] { try await fixture.leaveAddress(citizen) }
      for proposal in proposals {
        try await fixture.submit(proposal, by: kim.id)
        try await fixture.database.transaction { try await $0.insertSupporters([lee.id], of: proposal) }
      }
      for citizen in [kim, lee] {
        let token = fixture.links.token(for: citizen.id, .target(.task(proposals[0])))
        #expect(try await fixture.open(token, .post).status == 200)
      }
      for proposal in proposals { try await fixture.accept(proposal) }
      // The author's two letters about the second one, and the supporter's one about it.
      #expect(try await fixture.mails() == ["kim@example.org": 2, "lee@example.org": 1])
    }
  }

  @Test func aDigestIsStoppedWithAllThatWaitsForIt() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.leaveAddress(kim)
      try await fixture.follow(.category(.transport), .daily, by: kim)
      try await fixture.follow(.category(.animals), .weekly, by: kim)
      let proposal = ProposalID()
      try await fixture.submit(proposal, by: CitizenID())
      try await fixture.accept(proposal)
      _ = try await fixture.open(fixture.links.token(for: kim.id, .digest(.daily)), .post)
      fixture.time.advance(86_400)
      try await fixture.digests.run()
      #expect(try await fixture.mails().isEmpty)
      #expect(Set(try await fixture.database.follows(of: kim.id).map(\.frequency)) == [.inbox, .weekly])
    }
  }

  @Test func allMailIsStoppedByForgettingTheAddress() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.leaveAddress(kim)
      let proposal = ProposalID()
      try await fixture.submit(proposal, by: kim.id)
      _ = try await fixture.open(fixture.links.token(for: kim.id, .all), .post)
      try await fixture.accept(proposal)
      #expect(try await fixture.count("SELECT count(*) AS count FROM outgoing_mail") == 0)
      #expect(try await fixture.inbox(of: kim).items.count == 2)
    }
  }

  @Test func whoHasUnfollowedIsNotMadeAFollowerByAnOldLink() async throws {
    try await NotificationFixture.with { fixture in
      let proposal = ProposalID()
      try await fixture.submit(proposal, by: CitizenID())
      try await fixture.follow(.task(proposal), .atOnce, by: kim)
      try await fixture.unfollow(.task(proposal), by: kim)
      _ = try await fixture.open(fixture.links.token(for: kim.id, .target(.task(proposal))), .post)
      #expect(try await fixture.database.follows(of: kim.id).isEmpty)
    }
  }

  @Test func aForgedLinkIsRefused() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.leaveAddress(kim)
      let token = fixture.links.token(for: kim.id, .all)
      let forged = [String(token.dropLast()), "A" + token.dropFirst(), token + "A", "", "x"]
      for token in forged where fixture.links.read(token) == nil {
        #expect(try await fixture.open(token, .get).status == 404)
        #expect(try await fixture.open(token, .post).status == 404)
      }
      #expect(try await fixture.database.contact(of: kim.id) != nil)
    }
  }
}
