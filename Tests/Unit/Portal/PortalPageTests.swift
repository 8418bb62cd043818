import Contracts
import FoundationEssentials
import HTTPServer
import ServiceKit
import Testing

@testable import Portal

@Suite struct PortalPageTests {
  private let task = SampleTask()
  private let site = Site(publicURL: "https://forum.example")

  private func page(_ facts: Facts, _ speech: Speech, text: ProposalText? = nil) -> String {
    site.page(TaskPage(speech: speech, facts: facts, text: text, history: []).document, speech).text
  }

  @Test(arguments: Phrase.allCases) func everyTextIsThereInBothLanguages(phrase: Phrase) {
    let (korean, english) = (phrase.in(.korean), phrase.in(.english))
    #expect(!korean.isEmpty && !english.isEmpty)
    #expect(english.allSatisfy { $0.isASCII })
    #expect(korean.unicodeScalars.contains { (0xac00...0xd7a3).contains($0.value) })
  }

  @Test(arguments: Language.allCases) func everyValueHasAName(language: Language) {
    let labels =
      TaskState.allCases.map { language.label($0) } + RejectionCode.allCases.map { language.label($0) }
      + WithdrawalReason.allCases.map { language.label($0) } + Occurrence.Kind.allCases.map { language.label($0) }
      + RulingCode.allCases.map { language.label($0) } + SuspensionReason.allCases.map { language.label($0) }
      + CaseOrigin.allCases.map { language.label($0) }
    #expect(labels.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII } == (language == .english) })
  }

  @Test func aHiddenTextIsNowhereInThePage() {
    var task = SampleTask()
    (task.title, task.body) = ("비밀제목", "비밀본문")
    let facts = task.facts([
      task.submission,
      .moderation(
        .rejected(
          ProposalRejected(
            proposal: task.id, code: .offensive, explanation: "이유", rejectedAt: SampleTask.time(1)))),
    ])
    let list = ListPage(
      speech: Speech(.korean), filter: .all, after: nil, page: Page([facts], limit: 1) { _ in "" })
    for text in [page(facts, Speech(.korean)), site.page(list.document, Speech(.korean)).text] {
      #expect(!text.contains("비밀"))
      #expect(text.contains(Phrase.hiddenTitle.in(.korean)))
    }
  }

  @Test(arguments: Language.allCases)
  func aCountThatTheRuleHidesIsNotOnThePageUntilTheVoteHasClosed(language: Language) {
    var hidden = task
    hidden.rule = VoteRule(
      yesBar: 100, referral: .atClose, opensAt: SampleTask.time(10), closesAt: SampleTask.time(1_000),
      minimumTurnout: 4_321, majority: true, electorate: .members, totals: .hidden)
    let open = [hidden.submission, hidden.step(.schedule, 4), hidden.step(.open, 10)]
    // A count that came too early is kept back all the same; its comma is in no identifier.
    let running = page(hidden.facts(open + [hidden.count(1, yes: 7_777)]), Speech(language))
    #expect(!running.contains("tally-yes") && !running.contains("7,777"))
    let phrases = [Phrase.totalsHidden, .membersOnly, .majorityMeaning]
    for phrase in phrases { #expect(running.contains(phrase.in(language))) }
    #expect(running.contains("4,321"))
    #expect(Snapshot(hidden.facts(open + [hidden.count(1, yes: 7_777)]), revision: 1).tally == nil)
    let listed = ListPage(
      speech: Speech(language), filter: .all, after: nil,
      page: Page([hidden.facts(open)], limit: 1) { _ in "" })
    let list = site.page(listed.document, Speech(language)).text
    #expect(list.contains(Phrase.totalsHidden.in(language)) && !list.contains("<dd>0</dd>"))
    let closed = page(hidden.facts(open + [hidden.step(.close, 1_001)]), Speech(language))
    #expect(closed.contains(">150</dd>"))
  }

  @Test(arguments: Language.allCases)
  func everyPageSaysThatReviewsAreLateAsLongAsTheyAre(language: Language) throws {
    let facts = task.facts([task.submission])
    let speech = Speech(language)
    let list = ListPage(speech: speech, filter: .all, after: nil, page: Page([facts], limit: 1) { _ in "" })
    for var document in [
      list.document, TaskPage(speech: speech, facts: facts, text: nil, history: []).document,
    ] {
      #expect(!site.page(document, speech).text.contains("class=\"banner\""))
      document.notice = DelayNotice(targetDays: 10, since: SampleTask.time(1))
      let page = site.page(document, speech).text
      #expect(page.contains(Phrase.delayTitle.in(language)) && page.contains(Phrase.delayText.in(language)))
      #expect(page.contains("\(Phrase.delayTarget.in(language)): 10"))
      let banner = try #require(page.firstRange(of: "class=\"banner\""))
      #expect(banner.upperBound < (try #require(page.firstRange(of: "<main"))).lowerBound)
    }
  }

  @Test(arguments: Language.allCases)
  func aSuspendedTaskSaysWhySinceWhenAndThatNothingIsOwed(language: Language) {
    let held = [
      task.submission, task.step(.schedule, 4), task.step(.open, 10), task.step(.crossBar, 30), task.receipt,
      task.step(.assign, 70),
    ]
    let phrases = [Phrase.suspensionReason, .suspendedSince, .votesLeft, .suspensionMeaning]
    let before = page(task.facts(held), Speech(language))
    for phrase in phrases { #expect(!before.contains(phrase.in(language))) }
    #expect(before.contains("<dt>\(Phrase.due.in(language))</dt>"))
    let suspended = page(task.facts(held + [task.step(.loseBar, 80)]), Speech(language))
    for phrase in phrases { #expect(suspended.contains(phrase.in(language))) }
    #expect(suspended.contains(language.label(SuspensionReason.barLost)))
    #expect(suspended.contains("<span class=\"state suspended\">\(language.label(TaskState.suspended))"))
    #expect(!suspended.contains("<dt>\(Phrase.due.in(language))</dt>"))
    #expect(suspended.contains(Ministry.named("molit").map(language.label) ?? "-"))
    let again = page(
      task.facts(held + [task.step(.loseBar, 80), task.step(.crossBar, 90), task.resumption(91, crossing: 90)]),
      Speech(language))
    #expect(again.contains(HTML.time(SampleTask.time(1_091), in: language).text))
  }

  @Test(arguments: Language.allCases) func theHistorySaysWhatBecameOfTheBallots(language: Language) {
    let void = BallotsRuled(
      proposal: task.id, ruling: RulingID(), kind: .void, code: .sameHand, reason: "<이유>", yes: 1_234, no: 5,
      proposedBy: CitizenID(), confirmedBy: CitizenID(), confirmedAt: SampleTask.time(20), ruleHash: "ab")
    var hidden = void
    (hidden.kind, hidden.code, hidden.yes, hidden.no) = (.release, .examined, nil, nil)
    let lines = [VoteEvent.ballotsRuled(void), .ballotsRuled(hidden)].compactMap {
      Occurrence($0, at: SampleTask.time(21))
    }
    #expect(lines.map(\.kind) == [.ballotsVoided, .ballotsReleased])
    let section = HistorySection(speech: Speech(language), history: lines).html.text
    #expect(section.contains(language.label(RulingCode.sameHand)) && section.contains("1,234"))
    #expect(section.contains(language.label(RulingCode.examined)) && section.contains("&lt;이유&gt;"))
    #expect(!section.contains(void.proposedBy.description) && !section.contains(void.confirmedBy.description))
  }

  @Test func aLanguageThatWasChosenStaysAndOneThatWasNotDoesNot() {
    let facts = task.facts([task.submission])
    #expect(page(facts, Speech(.english, isChosen: true)).contains("href=\"/?lang=en\""))
    #expect(!page(facts, Speech(.korean)).contains("href=\"/?lang=ko\""))
  }

  @Test(arguments: [
    (nil, Language.korean), ("", .korean), ("ja,fr;q=0.5", .korean), ("en", .english), ("en-GB,ko;q=0.9", .english),
    ("ko;q=0.4, en;q=0.8", .english), ("en;q=0", .korean), ("ko-KR,ko;q=0.9,en-US;q=0.8", .korean),
    ("EN;Q=1", .english), ("en;q=x,ko;q=0.1", .korean), ("*", .korean),
  ]) func acceptLanguageIsFollowed(header: String?, language: Language) {
    #expect(Language.preferred(by: header) == language)
  }

  @Test(arguments: Language.allCases) func thePageSaysItsLanguageAndHeadingsAreInOrder(language: Language) {
    let facts = task.facts([
      task.submission, task.step(.schedule, 4), task.step(.open, 10), task.count(1, yes: 5), task.receipt,
    ])
    let text = page(facts, Speech(language), text: ProposalText(summary: "s", body: "b", reference: nil))
    #expect(text.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(language.rawValue)\">"))
    var last = 0
    for match in text.matches(of: /<h([1-6])/) {
      let level = Int(match.output.1) ?? 0
      #expect(level <= last + 1)
      last = level
    }
    #expect(text.matches(of: /<h1/).count == 1)
    let ids = text.matches(of: /\ id="([^"]*)"/).map { String($0.output.1) }
    #expect(Set(ids).count == ids.count)
    #expect(!text.contains("style=") && !text.contains("onclick") && !text.contains("<style"))
  }

  @Test func aPageCarriesTheHeadersThatGuardIt() {
    let response = site.response(ErrorPage(speech: Speech(.korean), problem: .notFound("")).document, Speech(.korean))
    #expect(response.headers["content-security-policy"]?.contains("unsafe") == false)
    #expect(response.headers["x-content-type-options"] == "nosniff")
    #expect(response.headers["vary"] == "Accept-Language")
    #expect(response.headers["content-language"] == "ko")
    #expect(response.headers["cache-control"] == "public, max-age=1")
  }

  @Test func refusalsAreNotKeptAndHaveTheirStatus() {
    let problem = Problem.unavailable("", retryAfter: 3)
    let response = site.response(
      ErrorPage(speech: Speech(.english), problem: problem).document, Speech(.english), problem)
    #expect(response.status == 503)
    #expect(response.headers["cache-control"] == "no-store")
    #expect(response.headers["retry-after"] == "3")
  }

  @Test(
    arguments: [
      (0, "1970년 1월 1일 09:00 (한국 표준시)"), (951_782_399_000, "2000년 2월 29일 08:59 (한국 표준시)"),
      (951_836_400_000, "2000년 3월 1일 00:00 (한국 표준시)"), (1_798_729_199_999, "2026년 12월 31일 23:59 (한국 표준시)"),
      (1_798_729_200_000, "2027년 1월 1일 00:00 (한국 표준시)"), (-32_400_001, "1969년 12월 31일 23:59 (한국 표준시)"),
    ] as [(Int64, String)]) func timesAreThoseOfKorea(milliseconds: Int64, text: String)
  {
    #expect(KoreanTime(Date(milliseconds: milliseconds)).text(in: .korean) == text)
  }

  @Test func numbersAreGrouped() {
    #expect([0, 999, 1_000, 1_234_567, -1_000].map(\Int64.grouped) == ["0", "999", "1,000", "1,234,567", "-1,000"])
  }
}
