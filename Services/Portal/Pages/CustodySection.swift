import Contracts
import FoundationEssentials

/// Who has the case, since when, and until when an answer is owed; or why nobody owes one.
struct CustodySection: Sendable {
  let speech: Speech
  let facts: Facts
  /// Who had it, in the order of time.
  let chain: [Hold]

  private var language: Language { speech.language }

  var html: HTML {
    guard facts.crossedAt != nil || facts.receipt != nil || facts.assignment != nil else { return "" }
    return """
      <section aria-labelledby="custody"><h2 id="custody">\(speech(.referralHeading))</h2>
      <dl class="facts">\(holder)\(origin)\(suspension)\(row(.caseNumber, facts.receipt.map { "<code>\($0.caseID)</code>" }))</dl>
      \(HTML.when(facts.suspension) { _ in "<p class=\"note\">\(speech(.suspensionMeaning))</p>" })</section>
      """
  }

  private func row(_ phrase: Phrase, _ value: HTML?) -> HTML {
    value.map { "<div><dt>\(speech(phrase))</dt><dd>\($0)</dd></div>" } ?? ""
  }

  private var holder: HTML {
    guard let course = facts.course else { return row(.holder, HTML(text: speech(.awaitingReceipt))) }
    let received =
      course.holder == Hold.committee
      ? nil : row(.committeeReceived, facts.receipt.map { HTML.time($0.at, in: language) })
    return HTML([
      row(.holder, course.holder.map { HTML(text: language.label(holder: $0)) }),
      row(.since, course.holder.flatMap(since).map { HTML.time($0, in: language) }),
      due, received ?? "",
    ])
  }

  /// From when on the holder has had it without a break; nil where the chain does not tell (yet).
  private func since(_ holder: String) -> Date? {
    guard var first = chain.last, first.holder == holder, first.until == nil else { return nil }
    for hold in chain.dropLast().reversed() {
      guard hold.holder == holder, hold.until == first.since else { break }
      first = hold
    }
    return first.since
  }

  /// What brought the case, where that was no bar: the bar is told of beside the vote.
  private var origin: HTML {
    guard let receipt = facts.receipt, let origin = receipt.origin, origin != .bar else { return "" }
    guard let event = receipt.event else { return row(.caseOrigin, HTML(text: language.label(origin))) }
    let named: HTML = """
      \(language.label(origin)): <span\(HTML.mark(languageOf: event.name, on: language))>\(event.name)</span>, \
      \(event.heldOn.description)
      """
    return HTML([row(.caseOrigin, named), row(.eventRecord, link(to: event.record))])
  }

  private func link(to address: String?) -> HTML? {
    guard let address, address.hasPrefix("https://") else { return nil }
    return "<a href=\"\(address)\" rel=\"external nofollow noreferrer\">\(address)</a>"
  }

  private var due: HTML {
    facts.suspension == nil ? row(.due, facts.dueAt.map { HTML.time($0, in: language) }) : ""
  }

  private var suspension: HTML {
    guard let loss = facts.suspension else { return "" }
    let votes = "\(speech(.yes)) \(loss.yes.grouped), \(speech(.no)) \(loss.no.grouped)"
    return HTML([
      row(.suspensionReason, HTML(text: language.label(SuspensionReason.barLost))),
      row(.suspendedSince, HTML.time(loss.at, in: language)), row(.votesLeft, HTML(text: votes)),
    ])
  }
}
