import Contracts
import Crypto
import FoundationEssentials
import Testing

@testable import Voting

@Suite struct TrendRuleTests {
  private func alarms(
    _ ballots: Int64, of all: Int64, site: Int64 = 0, hours: Double = 24
  ) -> [VoteTrendAlarm.Kind] {
    TrendRule(ballots: ballots, all: all, busiestSite: site, openFor: Int64(hours * 3_600_000)).alarms
  }

  @Test func moreThanThirtyPercentOfAllBallotsWithinTheLastHourRaiseAnAlarm() {
    #expect(alarms(3_000, of: 10_000) == [])
    #expect(alarms(3_001, of: 10_000) == [.lastHourShare])
    #expect(alarms(10_000, of: 10_000) == [.lastHourShare])
  }

  @Test func aYoungVoteOrAFewBallotsRaiseNone() {
    #expect(alarms(9_000, of: 10_000, hours: 6) == [])
    #expect(alarms(9_000, of: 10_000, hours: 6.001) == [.lastHourShare])
    #expect(alarms(999, of: 999) == [])
    #expect(alarms(301, of: 1_000) == [.lastHourShare])
    #expect(alarms(0, of: 0, hours: 1_000) == [])
  }

  @Test func moreThanThirtyPercentOfAnHoursBallotsFromOneSiteRaiseAnAlarm() {
    #expect(alarms(1_000, of: 100_000, site: 300) == [])
    #expect(alarms(1_000, of: 100_000, site: 301) == [.oneSiteShare])
    #expect(alarms(999, of: 100_000, site: 999) == [])
    // Also within the first hours.
    #expect(alarms(1_000, of: 1_000, site: 301, hours: 1) == [.oneSiteShare])
    #expect(alarms(1_000, of: 1_000, site: 301) == [.lastHourShare, .oneSiteShare])
  }

  @Test(arguments: [(0, 0, 0), (1, 3, 0.333), (2, 3, 0.667), (5, 5, 1), (3_001, 10_000, 0.3)])
  func aShareHasThreeDigits(part: Int64, whole: Int64, share: Double) {
    #expect(TrendRule.share(part, of: whole) == share)
  }
}

@Suite struct TrendCountTests {
  private let hasher = OriginHasher(masterKey: Array(0..<32))
  private let start: Int64 = 1_800_000_000_000 / 3_600_000 * 3_600_000

  private func entry(_ address: String?, at time: Int64) -> OriginEntry {
    OriginEntry(
      pseudonym: 1, acceptedAt: time, origin: hasher.hash(address.flatMap(ClientAddress.init)), accountDays: nil)
  }

  @Test func theHourThatIsLookedAtEndedAMinuteAgoAtLeast() {
    #expect(VoteTrend.lastFullHour(at: Date(milliseconds: start + 60_000)) == start - 3_600_000)
    #expect(VoteTrend.lastFullHour(at: Date(milliseconds: start + 59_999)) == start - 2 * 3_600_000)
    #expect(VoteTrend.lastFullHour(at: Date(milliseconds: start + 3_659_999)) == start - 3_600_000)
  }

  @Test func ballotsAreCountedByMinuteSiteBlockAndLine() throws {
    var count = TrendCount(from: start)
    for minute in 0..<60 {
      for _ in 0..<2 { count.count(entry("203.0.113.9", at: start + Int64(minute) * 60_000)) }
    }
    for _ in 0..<7 { count.count(entry("203.0.200.1", at: start + 3_599_999)) }
    for _ in 0..<5 { count.count(entry("2001:db8::1", at: start + 5)) }
    for _ in 0..<3 { count.count(entry(nil, at: start + 5)) }
    count.count(entry("203.0.113.9", at: start - 1))
    count.count(entry("203.0.113.9", at: start + 3_600_000))
    let trend = count.trend(
      counted: 1_350, openedAt: Date(milliseconds: start - 86_400_000), observedAt: Date(milliseconds: start))
    #expect(trend.ballots == 135 && trend.meanPerMinute == 2.3 && trend.maxPerMinute == 10)
    #expect(trend.lines == 3)
    let busiest = hasher.hash(ClientAddress("203.0.113.9"))
    let bytes = withUnsafeBytes(of: busiest.value.bigEndian) { Array($0) }
    #expect(trend.sites.map(\.ballots) == [127, 5])
    #expect(trend.sites[0].origin == Hex.encode(bytes.prefix(4)))
    #expect(trend.blocks.map(\.ballots) == [120, 7, 5])
    #expect(trend.blocks[0].origin == Hex.encode(bytes.prefix(8)))
    #expect(trend.hourShare == 0.1 && trend.siteShare == 0.941 && trend.alarms == [])
  }

  @Test func tenAreNamedTheBusiestFirst() {
    var count = TrendCount(from: start)
    for site in 1...30 {
      for _ in 0..<site { count.count(entry("10.\(site).0.1", at: start)) }
    }
    let trend = count.trend(counted: 0, openedAt: Date(milliseconds: start), observedAt: Date(milliseconds: start))
    #expect(trend.sites.map(\.ballots) == Array((21...30).reversed()))
    #expect(trend.blocks.count == 10 && trend.lines == 30)
    #expect(trend.sites.allSatisfy { $0.origin.count == 8 } && trend.blocks.allSatisfy { $0.origin.count == 16 })
  }

  @Test func aCountThatIsBehindMakesNoMoreThanTheWhole() {
    var count = TrendCount(from: start)
    for _ in 0..<50 { count.count(entry(nil, at: start)) }
    let trend = count.trend(counted: 20, openedAt: Date(milliseconds: start), observedAt: Date(milliseconds: start))
    #expect(trend.hourShare == 1 && trend.siteShare == 0 && trend.sites == [] && trend.counted == 20)
  }

  @Test(arguments: [VoteRule.Totals.running, .hidden])
  func theEventTellsNoNetworkAndNoNumberWhileTheRuleHidesThem(totals: VoteRule.Totals) throws {
    var count = TrendCount(from: start)
    for _ in 0..<2_000 { count.count(entry("203.0.113.9", at: start)) }
    let openedAt = Date(milliseconds: start - 86_400_000)
    let trend = count.trend(counted: 2_000, openedAt: openedAt, observedAt: Date(milliseconds: start + 3_700_000))
    let rule = VoteRule(
      yesBar: 1, referral: .atClose, opensAt: openedAt, closesAt: openedAt.addingTimeInterval(864_000), totals: totals)
    let vote = Vote(
      number: 1, proposal: ProposalID(), title: "t", category: .safety, reference: nil, state: .open, rule: rule,
      ruleHash: [], openedAt: openedAt, closedAt: nil, carried: nil, endsAt: rule.closesAt, pausedAt: nil,
      changesOrdered: 0, changesMade: 0)
    let events = trend.events(on: vote)
    #expect(events.map(\.kind) == [.lastHourShare, .oneSiteShare])
    for event in events {
      #expect(event.share == 1 && event.ballots == (totals == .hidden ? nil : 2_000))
      let text = String(decoding: try JSON.encode(event), as: UTF8.self)
      #expect(!text.contains(trend.sites[0].origin))
      #expect(text.contains("ballots") == (totals == .running))
    }
    let read: VoteTrend = try JSON.decode(from: JSON.encode(trend))
    #expect(read == trend)
  }
}
