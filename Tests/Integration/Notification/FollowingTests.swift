import Contracts
import Crypto
import FoundationEssentials
import HTTPServer
import Postgres
import ServiceKit
import Testing

@testable import Notification

@Suite struct FollowingTests {
  private let author = CitizenID()
  private let proposal = ProposalID()
  private let kim = Citizen("kim")
  private let lee = Citizen("lee")
  private let park = Citizen("park")

  @Test func eachIsToldAsOftenAsTheyAskedFor() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.submit(proposal, by: author)
      for citizen in [kim, lee, park] { try await fixture.leaveAddress(citizen) }
      let quiet = Citizen("quiet")
      try await fixture.follow(.task(proposal), .atOnce, by: kim)
      try await fixture.follow(.category(.transport), .daily, by: lee)
      try await fixture.follow(.category(.transport), .inbox, by: park)
      try await fixture.follow(.category(.transport), .atOnce, by: quiet)
      try await fixture.follow(.category(.animals), .atOnce, by: Citizen("somebody"))
      try await fixture.accept(proposal)
      #expect(try await fixture.mails() == ["kim@example.org": 1])
      #expect(try await fixture.count("SELECT count(*) AS count FROM digest_entry") == 1)
      for citizen in [kim, lee, park, quiet] {
        let inbox = try await fixture.inbox(of: citizen)
        #expect(inbox.items.map(\.type) == [ProposalAccepted.type] && inbox.unread == 1, "\(citizen.name)")
        #expect(inbox.items.first?.audience == .follower && inbox.items.first?.title == "밤 버스")
      }
      #expect(try await fixture.inbox(of: Citizen("somebody")).items.isEmpty)
    }
  }

  @Test func aTaskCanBeFollowedOnceItIsPublic() async throws {
    try await NotificationFixture.with { fixture in
      await #expect(throws: Problem.self) { try await fixture.follow(.task(proposal), .daily, by: kim) }
      try await fixture.submit(proposal, by: author)
      try await fixture.follow(.task(proposal), .daily, by: kim)
      try await fixture.follow(.task(proposal), .weekly, by: kim)
      let follows = try await fixture.database.follows(of: kim.id)
      #expect(follows.map(\.frequency) == [.weekly] && follows.first?.title == "밤 버스")
      try await fixture.unfollow(.task(proposal), by: kim)
      try await fixture.unfollow(.task(proposal), by: kim)
      #expect(try await fixture.database.follows(of: kim.id).isEmpty)
    }
  }

  @Test func onePersonFollowsOnlySoMuchHoweverManyAsAtOnce() async throws {
    try await NotificationFixture.with { fixture in
      for _ in 0..<Follows.limit - 1 {
        try await fixture.database.transaction {
          try await $0.save(.task(ProposalID()), .daily, of: kim.id, at: fixture.time.now)
        }
      }
      let categories = Category.allCases.prefix(4)
      let refusals = try await withThrowingTaskGroup(of: Bool.self) { group in
        for category in categories {
          group.addTask {
            do { try await fixture.follow(.category(category), .daily, by: kim) } catch let problem as Problem {
              #expect(problem.status == 409)
              return true
            }
            return false
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(refusals == 3)
      #expect(try await fixture.database.follows(of: kim.id).count == Follows.limit)
    }
  }

  @Test func whoFollowsAnOfficeHearsOfTheTasksThatItHas() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.follow(.office(.committee), .inbox, by: kim)
      let ministry = try #require(Holder(name: "molit"))
      try await fixture.follow(.office(ministry), .inbox, by: lee)
      try await fixture.submit(proposal, by: author)
      try await fixture.accept(proposal)
      try await fixture.receive(proposal)
      #expect(try await fixture.inbox(of: kim).items.map(\.type) == [CaseReceived.type])
      #expect(try await fixture.inbox(of: lee).items.isEmpty)
      try await fixture.assign(proposal, to: "molit")
      #expect(try await fixture.inbox(of: kim).items.map(\.type) == [CaseAssigned.type, CaseReceived.type])
      #expect(try await fixture.inbox(of: lee).items.map(\.type) == [CaseAssigned.type])
    }
  }

  @Test func aFollowOfTheTaskGoesBeforeOnesOfItsCategoryAndBeforeBeingItsAuthor() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.leaveAddress(kim)
      try await fixture.leaveAddress(lee)
      try await fixture.submit(proposal, by: lee.id)
      try await fixture.follow(.category(.transport), .atOnce, by: kim)
      try await fixture.follow(.task(proposal), .inbox, by: kim)
      try await fixture.follow(.task(proposal), .weekly, by: lee)
      try await fixture.accept(proposal)
      #expect(try await fixture.mails() == ["lee@example.org": 1], "that of the submission, before the follow")
      #expect(try await fixture.count("SELECT count(*) AS count FROM digest_entry WHERE frequency = 'weekly'") == 1)
      #expect(try await fixture.inbox(of: lee).items.map(\.audience) == [.author, .author])
    }
  }

  @Test func theInboxIsReadInPagesAndMarkedRead() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.follow(.category(.transport), .inbox, by: kim)
      var events: [UUID] = []
      for _ in 0..<5 {
        let proposal = ProposalID()
        try await fixture.submit(proposal, by: author)
        events.append(try await fixture.accept(proposal))
      }
      let first = try await fixture.inbox(of: kim, "limit=2")
      #expect(first.items.map(\.id.uuid) == [events[4], events[3]] && first.unread == 5)
      let second = try await fixture.inbox(of: kim, "limit=3&after=\(try #require(first.next))")
      #expect(second.items.map(\.id.uuid) == [events[2], events[1], events[0]] && second.next == nil)
      let path = "/v1/inbox/reading"
      _ = try await fixture.inbox.read(
        fixture.request(.put, path, by: kim, ["entry": "\(InboxEntryID(events[4]))"]))
      _ = try await fixture.inbox.readThrough(
        fixture.request(.put, path, by: kim), Inbox.Reading(through: InboxEntryID(events[2])))
      let unread = try await fixture.inbox(of: kim, "show=unread&lang=en")
      #expect(unread.items.map(\.id.uuid) == [events[3]] && unread.unread == 1)
      #expect(unread.items.first?.headline == "The proposal passed review")
      for entry in ["\(InboxEntryID(events[4]))", "\(InboxEntryID())", "x"] {
        await #expect(throws: Problem.self) {
          try await fixture.inbox.read(fixture.request(.put, path, by: lee, ["entry": entry]))
        }
        await #expect(throws: Problem.self) { try await fixture.inbox(of: lee, "after=\(entry)") }
      }
      await #expect(throws: Problem.self) {
        try await fixture.inbox.readThrough(
          fixture.request(.put, path, by: lee), Inbox.Reading(through: InboxEntryID(events[4])))
      }
    }
  }

  @Test func whatPeopleWereToldIsForgottenAfterAYear() async throws {
    try await NotificationFixture.with { fixture in
      try await fixture.follow(.category(.transport), .inbox, by: kim)
      try await fixture.submit(proposal, by: author)
      try await fixture.accept(proposal)
      try await fixture.database.forgetNotices(before: fixture.time.now)
      #expect(try await fixture.inbox(of: kim).items.count == 1)
      try await fixture.database.forgetNotices(before: fixture.time.now.addingTimeInterval(1))
      #expect(try await fixture.inbox(of: kim).items.isEmpty)
    }
  }
}
