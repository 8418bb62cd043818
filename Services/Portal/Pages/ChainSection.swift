import Contracts
import FoundationEssentials

/// The chain of custody as a table: who had the task for what, from when to when, and how late.
struct ChainSection: Sendable {
  let speech: Speech
  let chain: [Hold]
  let now: Date
  /// The same for machines.
  let data: Address

  private var language: Language { speech.language }

  var html: HTML {
    guard !chain.isEmpty else { return "" }
    let heads = [Phrase.chainHolder, .chainStep, .chainFrom, .chainUntil, .chainDue]
    return """
      <section aria-labelledby="chain"><h2 id="chain">\(speech(.chainHeading))</h2>
      <p class="note">\(speech(.chainNote)) <a href="\(data.text)">\(speech(.chainData))</a></p>
      <div class="scroll" role="region" aria-labelledby="chain" tabindex="0"><table>
      <thead><tr>\(heads.map { "<th scope=\"col\">\(speech($0))</th>" })</tr></thead>
      <tbody>\(chain.map(row))</tbody></table></div></section>
      """
  }

  private func row(_ hold: Hold) -> HTML {
    let until: HTML = HTML.when(
      hold.until == nil, "<strong>\(speech(.chainNow))</strong>",
      otherwise: HTML.when(hold.until) { HTML.time($0, in: language) })
    return """

      <tr><th scope="row">\(language.label(holder: hold.holder))</th><td>\(language.label(hold.step))</td>\
      <td>\(HTML.time(hold.since, in: language))</td><td>\(until)</td><td>\(due(hold))</td></tr>
      """
  }

  private func due(_ hold: Hold) -> HTML {
    guard let dueAt = hold.dueAt else { return "" }
    let words = language.lateness(days: hold.lateDays(at: now), isOver: hold.until != nil)
    let judged: HTML =
      words.map { "<br><strong class=\"late\">\($0)</strong>" }
      ?? HTML.when(hold.wasOnTime, "<br>\(speech(.chainOnTime))")
    return "\(HTML.time(dueAt, in: language))\(judged)"
  }
}

extension Hold {
  /// Whether it ended in time. Nobody can tell of what was taken away before it was due, and voters owe nothing.
  fileprivate var wasOnTime: Bool { until != nil && !isTakenAway && step != .vote }
}
