import Contracts
import FoundationEssentials
import Testing

@testable import Portal

/// Who is shown as the one who has a case.
@Suite struct CustodyPageTests {
  private let task = SampleTask()

  private func section(_ facts: Facts, _ language: Language, _ chain: [Hold] = []) -> String {
    CustodySection(speech: Speech(language), facts: facts, chain: chain).html.text
  }

  private func held(by name: String, _ language: Language) -> String {
    "<dt>\(Phrase.holder.in(language))</dt><dd>\(language.label(holder: name))</dd>"
  }

  private func decision(_ decision: CommitteeDecision, holder: Holder) -> SampleTask.Step {
    .referral(
      .decided(
        CaseDecided(
          caseID: task.caseID, proposal: task.id, title: task.title, decision: decision, reasons: task.body,
          changes: nil, holder: holder.name, dueAt: SampleTask.time(777), actor: CitizenID(),
          decidedAt: SampleTask.time(65))))
  }

  @Test(arguments: Language.allCases) func theHolderIsTheOneOfTheLastEvent(language: Language) {
    let due = HTML.time(SampleTask.time(777), in: language).text
    let begun = [task.submission, task.step(.crossBar, 30), task.receipt]
    #expect(section(task.facts(begun), language).contains(held(by: "committee", language)))
    for (step, holder) in [
      (decision(.adopt, holder: .strategyMeeting), "strategy-meeting"),
      (decision(.return, holder: .supportUnit), "support-unit"),
    ] {
      let text = section(task.facts(begun + [step]), language)
      #expect(text.contains(held(by: holder, language)) && text.contains(due), "\(holder)")
      #expect(text.contains(Phrase.committeeReceived.in(language)))
    }
    let assigned = task.facts(begun + [decision(.adopt, holder: .strategyMeeting), task.step(.assign, 70)])
    #expect(section(assigned, language).contains(held(by: "molit", language)))
  }

  @Test(arguments: Language.allCases) func whatBroughtTheCaseIsNamedWhereItWasNoBar(language: Language) throws {
    func received(_ origin: CaseOrigin?, _ event: OfflineEvent? = nil) -> SampleTask.Step {
      .referral(
        .received(
          CaseReceived(
            caseID: task.caseID, proposal: task.id, title: task.title, category: .transport, yes: 9, no: 1, yesBar: 100,
            ruleHash: "ab", receivedAt: SampleTask.time(60), dueAt: SampleTask.time(600), origin: origin, event: event,
            reasons: event.map { _ in "논의되었다." })))
    }
    func shown(_ step: SampleTask.Step) -> String { section(task.facts([task.submission, step]), language) }
    let head = "<dt>\(Phrase.caseOrigin.in(language))</dt>"
    #expect(!shown(received(nil)).contains(head) && !shown(received(.bar)).contains(head))
    #expect(shown(received(.month)).contains("\(head)<dd>\(language.label(CaseOrigin.month))</dd>"))
    let day = try #require(Day("2026-11-20"))
    let text = shown(received(.event, OfflineEvent(name: "<b>포럼</b>", heldOn: day, record: "https://example.org/?a&b")))
    #expect(
      text.contains("\(head)<dd>\(language.label(CaseOrigin.event)): <span") && text.contains(", 2026-11-20</dd>"))
    #expect(text.contains("&lt;b&gt;포럼&lt;/b&gt;") && text.contains(#"<a href="https://example.org/?a&amp;b""#))
    let script = shown(received(.event, OfflineEvent(name: "포럼", heldOn: day, record: "javascript:alert(1)")))
    #expect(!script.contains("javascript"))
  }

  @Test(arguments: Language.allCases) func theHistorySaysWhatBroughtTheCaseAndWhy(language: Language) throws {
    let event = CaseReceived(
      caseID: task.caseID, proposal: task.id, title: task.title, category: .transport, yes: 9, no: 1, yesBar: 100,
      ruleHash: "ab", receivedAt: SampleTask.time(60), dueAt: SampleTask.time(600), origin: .event,
      event: OfflineEvent(name: "포럼", heldOn: try #require(Day("2026-11-20"))), reasons: "논의되었다.")
    let line = try #require(Occurrence(.received(event)))
    #expect(line.code == "event" && line.note == "포럼, 2026-11-20\n논의되었다.")
    let text = HistorySection(speech: Speech(language), history: [line]).html.text
    #expect(text.contains(language.label(CaseOrigin.event)) && text.contains("포럼, 2026-11-20"))
    var other = event
    (other.origin, other.event, other.reasons) = (.bar, nil, nil)
    let plain = try #require(Occurrence(.received(other)))
    #expect(plain.code == nil && plain.note == nil)
    other.origin = .month
    #expect(try #require(Occurrence(.received(other))).code == "month")
  }

  @Test(arguments: Language.allCases) func nobodyHoldsWhatHasEnded(language: Language) {
    let begun = [task.submission, task.step(.crossBar, 30), task.receipt]
    let ends = [
      [task.step(.decline, 65)], [task.step(.assign, 70), task.step(.complete, 80)],
      [task.step(.assign, 70), task.step(.discontinue, 80)],
    ]
    for end in ends {
      let text = section(task.facts(begun + end), language)
      for phrase in [Phrase.holder, .since, .due] { #expect(!text.contains("<dt>\(phrase.in(language))</dt>")) }
      #expect(text.contains("<code>\(task.caseID)</code>"))
    }
  }

  @Test(arguments: Language.allCases) func sinceIsWhenTheHolderGotItAndNothingWhereTheChainSaysOtherwise(
    language: Language
  ) {
    let facts = task.facts([task.submission, task.step(.crossBar, 30), task.receipt, task.step(.assign, 70)])
    func since(_ minute: Int) -> String {
      "<dt>\(Phrase.since.in(language))</dt><dd>\(HTML.time(SampleTask.time(minute), in: language).text)</dd>"
    }
    func hold(_ holder: String, _ step: Hold.Step, _ since: Int, _ until: Int?) -> Hold {
      Hold(
        holder: holder, step: step, since: SampleTask.time(since), handOver: 1, until: until.map(SampleTask.time),
        begunBy: UUID())
    }
    let chain = [hold("committee", .committee, 60, 70), hold("molit", .ministry, 70, 80)]
    #expect(section(facts, language, chain + [hold("molit", .implementation, 80, nil)]).contains(since(70)))
    let returned = [hold("molit", .ministry, 61, 62), hold("committee", .committee, 62, 75)]
    #expect(section(facts, language, returned + [hold("molit", .ministry, 75, nil)]).contains(since(75)))
    for chain in [[], chain, [hold("committee", .committee, 60, nil)]] {
      #expect(!section(facts, language, chain).contains("<dt>\(Phrase.since.in(language))</dt>"))
    }
  }
}
