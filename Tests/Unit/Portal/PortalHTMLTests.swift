import Contracts
import FoundationEssentials
import ServiceKit
import Testing

@testable import Portal

private let attacks = [
  "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
  "</title><script>1</script>",
  "<!--", "]]>", "&lt;script&gt;", "javascript:alert(1)", "</article></main><svg/onload=alert(1)>",
  "<style>*{}</style>",
  "\u{0}<b>", "＜script＞", "<ScRiPt\t>1</sCrIpT>", "\\(1)", "%3Cscript%3E", "\u{2028}<i>", "`<a href=x>`",
]

@Suite struct PortalHTMLTests {
  @Test(arguments: attacks) func textStaysText(attack: String) {
    let html: HTML = "<p title=\"\(attack)\">\(attack)</p>"
    let inside = html.text.dropFirst("<p title=\"".count).dropLast("</p>".count)
    #expect(inside.filter { $0 == "<" || $0 == "'" }.isEmpty)
    #expect(inside.filter { $0 == "\"" }.count == 1)
    #expect(inside.filter { $0 == ">" }.count == 1)
    #expect(decoded(html.text) == "<p title=\"\(attack)\">\(attack)</p>")
  }

  @Test func piecesAreNotEscapedTwice() {
    let piece: HTML = "<b>\("<&>")</b>"
    let whole: HTML = "<p>\(piece)\([piece])</p>"
    #expect(whole.text == "<p><b>&lt;&amp;&gt;</b><b>&lt;&amp;&gt;</b></p>")
  }

  @Test func linesAndParagraphsAreKept() {
    #expect(HTML.paragraphs("a\nb\r\n \n\n<c>").text == "<p>a<br>b</p>\n<p>&lt;c&gt;</p>\n")
    #expect(HTML.paragraphs("\n \n").text == "")
  }

  @Test func addressesEncodeTheirValues() {
    let address = Address("/").with("state", "open").with("after", "a b&c=\"<한").with("state", nil)
    #expect(address.text == "/?after=a%20b%26c%3D%22%3C%ED%95%9C")
  }

  @Test(arguments: attacks, Language.allCases) func nothingAPersonWroteBecomesMarkup(
    attack: String, _ language: Language
  ) {
    var task = SampleTask()
    (task.title, task.body) = (attack, attack)
    let site = Site(publicURL: "https://forum.example")
    let speech = Speech(language, isChosen: true)
    let harmless = pages(SampleTask(), site, speech)
    let attacked = pages(task, site, speech)
    // As many tags and quotes as with harmless text: whatever was written has added none.
    for (plain, page) in zip(harmless, attacked) {
      #expect(count("<", in: page) == count("<", in: plain))
      #expect(count(">", in: page) == count(">", in: plain))
      #expect(count("\"", in: page) == count("\"", in: plain))
      #expect(count("'", in: page) == count("'", in: plain))
      #expect(decoded(page).contains(attack))
    }
  }

  /// All pages that show what people write; marked as Korean or not, so that only the text differs.
  private func pages(_ task: SampleTask, _ site: Site, _ speech: Speech) -> [String] {
    let steps = [
      task.submission, task.rejection(.duplicate), task.step(.schedule, 4), task.step(.open, 10), task.receipt,
    ]
    let lines = [
      Occurrence(.rejected, at: SampleTask.time(1), code: task.body, note: task.body),
      Occurrence(.selected, at: SampleTask.time(2), note: task.body),
      Occurrence(.assigned, at: SampleTask.time(3), code: task.body),
    ]
    let text = ProposalText(summary: task.body, body: task.body, reference: task.body)
    let facts = task.facts(steps)
    var assigned = facts
    assigned.assignment = Facts.Assignment(ministry: task.body, at: SampleTask.time(1), dueAt: SampleTask.time(2))
    assigned.ruleHash = task.body
    let rejected = task.facts(Array(steps.prefix(2)))
    let found = Page([facts, assigned, rejected], limit: 2) { _ in task.body }
    return [
      TaskPage(speech: speech, facts: facts, text: text, history: lines).document,
      TaskPage(speech: speech, facts: assigned, text: text, history: lines).document,
      TaskPage(speech: speech, facts: rejected, text: text, history: lines).document,
      ListPage(speech: speech, filter: .all, after: task.body, page: found).document,
    ].map { site.page($0, speech).text.replacing(" lang=\"ko\"", with: "") }
  }

  private func count(_ character: Character, in text: String) -> Int {
    text.unicodeScalars.count { Character($0) == character }
  }
}

private func decoded(_ text: String) -> String {
  [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(text) {
    $0.replacing($1.0, with: $1.1)
  }
}
