import Contracts
import FoundationEssentials
import Testing

@testable import Notification

@Suite struct FollowTests {
  @Test func whatCanBeFollowedIsReadAndNothingElse() {
    let id = Samples.proposal.description
    #expect(FollowTarget(kind: "task", subject: id) == .task(Samples.proposal))
    #expect(
      FollowTarget(kind: "task", subject: id.uppercased()) == .task(Samples.proposal), "one spelling in the table")
    #expect(FollowTarget(kind: "category", subject: "foreign-affairs") == .category(.foreignAffairs))
    #expect(FollowTarget(kind: "office", subject: "committee") == .office(.committee))
    #expect(FollowTarget(kind: "office", subject: "molit")?.subject == "molit")
    for (kind, subject) in [("task", "x"), ("category", "x"), ("office", "x"), ("person", id), ("", ""), ("task", "")] {
      #expect(FollowTarget(kind: kind, subject: subject) == nil, "\(kind)/\(subject)")
    }
  }

  @Test func aTextThatNobodyHasReadIsNotSentToThousands() {
    for occasion in Samples.occasions {
      let kinds = Set(occasion.targets(category: .safety, former: .committee).map(\.kind))
      switch occasion {
      case .proposal, .moderation(.rejected), .moderation(.returned), .moderation(.appealed), .moderation(.merged):
        #expect(kinds == [.task], "\(occasion)")
      case .moderation(.appealDecided(let event)): #expect(kinds.contains(.category) == (event.outcome == .overturned))
      case .referral(.reminded), .referral(.escalated): #expect(kinds == [.office], "who has it, or is above them")
      default: #expect(kinds == [.task, .category, .office], "\(occasion)")
      }
    }
  }

  @Test func theOfficeThatHadTheTaskAndTheOneThatGetsItBothHear() {
    let assigned = Occasion.referral(.assigned(Samples.assigned))
    #expect(
      Set(assigned.targets(category: nil, former: .committee).filter { $0.kind == .office }.map(\.subject))
        == ["committee", "me"])
    #expect(Occasion.referral(.received(Samples.received)).office == .committee)
    let transferred = Occasion.referral(.transferred(Samples.transferred)).targets(category: nil, former: nil)
    #expect(Set(transferred.filter { $0.kind == .office }.map(\.subject)) == ["me", "molit"])
    let escalated = Occasion.referral(.escalated(Samples.escalated)).targets(category: .safety, former: nil)
    #expect(Set(escalated.map(\.subject)) == ["me", "strategy-meeting"])
    #expect(Occasion.vote(.barCrossed(Samples.barCrossed)).office == nil)
  }

  @Test(arguments: Language.allCases) func followersAreToldOfATaskThatIsNotTheirs(language: Language) {
    for occasion in Samples.occasions {
      let words = Letter.Words(for: occasion, to: .follower, in: language)
      guard occasion.publicity != .nobody else {
        #expect(words == nil)
        continue
      }
      let text = (words?.headline ?? "") + (words?.text ?? "")
      for mine in ["Your ", "your ", "소중한 제안", "보내 주셔서", "요청하신"] { #expect(!text.contains(mine), "\(text)") }
    }
    let headlines = Samples.occasions.compactMap { Letter.Words(for: $0, to: .follower, in: language)?.headline }
    #expect(Set(headlines).count == Samples.occasions.count { $0.publicity != .nobody })
  }

  @Test func whatTheSupportUnitWroteToTheAuthorAloneStaysThere() {
    for language in Language.allCases {
      for occasion in Samples.occasions {
        guard case .moderation(.returned(let event)) = occasion else { continue }
        #expect(Letter.Words(for: occasion, to: .follower, in: language)?.text.contains(event.note) == false)
      }
    }
  }
}

@Suite struct DigestScheduleTests {
  private func date(_ text: String) -> Date { JSON.date(text) ?? .distantPast }
  private let schedule = DigestSchedule(hour: 8)

  @Test func theDailyOneIsDueInTheMorningInKorea() {
    // 08:00 in Korea is 23:00 of the day before in UTC.
    #expect(schedule.lastDue(.daily, at: date("2026-11-24T09:30:00Z")) == date("2026-11-23T23:00:00Z"))
    #expect(schedule.lastDue(.daily, at: date("2026-11-24T23:00:00Z")) == date("2026-11-24T23:00:00Z"))
    #expect(schedule.lastDue(.daily, at: date("2026-11-24T22:59:59Z")) == date("2026-11-23T23:00:00Z"))
  }

  @Test func theWeeklyOneIsDueOnMondays() {
    // 2026-11-23 is a Monday.
    #expect(schedule.lastDue(.weekly, at: date("2026-11-24T09:30:00Z")) == date("2026-11-22T23:00:00Z"))
    #expect(schedule.lastDue(.weekly, at: date("2026-11-22T23:00:00Z")) == date("2026-11-22T23:00:00Z"))
    #expect(schedule.lastDue(.weekly, at: date("2026-11-22T22:59:59Z")) == date("2026-11-15T23:00:00Z"))
    #expect(schedule.lastDue(.weekly, at: date("1970-01-01T00:00:00Z")) == date("1969-12-28T23:00:00Z"))
  }

  @Test func everyHourOfAYearBelongsToOneDayAndOneWeek() {
    for hour in [0, 8, 23] {
      let schedule = DigestSchedule(hour: hour)
      var daily: Set<Date> = []
      var weekly: Set<Date> = []
      for step in 0..<364 * 24 {
        let now = date("2026-01-01T00:00:00Z").addingTimeInterval(Double(step) * 3_600)
        let day = schedule.lastDue(.daily, at: now)
        let week = schedule.lastDue(.weekly, at: now)
        #expect(now.timeIntervalSince(day) >= 0 && now.timeIntervalSince(day) < 86_400)
        #expect(now.timeIntervalSince(week) >= 0 && now.timeIntervalSince(week) < 7 * 86_400)
        #expect(day >= week && day.inKorea.time.hasPrefix(hour < 10 ? "0\(hour):00" : "\(hour):00"))
        daily.insert(day)
        weekly.insert(week)
      }
      #expect((364...365).contains(daily.count) && (52...53).contains(weekly.count))
    }
  }

  private func digest(_ count: Int, proposals: Int, _ language: Language) -> Digest {
    let ids = (0..<proposals).map { _ in ProposalID() }
    return Digest(
      citizen: Samples.author, language: language,
      entries: (0..<count).map {
        Digest.Entry(
          proposal: ids[$0 % proposals], title: "Title \($0 % proposals)", headline: "Headline \($0)",
          cameAt: Samples.time)
      })
  }

  @Test(arguments: Language.allCases) func aDigestNamesEachTaskOnceWithAllThatHappened(language: Language) {
    let digest = digest(6, proposals: 2, language)
    let letter = Letter(digest, .daily, publicURL: "https://forum.example", stopURL: "https://forum.example/stop")
    #expect(letter.subject.contains("6"))
    for number in 0..<6 { #expect(letter.text.contains("- 2026-11-24 18:30 Headline \(number)\n")) }
    #expect(letter.text.ranges(of: "Title 1").count == 1)
    #expect(letter.text.ranges(of: "https://forum.example/proposals/").count == 2)
    #expect(letter.text.hasSuffix(": https://forum.example/stop\n"))
    let weekly = Letter(digest, .weekly, publicURL: "", stopURL: "")
    #expect(weekly.subject != letter.subject)
  }

  @Test(arguments: Language.allCases) func aLongDigestLeavesTheRestToTheInbox(language: Language) {
    let letter = Letter(digest(120, proposals: 60, language), .daily, publicURL: "https://x", stopURL: "https://x/stop")
    #expect(letter.text.ranges(of: "https://x/proposals/").count == Letter.digestLength)
    #expect(letter.text.contains(language == .korean ? "10건" : "10 further"))
  }
}
