import Contracts
import FoundationEssentials
import Testing

@Suite struct EventTests {
  private let time = Date(milliseconds: 1_700_000_000_123)

  private func families() -> [String] {
    [
      ProposalEvent.decoders.map(\.type), ModerationEvent.decoders.map(\.type), VoteEvent.decoders.map(\.type),
      NoticeEvent.decoders.map(\.type), TallyEvent.decoders.map(\.type), ReferralEvent.decoders.map(\.type),
    ].flatMap { $0 }
  }

  @Test func everyEventTypeIsUniqueAndVersioned() {
    let types = families()
    #expect(Set(types).count == types.count)
    for type in types { #expect(type.hasPrefix("kr.forum.") && type.hasSuffix(".v1")) }
  }

  @Test func anEventSurvivesItsJSON() throws {
    let rule = VoteRule(yesBar: 3, referral: .atOnce, opensAt: time, closesAt: time.addingTimeInterval(60))
    let event = TaskSelected(
      proposal: ProposalID(), author: CitizenID(), title: "제목 \"x\"", category: .jobs, reference: nil, rule: rule,
      reason: "why", selectedAt: time)
    let decoder = try #require(ModerationEvent.decoders.first { $0.type == TaskSelected.type })
    guard case .selected(let read) = try decoder.decode(JSON.encode(event)) else {
      Issue.record("wrong case")
      return
    }
    #expect(read == event)
  }

  @Test func aReaderOfThisVersionPassesOverNewMembers() throws {
    let json =
      #"{"proposal":"0B5E1C6A-8F6E-4D1C-9A3A-2F1D8C1C0001","acceptedAt":"2026-11-24T09:30:00Z","later":{"a":1}}"#
    let event: ProposalAccepted = try JSON.decode(from: Array(json.utf8))
    #expect(event.acceptedAt == JSON.date("2026-11-24T09:30:00.000Z"))
  }

  @Test func timesKeepTheirMilliseconds() {
    #expect(JSON.timestamp(time) == "2023-11-14T22:13:20.123Z")
    #expect(JSON.date(JSON.timestamp(time))?.milliseconds == time.milliseconds)
    #expect(JSON.date("yesterday") == nil)
  }

  @Test func anIdentifierReadsOnlyUUIDs() {
    #expect(ProposalID("0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0001")?.description == "0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0001")
    for text in [
      "", "1", "0b5e1c6a8f6e4d1c9a3a2f1d8c1c0001", "0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c000g",
      " 0b5e1c6a-8f6e-4d1c-9a3a-2f1d8c1c0001",
    ] {
      #expect(ProposalID(text) == nil)
    }
  }

  @Test func theRulesHashChangesWithEveryMember() throws {
    let rule = VoteRule(yesBar: 3, referral: .atOnce, opensAt: time, closesAt: time.addingTimeInterval(60))
    var others = [rule, rule, rule, rule]
    others[0].yesBar = 4
    others[1].referral = .atClose
    others[2].opensAt = time.addingTimeInterval(0.001)
    others[3].closesAt = time.addingTimeInterval(61)
    for other in others { #expect(try other.hash() != rule.hash()) }
    #expect(
      String(decoding: try rule.canonicalJSON(), as: UTF8.self)
        == #"{"closesAt":"2023-11-14T22:14:20.123Z","opensAt":"2023-11-14T22:13:20.123Z","referral":"at-once","yesBar":3}"#
    )
  }

  @Test func asManyVotesAsTheBarAreNotMoreThanIt() {
    let rule = VoteRule(yesBar: 3, referral: .atOnce, opensAt: time, closesAt: time)
    #expect(!rule.isCarried(yes: 3, no: 0))
    #expect(rule.isCarried(yes: 4, no: 9))
  }

  @Test func everyTopicHasOneWriterAndAValidName() {
    #expect(Set(Topics.all.map(\.name)).count == Topics.all.count)
    for topic in Topics.all {
      #expect(topic.name.utf8.allSatisfy { $0 == 46 || (97...122).contains($0) })
      #expect(topic.partitions > 0)
    }
    #expect(Topics.all.filter { $0.cleanup == .compact }.map(\.name) == ["forum.tallies"])
    #expect(Topics.ballots.configuration["retention.ms"] == "-1")
  }
}
