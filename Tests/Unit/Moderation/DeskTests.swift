import Contracts
import FoundationEssentials
import Postgres
import ServiceKit
import Testing

@testable import Moderation

/// What the Support Unit's people do beside deciding: locks, second opinions, flags.
@Suite struct DeskTests: ReviewSuite {
  private let now = Self.submitted.addingTimeInterval(3 * Self.day)
  private let first = CitizenID()
  private let second = CitizenID()
  private let hiding = Rejection(code: .libellous, explanation: "x")

  @Test func whatOneWorksOnNobodyElseTakesUntilTheTimeIsOver() throws {
    let locked = try Self.review().locked(by: first, minutes: 15, at: now)
    let refusal = Self.refusal { try locked.checkLock(by: second, at: now.addingTimeInterval(899)) }
    #expect(refusal?.status == 409 && refusal?.code == "locked")
    #expect(refusal?.detail?.contains(first.description) == true)
    try locked.checkLock(by: first, at: now)
    try locked.checkLock(by: second, at: now.addingTimeInterval(900))
    #expect(
      try locked.locked(by: first, minutes: 15, at: now.addingTimeInterval(600)).lock?.until
        == now.addingTimeInterval(1_500))
    #expect(Self.refusal { try locked.unlocked(by: second, at: now) }?.status == 409)
    #expect(try locked.unlocked(by: first, at: now).lock == nil)
    #expect(try locked.accepted(at: now).0.lock == nil)
  }

  @Test func aTextIsHiddenByTwoPeopleAndNotByOne() throws {
    let proposed = try Self.review().proposed(hiding, by: first, at: now)
    #expect(proposed.state == .pending && proposed.proposedRejection?.rejection == hiding)
    #expect(Self.refusal { try proposed.rejectionConfirmed(by: first, at: now) }?.status == 403)
    #expect(Self.refusal { try proposed.rejectionRefused(by: first) }?.status == 403)
    let (rejected, event) = try proposed.rejectionConfirmed(by: second, at: now)
    #expect(rejected.state == .rejected && rejected.rejection == hiding && rejected.proposedRejection == nil)
    #expect(rejected.rejectedBy == first && rejected.rejectionConfirmedBy == second)
    #expect(event.code == .libellous)
    let refused = try proposed.rejectionRefused(by: second)
    #expect(refused.state == .pending && refused.proposedRejection == nil)
    for attempt in [Self.review(), refused, rejected] {
      #expect(Self.refusal { try attempt.rejectionConfirmed(by: second, at: now) }?.code == "nothing-proposed")
    }
    // Whoever decides otherwise meanwhile decides.
    #expect(try proposed.accepted(at: now).0.proposedRejection == nil)
  }

  @Test func neitherOfTheTwoDecidesOnTheAppeal() throws {
    let (rejected, _) = try Self.review().proposed(hiding, by: first, at: now).rejectionConfirmed(by: second, at: now)
    let appeal = Appeal(ground: .factualError, statement: "s", appealedAt: now)
    let (appealed, _) = try rejected.appealed(appeal, by: rejected.author, days: 14)
    let decision = Appeal.Decision(outcome: .overturned, explanation: "x", decidedAt: now)
    for person in [first, second] {
      #expect(Self.refusal { try appealed.appealDecided(decision, by: person) }?.status == 403)
    }
    let (accepted, _) = try appealed.appealDecided(decision, by: CitizenID())
    // An appeal that was granted is final.
    #expect(Self.refusal { try accepted.proposed(hiding, by: first, at: now) }?.code == "already-appealed")
  }

  @Test func threeFlagsPutAProposalBeforeTheSupportUnitAndHideNothing() throws {
    var review = Self.review(.accepted)
    review.flags = 2
    #expect(!review.isFlagged)
    review.flags = 3
    #expect(review.isFlagged && review.state == .accepted)
    #expect(try review.flagsDismissed().flags == 0)
    #expect(Self.refusal { try Self.review().flagsDismissed() }?.code == "no-flags")
  }

  @Test func aCitizenFlagsSoManyADayAndIsToldWhenMoreArePossible() throws {
    let times = (0..<20).map { now.addingTimeInterval(Double($0) * 60 - 80_000) }
    try Flags.check(earlier: Array(times.dropLast()), at: now)
    let refusal = Self.refusal { try Flags.check(earlier: times, at: now) }
    #expect(refusal?.status == 429 && refusal?.retryAfter == 6_400)
    #expect(Self.refusal { try FlagDraft(reason: "boring").checked() }?.errors.map(\.pointer) == ["#/reason"])
  }

  @Test func everyStepOfTheWayHasAWordInTheActionLog() {
    let names = Set(Deed.allCases.map(\.rawValue))
    let steps: [TaskAction] = [
      .accept, .reject, .return, .merge, .select, .appeal, .uphold, .overturn, .revise, .lapse, .withdraw,
    ]
    #expect(names.isSuperset(of: steps.map(\.rawValue)))
  }
}

/// What the Support Unit does in other services, as the action log of moderation has it.
@Suite struct ForeignDeedTests {
  private let time = Date(milliseconds: 1_790_000_000_123)
  private let staff = CitizenID()
  private let proposal = ProposalID()

  private func reason(_ action: LoggedAction?) throws -> [String: String]? {
    try action?.reason.map { try JSON.decode(from: Array($0.text.utf8)) }
  }

  @Test(arguments: OpinionDeed.allCases)
  func whatIsDoneToATextIsALineWithItsReason(deed: OpinionDeed) throws {
    let (opinion, text) = (OpinionID(), CaseTextID())
    let code: OpinionHidingCode? = deed == .restore || deed == .refuseHiding ? nil : .offensive
    let explanation = deed == .refuseHiding ? nil : "왜"
    let onProposal = OpinionModerated(
      proposal: proposal, opinion: opinion, deed: deed, actor: staff, role: "admin", code: code,
      explanation: explanation, doneAt: time)
    try check(LoggedAction(.opinionModerated(onProposal), nil), deed, .opinion(opinion))
    for (kind, wanted) in [(CaseTextKind.rating, LoggedText.rating(text)), (.resultOpinion, .resultOpinion(text))] {
      let onResults = CaseTextModerated(
        caseID: CaseID(), proposal: proposal, title: "t", kind: kind, text: text, deed: deed, actor: staff,
        role: "admin", code: code, explanation: explanation, doneAt: time)
      try check(LoggedAction(.textModerated(onResults), at: time.addingTimeInterval(1)), deed, wanted)
    }
  }

  private func check(_ action: LoggedAction?, _ deed: OpinionDeed, _ text: LoggedText) throws {
    let line = try #require(action)
    #expect(line.deed.rawValue == deed.rawValue && line.text == text && line.proposal == proposal)
    #expect(line.actor == staff && line.role == "admin" && line.at == time)
    let reasons: [OpinionDeed: [String: String]] = [
      .proposeHiding: ["code": "offensive", "explanation": "왜"], .hide: ["code": "offensive", "explanation": "왜"],
      .restore: ["reason": "왜"],
    ]
    #expect(try reason(line) == reasons[deed])
    // What one person alone holds against a text is for the Support Unit.
    let (shown, forStaff) = (try ActionView(1, line, forStaff: false), try ActionView(1, line, forStaff: true))
    #expect((shown.reason == nil) == (deed == .proposeHiding || deed == .refuseHiding))
    #expect((forStaff.reason == nil) == (deed == .refuseHiding) && shown.actor == staff)
    #expect(shown.opinion == text.opinion && shown.rating == text.rating && shown.resultOpinion == text.resultOpinion)
  }

  @Test func whatIsDoneToAVoteIsALineAndWhatHappensToItIsNone() throws {
    let paused = VotePaused(
      proposal: proposal, reason: "점검", pausedAt: time, closesAt: time, ruleHash: "ab", orderedBy: staff)
    let resumed = VoteResumed(
      proposal: proposal, reason: "끝", resumedAt: time, closesAt: time, ruleHash: "ab", orderedBy: staff)
    let extended = VoteExtended(
      proposal: proposal, reason: "연장", extendedAt: time, closesAt: time, ruleHash: "ab", orderedBy: staff)
    let lines = try [VoteEvent.paused(paused), .resumed(resumed), .extended(extended)].map {
      try #require(try LoggedAction($0, at: time))
    }
    #expect(lines.map(\.deed) == [.pauseVote, .resumeVote, .extendVote])
    #expect(lines.allSatisfy { $0.actor == staff && $0.role == "support-unit" && $0.proposal == proposal })
    #expect(try lines.map { try reason($0)?["reason"] } == ["점검", "끝", "연장"])
    for (kind, deed) in [(RulingKind.void, Deed.voidBallots), (.release, .releaseBallots)] {
      let ruled = BallotsRuled(
        proposal: proposal, ruling: RulingID(), kind: kind, code: .sameHand, reason: "왜", yes: nil, no: nil,
        proposedBy: CitizenID(), confirmedBy: staff, confirmedAt: time, ruleHash: "ab")
      let line = try #require(try LoggedAction(.ballotsRuled(ruled), at: time))
      #expect(line.deed == deed && line.actor == staff)
      #expect(try reason(line) == ["code": "same-hand", "reason": "왜"])
    }
    let closed = VoteClosed(
      proposal: proposal, yes: 1, no: 2, yesBar: 3, carried: false, ruleHash: "ab", closedAt: time)
    #expect(try LoggedAction(.closed(closed), at: time) == nil)
  }
}

@Suite struct SelectionRuleTests: ReviewSuite {
  private func candidate(_ sympathies: Int64, _ minute: Int) -> SelectionRule.Candidate {
    SelectionRule.Candidate(
      proposal: ProposalID(), sympathies: sympathies, acceptedAt: Self.submitted.addingTimeInterval(60 * Double(minute))
    )
  }

  @Test func theMostSupportedAreProposedAndOfEqualsTheEarlier() {
    let candidates = [candidate(5, 0), candidate(9, 2), candidate(9, 1), candidate(100, 3), candidate(4, 0)]
    let rule = SelectionRule(monthly: 3, leastSympathies: 5)
    #expect(rule.proposed(candidates, selected: 0) == [candidates[3], candidates[2], candidates[1]])
    #expect(rule.proposed(candidates, selected: 2) == [candidates[3]])
    #expect(rule.proposed(candidates, selected: 7).isEmpty)
    #expect(SelectionRule(monthly: 9, leastSympathies: 5).proposed(candidates, selected: 0).count == 4)
  }

  @Test func theMonthIsThatOfKorea() throws {
    let began = try #require(JSON.date("2026-10-31T15:00:00Z"))
    for text in ["2026-10-31T15:00:00Z", "2026-11-24T09:30:00Z", "2026-11-30T14:59:59.999Z"] {
      #expect(SelectionRule.monthBegan(at: try #require(JSON.date(text))) == began)
    }
  }

  @Test func theSupportUnitIsBehindWhenHalfOfWhatWaitsHasWaitedTooLong() {
    #expect(!ReviewDelay(waiting: 0, medianDays: 99, targetDays: 10).isLate)
    #expect(!ReviewDelay(waiting: 3, medianDays: 10, targetDays: 10).isLate)
    #expect(ReviewDelay(waiting: 3, medianDays: 11, targetDays: 10).isLate)
  }

  @Test func everybodyIsToldOfAChangeAndOfNothingElse() {
    let late = ReviewDelay(waiting: 3, medianDays: 11, targetDays: 10)
    let onTime = ReviewDelay(waiting: 0, medianDays: 0, targetDays: 10)
    let now = Self.submitted
    guard case .reviewDelayed(let delayed) = late.notice(wasLate: false, at: now),
      case .reviewOnTime(let ended) = onTime.notice(wasLate: true, at: now)
    else {
      Issue.record("a change is not told")
      return
    }
    #expect(delayed == ReviewDelayed(waiting: 3, medianDays: 11, targetDays: 10, noticedAt: now))
    #expect(ended == ReviewOnTime(waiting: 0, medianDays: 0, targetDays: 10, noticedAt: now))
    #expect(delayed.subject == ended.subject, "one follows the other only under one key")
    #expect(late.notice(wasLate: true, at: now) == nil && onTime.notice(wasLate: false, at: now) == nil)
  }
}
