import Contracts
import FoundationEssentials
import Testing

@testable import Notification

@Suite struct LetterTests {
  private func letter(_ occasion: Occasion, _ language: Language) -> Letter {
    let words =
      switch language {
      case .korean: KoreanLetters.words(for: occasion)
      case .english: EnglishLetters.words(for: occasion)
      }
    return Letter(
      words, about: Samples.title, Samples.proposal, in: language, publicURL: "https://forum.example",
      stopURL: "https://forum.example/stop")
  }

  @Test func thereIsASampleOfEveryEventType() {
    #expect(Samples.occasions.count == Occasion.types.count)
  }

  @Test(arguments: Samples.occasions, Language.allCases)
  func everyLetterNamesTheProposalAndLinksToIt(occasion: Occasion, language: Language) {
    let letter = letter(occasion, language)
    #expect(letter.subject.contains(Samples.title))
    #expect(letter.text.contains(Samples.title))
    #expect(letter.text.contains("https://forum.example/proposals/\(Samples.proposal)\n"))
    #expect(letter.text.hasSuffix(": https://forum.example/stop\n"), "how to get no more of it")
    #expect(!letter.subject.contains("\n"))
  }

  @Test(arguments: Samples.occasions)
  func lettersAreInTheLanguageOfTheReader(occasion: Occasion) {
    func isHangul(_ scalar: Unicode.Scalar) -> Bool { (0xac00...0xd7a3).contains(scalar.value) }
    let english = EnglishLetters.words(for: occasion)
    #expect(!(english.paragraphs + [english.headline]).joined().unicodeScalars.contains(where: isHangul))
    let korean = KoreanLetters.words(for: occasion)
    #expect(korean.headline.unicodeScalars.contains(where: isHangul))
    #expect(korean.headline.hasSuffix("니다"), "polite")
  }

  @Test(arguments: Language.allCases)
  func noTwoOccasionsHaveTheSameSubject(language: Language) {
    #expect(Set(Samples.occasions.map { letter($0, language).subject }).count == Samples.occasions.count)
  }

  @Test func everyRejectionIsExplainedInWordsOfItsOwn() {
    #expect(Set(RejectionCode.allCases.map(KoreanLetters.name(of:))).count == RejectionCode.allCases.count)
    #expect(Set(RejectionCode.allCases.map(EnglishLetters.name(of:))).count == RejectionCode.allCases.count)
    for language in Language.allCases {
      #expect(letter(Samples.rejected(.duplicate), language).text.contains("Because of 3."))
    }
    #expect(letter(Samples.rejected(.advertisement), .korean).text.contains("사유: 광고\n"))
  }

  @Test func numbersAndTimesAreWrittenForPeopleInKorea() {
    let closed = letter(Samples.closed(carried: false), .korean).text
    #expect(closed.contains("찬성 1,234,567표, 반대 89표 (기준: 100,000표 초과)"))
    #expect(letter(Samples.occasions[6], .english).text.contains("until 2026-11-25 18:30 (Korean time)"))
    #expect([Int64(0), 999, 1_000, -1_234_567].map(\.grouped) == ["0", "999", "1,000", "-1,234,567"])
  }

  @Test(arguments: Language.allCases)
  func aClosedVoteSaysWhetherItIsCarried(language: Language) {
    #expect(
      letter(Samples.closed(carried: true), language).text != letter(Samples.closed(carried: false), language).text)
  }

  @Test(arguments: Language.allCases) func whatIsDecidedIsToldWithItsReasons(language: Language) {
    let decisions = CommitteeDecision.allCases.map(Samples.decided) + MeetingOutcome.allCases.map(Samples.concluded)
    let letters = decisions.map { letter($0, language) }
    #expect(Set(letters.map(\.subject)).count == decisions.count)
    for letter in letters { #expect(letter.text.contains("Because of 3.") && !letter.text.contains("\n\n\n")) }
    #expect(letter(.referral(.answered(Samples.answered)), language).text.contains("We will."))
  }

  @Test(arguments: Language.allCases) func whatBroughtACaseIsToldWhereItWasNotTheBar(language: Language) throws {
    func received(_ origin: CaseOrigin?, _ event: OfflineEvent? = nil) -> Letter {
      letter(
        .referral(
          .received(
            CaseReceived(
              caseID: CaseID(), proposal: Samples.proposal, title: Samples.title, category: .other, yes: 1, no: 0,
              yesBar: 2, ruleHash: "ab", receivedAt: Samples.time, dueAt: Samples.time, origin: origin, event: event,
              reasons: event.map { _ in "Because of 3." }))), language)
    }
    let event = OfflineEvent(name: "Open Forum 3", heldOn: try #require(Day("2026-11-20")))
    let letters = [received(.bar), received(.month), received(.event), received(.event, event)]
    #expect(received(nil) == letters[0])
    #expect(Set(letters.map(\.text)).count == 4 && Set(letters.map(\.subject)).count == 1)
    #expect(letters[1].text.contains(language == .korean ? "그달에 끝난 투표" : "in that month"))
    for word in [language == .korean ? "오프라인 행사" : "off-line event", "Open Forum 3", "2026-11-20", "Because of 3."] {
      #expect(letters[3].text.contains(word))
    }
  }

  @Test(arguments: Language.allCases) func reminderAndEscalationAreForTheOfficeAlone(language: Language) {
    for occasion in [Occasion.referral(.reminded(Samples.reminded)), .referral(.escalated(Samples.escalated))] {
      #expect(Letter.Words(for: occasion, to: .author, in: language) == nil)
      #expect(Letter.Words(for: occasion, to: .follower, in: language) != nil)
    }
  }

  @Test(arguments: Language.allCases) func whatIsLateOfAPlanIsCalledByItsNumberAndTitle(language: Language) throws {
    let (number, title) = (3, Samples.milestone.title)
    var (reminded, escalated, overdue) = (Samples.reminded, Samples.escalated, Samples.overdue)
    (reminded.milestone, reminded.milestoneTitle) = (number, title)
    (escalated.milestone, escalated.milestoneTitle) = (number, title)
    (overdue.milestone, overdue.milestoneTitle) = (number, title)
    let name = language == .korean ? "추진 과제 3번" : "Milestone 3"
    for (milestone, whole) in [
      (ReferralEvent.reminded(reminded), ReferralEvent.reminded(Samples.reminded)),
      (.escalated(escalated), .escalated(Samples.escalated)), (.overdue(overdue), .overdue(Samples.overdue)),
    ] {
      let words = try #require(Letter.Words(for: .referral(milestone), to: .follower, in: language))
      #expect(words.headline.contains(name) && words.text.contains("\(name): \(title)"))
      let other = try #require(Letter.Words(for: .referral(whole), to: .follower, in: language))
      #expect(other.headline != words.headline && !"\(other.headline) \(other.text)".contains(name))
    }
    // From a sender that tells no title.
    overdue.milestoneTitle = nil
    #expect(letter(.referral(.overdue(overdue)), language).text.contains(name))
  }

  @Test(arguments: Language.allCases) func aSuspensionNamesWhoeverKeepsTheTask(language: Language) {
    func text(_ ministry: String?, _ holder: String?) -> String {
      var event = Samples.suspended
      (event.ministry, event.holder) = (ministry, holder)
      return letter(.referral(.suspended(event)), language).text
    }
    let committee = language == .korean ? "정부혁신추진협의회" : "Government Innovation Committee"
    let meeting = text(nil, "strategy-meeting")
    #expect(meeting.contains(language == .korean ? "정부혁신전략회의" : "Government Innovation Strategy Meeting"))
    #expect(text(nil, "support-unit").contains(language == .korean ? "지원단" : "Support Unit"))
    #expect(!meeting.contains(committee) && !text(nil, "support-unit").contains(committee))
    #expect(text(nil, "committee").contains(committee))
    #expect(text("me", "me").contains(language == .korean ? "환경부" : "Ministry of Environment"))
    // From a sender that names no holder.
    #expect(text("me", nil) == text("me", "me") && text(nil, nil) == text(nil, "committee"))
  }

  @Test func theMinistryIsCalledByItsName() {
    let assigned = Occasion.referral(.assigned(Samples.assigned))
    #expect(letter(assigned, .korean).text.contains("환경부"))
    #expect(letter(assigned, .english).text.contains("Ministry of Environment"))
  }
}

@Suite struct SupporterLetterTests {
  @Test(arguments: Language.allCases) func supportersAreToldHowTheReviewEndsAndNoMore(language: Language) {
    let told = Samples.occasions.filter { Letter.Words(for: $0, to: .supporter, in: language) != nil }
    #expect(told.count == 3)
    let merged = Letter.Words(for: .moderation(.merged(Samples.merged)), to: .supporter, in: language)
    #expect(merged?.text.contains(Samples.merged.into.description) == true)
    #expect(merged?.text.contains("The same.") == true)
  }

  @Test func whatNobodyHasReviewedIsNotHandedToWebhooks() {
    #expect(Samples.occasions.count { $0.publicity == .nobody } == 3)
    #expect(Occasion.proposal(.supportersSought(Samples.sought)).publicity == .nobody)
  }
}

@Suite struct OccasionTests {
  @Test func anEventThatWaitedIsReadAgain() throws {
    let occasion = try #require(try Occasion.read(type: TaskSelected.type, data: JSON.encode(Samples.selected)))
    guard case .moderation(.selected(let event)) = occasion else {
      Issue.record("another event")
      return
    }
    #expect(event == Samples.selected)
    #expect(try Occasion.read(type: "kr.forum.unknown.v1", data: []) == nil)
  }

  @Test(arguments: Samples.occasions)
  func everyOccasionKnowsItsProposal(occasion: Occasion) {
    #expect(occasion.proposal == Samples.proposal)
  }
}
