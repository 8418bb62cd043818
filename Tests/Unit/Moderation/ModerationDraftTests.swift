import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Moderation

@Suite struct ModerationDraftTests: ReviewSuite {
  private static let now = Date(milliseconds: 1_790_000_000_340)

  private static func at(_ seconds: Double) -> String { JSON.timestamp(now.addingTimeInterval(seconds)) }

  private static func errors(
    yesBar: Int64 = 100, referral: String? = nil, opensAt: String? = nil, closesAt: String? = nil,
    minimumTurnout: Int64? = nil, majority: Bool? = nil, electorate: String? = nil, totals: String? = nil
  ) -> [String] {
    var errors: [Problem.FieldError] = []
    let rule = RuleDraft(
      yesBar: yesBar, referral: referral, opensAt: opensAt, closesAt: closesAt, minimumTurnout: minimumTurnout,
      majority: majority, electorate: electorate, totals: totals
    ).checked(at: now, &errors)
    #expect((rule == nil) == !errors.isEmpty)
    return errors.map(\.pointer)
  }

  @Test func whatIsLeftOutOpensNowForThirtyDaysAndRefersAtOnce() {
    var errors: [Problem.FieldError] = []
    let rule = RuleDraft(yesBar: 0, referral: nil, opensAt: nil, closesAt: nil).checked(at: Self.now, &errors)
    #expect(errors == [])
    #expect(
      rule
        == VoteRule(
          yesBar: 0, referral: .atOnce, opensAt: Self.now, closesAt: Self.now.addingTimeInterval(30 * Self.day)))
  }

  @Test func whatIsGivenIsKeptToTheMillisecond() {
    var errors: [Problem.FieldError] = []
    let rule = RuleDraft(
      yesBar: 60_000_000, referral: "at-close", opensAt: "2026-11-24T09:30:00.123Z",
      closesAt: "2026-11-24T09:30:01.123Z"
    ).checked(at: Self.now, &errors)
    #expect(errors == [])
    #expect(rule?.yesBar == 60_000_000)
    #expect(rule?.referral == .atClose)
    #expect(rule.map { JSON.timestamp($0.opensAt) } == "2026-11-24T09:30:00.123Z")
    #expect(rule.map { JSON.timestamp($0.closesAt) } == "2026-11-24T09:30:01.123Z")
  }

  @Test func theDefaultEndFollowsTheOpeningThatIsGiven() {
    var errors: [Problem.FieldError] = []
    let rule = RuleDraft(yesBar: 1, referral: nil, opensAt: Self.at(90 * Self.day), closesAt: nil).checked(
      at: Self.now, &errors)
    #expect(rule?.closesAt == Self.now.addingTimeInterval(120 * Self.day))
  }

  @Test(
    arguments: [
      (-1, ["#/rule/yesBar"]), (0, []), (60_000_000, []), (60_000_001, ["#/rule/yesBar"]), (.max, ["#/rule/yesBar"]),
      (.min, ["#/rule/yesBar"]),
    ] as [(Int64, [String])])
  func theBarIsFromZeroToSixtyMillion(bar: Int64, errors: [String]) { #expect(Self.errors(yesBar: bar) == errors) }

  @Test(arguments: ["", "At-Once", "later"])
  func otherReferralsAreRefused(referral: String) { #expect(Self.errors(referral: referral) == ["#/rule/referral"]) }

  @Test(
    arguments: [
      (-300.001, ["#/rule/opensAt"]), (-300, []), (0, []), (365 * Self.day, []),
      (365 * Self.day + 0.001, ["#/rule/opensAt"]),
    ] as [(Double, [String])])
  func aVoteOpensAtMostFiveMinutesAgoAndWithinAYear(seconds: Double, errors: [String]) {
    #expect(Self.errors(opensAt: Self.at(seconds)) == errors)
  }

  @Test(
    arguments: [
      (0.999, ["#/rule/closesAt"]), (1, []), (2, []), (366 * Self.day, []),
      (366 * Self.day + 0.001, ["#/rule/closesAt"]),
      (-60, ["#/rule/closesAt"]),
    ] as [(Double, [String])])
  func aVoteLastsFromOneSecondTo366Days(seconds: Double, errors: [String]) {
    #expect(Self.errors(opensAt: Self.at(60), closesAt: Self.at(60 + seconds)) == errors)
  }

  @Test func aVoteThatIsOverAlreadyIsRefused() {
    #expect(Self.errors(opensAt: Self.at(-200), closesAt: Self.at(0)) == ["#/rule/closesAt"])
    #expect(Self.errors(opensAt: Self.at(-200), closesAt: Self.at(0.001)) == [])
  }

  @Test(arguments: ["", "tomorrow", "2026-11-24", "2026-11-24T09:30:00", "99999999-01-01T00:00:00Z"])
  func whatIsNoTimeIsRefused(text: String) {
    #expect(Self.errors(opensAt: text) == ["#/rule/opensAt"])
    #expect(Self.errors(closesAt: text) == ["#/rule/closesAt"])
  }

  @Test(
    arguments: [
      (-1, ["#/rule/minimumTurnout"]), (0, []), (60_000_000, []), (60_000_001, ["#/rule/minimumTurnout"]),
    ] as [(Int64, [String])])
  func theMinimumTurnoutIsFromNoneToSixtyMillion(turnout: Int64, errors: [String]) {
    #expect(Self.errors(minimumTurnout: turnout) == errors)
  }

  @Test func otherElectoratesAndTotalsAreRefused() {
    #expect(Self.errors(electorate: "everyone") == ["#/rule/electorate"])
    #expect(Self.errors(totals: "never") == ["#/rule/totals"])
    #expect(Self.errors(electorate: "members", totals: "running") == [])
  }

  @Test func whatOnlyTheEndDecidesOrTellsCannotBeReferredAtOnce() {
    #expect(Self.errors(referral: "at-once", majority: true) == ["#/rule/referral"])
    #expect(Self.errors(referral: "at-once", totals: "hidden") == ["#/rule/referral"])
    #expect(Self.errors(referral: "at-once", minimumTurnout: 5, majority: false, totals: "running") == [])
    #expect(Self.errors(referral: "at-close", majority: true, totals: "hidden") == [])
  }

  @Test func whatNeedsTheEndIsReferredAtTheEndIfNothingIsSaid() {
    var errors: [Problem.FieldError] = []
    var draft = RuleDraft(yesBar: 1, referral: nil, opensAt: nil, closesAt: nil, minimumTurnout: 7)
    #expect(draft.checked(at: Self.now, &errors)?.referral == .atOnce)
    #expect(draft.checked(at: Self.now, &errors)?.minimumTurnout == 7)
    draft.majority = true
    #expect(draft.checked(at: Self.now, &errors)?.referral == .atClose)
    draft.majority = false
    draft.totals = "hidden"
    #expect(draft.checked(at: Self.now, &errors)?.referral == .atClose)
    #expect(errors == [])
  }

  @Test func allThatIsWrongIsSaidAtOnce() {
    let draft = SelectionDraft(
      reason: " ", rule: RuleDraft(yesBar: -1, referral: "never", opensAt: "x", closesAt: "y"))
    #expect(
      Self.refusal { try draft.checked(at: Self.now) }?.errors.map(\.pointer)
        == ["#/reason", "#/rule/yesBar", "#/rule/referral", "#/rule/opensAt", "#/rule/closesAt"])
  }

  @Test(arguments: [(0, false), (1, true), (1_000, true), (1_001, false)])
  func aSelectionHasAReasonOfUpToAThousandCharacters(count: Int, isValid: Bool) {
    let rule = RuleDraft(yesBar: 1, referral: nil, opensAt: nil, closesAt: nil)
    let draft = SelectionDraft(reason: String(repeating: "가", count: count), rule: rule)
    #expect((Self.refusal { try draft.checked(at: Self.now) } == nil) == isValid)
  }

  @Test(arguments: [(0, false), (1, true), (4_000, true), (4_001, false)])
  func aRejectionHasAnExplanationOfUpToFourThousandCharacters(count: Int, isValid: Bool) {
    let draft = RejectionDraft(code: "duplicate", explanation: String(repeating: "가", count: count))
    #expect((Self.refusal { try draft.checked() } == nil) == isValid)
  }

  @Test func anExplanationMayHaveLinesButNothingThatMisleads() throws {
    #expect(try RejectionDraft(code: "offensive", explanation: "하나\n둘 ").checked().explanation == "하나\n둘")
    let misleading = RejectionDraft(code: "offensive", explanation: "a\u{202e}b")
    #expect(Self.refusal { try misleading.checked() }?.errors.map(\.pointer) == ["#/explanation"])
  }

  @Test func onlyTheListedCodesReject() {
    #expect(
      RejectionCode.allCases.allSatisfy { code in
        (try? RejectionDraft(code: code.rawValue, explanation: "x").checked())?.code == code
      })
    #expect(
      Self.refusal { try RejectionDraft(code: "boring", explanation: "").checked() }?.errors.map(\.pointer)
        == ["#/explanation", "#/code"])
  }
}
