import Contracts
import FoundationEssentials
import Testing

/// Times go through JSON, PostgreSQL and hashes: none of them may move by a millisecond on the way.
@Suite struct TimeTests {
  private static let times = (0..<20_000).map { Int64(1_543_051_800_000) + $0 * 79_193_171 }

  @Test func wholeMillisecondsStayWhatTheyAre() {
    #expect(Self.times.filter { Date(milliseconds: $0).milliseconds != $0 } == [])
    #expect(Self.times.filter { Date(milliseconds: $0).wholeMilliseconds != Date(milliseconds: $0) } == [])
  }

  @Test func textAndBackIsTheSameTime() {
    #expect(Self.times.filter { JSON.date(JSON.timestamp(Date(milliseconds: $0)))?.milliseconds != $0 } == [])
  }

  @Test func textIsRFC3339InUTCWithMilliseconds() {
    #expect(JSON.timestamp(Date(milliseconds: 1_543_210_186_340)) == "2018-11-26T05:29:46.340Z")
    #expect(JSON.timestamp(Date(milliseconds: 1_543_210_186_000)) == "2018-11-26T05:29:46.000Z")
  }

  @Test func textIsAsFoundationWritesIt() {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    let ends: [Int64] = [-62_167_219_200_000, -12_219_292_800_001, -12_219_292_800_000, -1, 0, 951_782_400_000]
    let spread = (0..<20_000).map { Int64(-20_000_000_000_000) + $0 * 2_177_463_123 }  // the years 1336 to 2716
    let differing = (ends + spread + Self.times).filter {
      let date = Date(milliseconds: $0)
      // The style cuts off what is below a millisecond, and with it a whole one where the number is a hair too small.
      return JSON.timestamp(date) != style.format(date + 0.0004)
    }
    #expect(differing.prefix(3) == [])
  }

  @Test func lessThanAMillisecondIsCutOff() {
    #expect(Date(timeIntervalSince1970: 1_543_051_800.1239).milliseconds == 1_543_051_800_123)
  }

  @Test(arguments: [
    "", "x", "2026-11-24", "2026-11-24T09:30:00", "10000-01-01T00:00:00Z", "99999999999-01-01T00:00:00Z",
    "-0001-12-31T23:59:59Z", "999999999999999999999-01-01T00:00:00Z",
  ])
  func whatIsNotRFC3339IsNoTime(text: String) { #expect(JSON.date(text) == nil) }

  @Test func offsetsAndFractionsAreRead() {
    #expect(JSON.date("2026-11-24T18:30:00+09:00") == JSON.date("2026-11-24T09:30:00Z"))
    #expect(JSON.date("2026-11-24T09:30:00.5Z")?.milliseconds == 1_795_512_600_500)
    #expect(JSON.date("2026-11-24T09:30:00.123456Z")?.milliseconds == 1_795_512_600_123)
  }

  @Test func theHashOfARuleSurvivesTheRoundTrip() throws {
    let rule = VoteRule(
      yesBar: 5_000, referral: .atOnce, opensAt: Date(milliseconds: 1_543_210_186_340),
      closesAt: Date(milliseconds: 1_543_368_572_680))
    let read: VoteRule = try JSON.decode(from: try rule.canonicalJSON())
    #expect(read == rule)
    #expect(try read.hash() == rule.hash())
  }
}
