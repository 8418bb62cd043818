import Contracts
import FoundationEssentials
import ServiceKit

/// One proposal, from its text to who has it now.
struct TaskPage: Sendable {
  let speech: Speech
  let facts: Facts
  /// Nil while it has not arrived, and for good when it is hidden.
  let text: ProposalText?
  let history: [Occurrence]
  /// Who had it, in the order of time.
  var chain: [Hold] = []
  /// What became of its case.
  var record = CaseRecord([])
  /// What lateness is told by.
  var now = Date(timeIntervalSince1970: 0)

  var language: Language { speech.language }
  private var address: Address { Address("/proposals/\(facts.proposal)") }

  var document: Document {
    let events = Address("/proposals/\(facts.proposal)/events").text
    return Document(
      title: facts.title(in: speech), address: address,
      main: """
        <article data-events="\(events)" data-state="\(facts.state.rawValue)" \
        data-vote="\(facts.votePhase?.rawValue ?? "")">
        <h1\(mark(facts.title(in: speech)))>\(facts.title(in: speech))</h1>
        \(head)
        <p id="state-changed" class="notice" role="status" hidden>\(speech(.stateChanged))
        <a href="\(speech.link(address))">\(speech(.reload))</a></p>
        \(ReviewSection(speech: speech, facts: facts).html)
        \(VoteSection(speech: speech, facts: facts).html)
        \(CustodySection(speech: speech, facts: facts, chain: chain).html)
        \(CaseSection(speech: speech, record: record, now: now, isSuspended: facts.suspension != nil).html)
        \(ChainSection(speech: speech, chain: chain, now: now, data: custody).html)
        \(body)
        \(HistorySection(speech: speech, history: history).html)
        </article>
        <p><a href="\(speech.link(Address("/")))">\(speech(.backToList))</a></p>
        """,
      feed: AtomFeed.Scope.task(facts.proposal, title: nil).address, isLive: true)
  }

  private var custody: Address { Address("\(OpenData.address)/tasks/\(facts.proposal)/custody") }

  private var head: HTML {
    """
    <dl class="facts">
    <div><dt>\(speech(.stateLabel))</dt><dd><span class="state \(facts.state.rawValue)">\(language.label(facts.state))\
    </span></dd></div>
    \(row(.category, facts.category.map { HTML(text: language.label($0)) }))
    \(row(.submittedAt, facts.submittedAt.map { HTML.time($0, in: language) }))
    \(row(.reference, text?.reference.map { HTML(text: $0) }))
    </dl>
    """
  }

  private func mark(_ written: String) -> HTML { HTML.mark(languageOf: written, on: language) }

  private func row(_ phrase: Phrase, _ value: HTML?) -> HTML {
    value.map { "<div><dt>\(speech(phrase))</dt><dd>\($0)</dd></div>" } ?? ""
  }

  private var body: HTML {
    guard let text else {
      let reason = speech(facts.isTextHidden ? .hiddenText : .missingText)
      return """
        <section aria-labelledby="text"><h2 id="text">\(speech(.text))</h2><p>\(reason)</p></section>
        """
    }
    return """
      <section aria-labelledby="text"><h2 id="text">\(speech(.text))</h2>
      <h3>\(speech(.summary))</h3>
      <div class="written summary"\(mark(text.summary))>\(HTML.paragraphs(text.summary))</div>
      <div class="written"\(mark(text.body))>\(HTML.paragraphs(text.body))</div></section>
      """
  }
}
