import Contracts
import FoundationEssentials
import ServiceKit

/// The list of all proposals.
struct ListPage: Sendable {
  let speech: Speech
  let filter: Filter
  /// The cursor by which this page was reached; nil on the first.
  let after: String?
  let page: Page<Facts>

  private var language: Language { speech.language }

  var document: Document {
    Document(
      title: filter == .all ? speech(.listTitle) : "\(speech(.listTitle)): \(speech(filter.phrase))",
      address: Self.address(filter).with("after", after),
      main: """
        <h1>\(speech(.listTitle))</h1>
        <p class="lead">\(speech(.siteDescription))</p>
        <nav class="filter" aria-label="\(speech(.filterLabel))"><ul>\(Filter.allCases.map(choice))</ul></nav>
        \(items)
        \(turning)
        """)
  }

  private var items: HTML {
    page.items.isEmpty ? "<p>\(speech(.noItems))</p>" : "<ul class=\"cards\">\(page.items.map(card))</ul>"
  }

  private static func address(_ filter: Filter) -> Address {
    Address("/").with("state", filter == .all ? nil : filter.rawValue)
  }

  private func choice(_ choice: Filter) -> HTML {
    let address = speech.link(Self.address(choice))
    let current: HTML = choice == filter ? " aria-current=\"page\"" : ""
    return "<li><a href=\"\(address)\"\(current)>\(speech(choice.phrase))</a></li>"
  }

  private func card(_ facts: Facts) -> HTML {
    let address = speech.link(Address("/proposals/\(facts.proposal)"))
    let title = facts.title(in: speech)
    return """

      <li class="card">
      <h2><a href="\(address)"\(HTML.mark(languageOf: title, on: language))>\(title)</a></h2>
      <p class="facts"><span class="state \(facts.state.rawValue)">\(language.label(facts.state))</span>
      \(HTML.when(facts.category) { "<span>\(language.label($0))</span>" })
      <span>\(HTML.time(facts.listedAt, in: language))</span></p>
      \(vote(facts))
      </li>
      """
  }

  private func vote(_ facts: Facts) -> HTML {
    guard let rule = facts.rule else { return "" }
    guard !facts.hidesTally else { return "<p class=\"note\">\(speech(.totalsRule)): \(speech(.totalsHidden))</p>" }
    let tally = facts.tally
    return """
      <dl class="counts">
      <div><dt>\(speech(.yes))</dt><dd>\(tally?.yes.grouped ?? "0")</dd></div>
      <div><dt>\(speech(.no))</dt><dd>\(tally?.no.grouped ?? "0")</dd></div>
      <div><dt>\(speech(.bar))</dt><dd>\(rule.yesBar.grouped)</dd></div>
      </dl>
      """
  }

  private var turning: HTML {
    guard after != nil || page.next != nil else { return "" }
    let here = Self.address(filter)
    let newest: HTML = after == nil ? "" : "<li><a href=\"\(speech.link(here))\">\(speech(.newest))</a></li>"
    let older: HTML =
      page.next.map {
        "<li><a rel=\"next\" href=\"\(speech.link(here.with("after", $0)))\">\(speech(.older))</a></li>"
      } ?? ""
    return "<nav class=\"turning\" aria-label=\"\(speech(.pagesLabel))\"><ul>\(newest)\(older)</ul></nav>"
  }
}

extension Facts {
  /// What stands above the proposal: its title, or why there is none.
  func title(in speech: Speech) -> String {
    isTextHidden ? speech(.hiddenTitle) : title ?? speech(.missingTitle)
  }
}
