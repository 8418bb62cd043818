import Contracts
import Crypto
import FoundationEssentials
import Testing

@Suite struct VoteRuleTests {
  private let time = Date(milliseconds: 1_700_000_000_123)

  private var plain: VoteRule {
    VoteRule(yesBar: 3, referral: .atOnce, opensAt: time, closesAt: time.addingTimeInterval(60))
  }

  private var full: VoteRule {
    VoteRule(
      yesBar: 3, referral: .atClose, opensAt: time, closesAt: time.addingTimeInterval(60), minimumTurnout: 10,
      majority: true, electorate: .members, totals: .hidden)
  }

  /// The hash as it was published before a rule had any other members.
  @Test func theHashOfARuleFromBeforeStaysWhatItWas() throws {
    #expect(Hex.encode(try plain.hash()) == "6eee5ef9f9a0f67ba47d163aadc71ee6d7011450ef39bbaa785edeb20f51ef95")
  }

  @Test func aRuleFromBeforeIsReadAsWhatItAlwaysMeant() throws {
    let json =
      #"{"closesAt":"2023-11-14T22:14:20.123Z","opensAt":"2023-11-14T22:13:20.123Z","referral":"at-once","yesBar":3}"#
    let rule: VoteRule = try JSON.decode(from: Array(json.utf8))
    #expect(rule == plain)
    #expect(rule.minimumTurnout == 0 && !rule.majority && rule.electorate == .citizens && rule.totals == .running)
  }

  @Test func everyMemberThatIsNotTheDefaultIsInTheCanonicalJSONAndSurvivesIt() throws {
    let json = try full.canonicalJSON()
    #expect(
      String(decoding: json, as: UTF8.self)
        == #"{"closesAt":"2023-11-14T22:14:20.123Z","electorate":"members","majority":true,"minimumTurnout":10,"#
        + #""opensAt":"2023-11-14T22:13:20.123Z","referral":"at-close","totals":"hidden","yesBar":3}"#)
    #expect(try JSON.decode(VoteRule.self, from: json) == full)
  }

  @Test func eachNewMemberChangesTheHash() throws {
    var others = [plain, plain, plain, plain]
    others[0].minimumTurnout = 1
    others[1].majority = true
    others[2].electorate = .members
    others[3].totals = .hidden
    #expect(Set(try (others + [plain]).map { try $0.hash() }).count == 5)
  }

  @Test(
    arguments: [
      (6, 5, []), (10, 0, []), (5, 5, [.majority]), (4, 6, [.majority]), (4, 3, [.turnout]),
      (4, 5, [.turnout, .majority]), (3, 2, [.bar, .turnout]), (3, 7, [.bar, .majority]),
      (0, 0, [.bar, .turnout, .majority]),
    ] as [(Int64, Int64, [VoteRule.Shortfall])])
  func allThatARuleAsksForMustHold(yes: Int64, no: Int64, lacking: [VoteRule.Shortfall]) {
    #expect(full.shortfalls(yes: yes, no: no) == lacking)
    #expect(full.isCarried(yes: yes, no: no) == lacking.isEmpty)
  }

  @Test func aRuleThatAsksForNothingButTheBarLooksAtNothingElse() {
    #expect(!plain.isCarried(yes: 3, no: 0))
    #expect(plain.isCarried(yes: 4, no: 1_000))
  }
}
