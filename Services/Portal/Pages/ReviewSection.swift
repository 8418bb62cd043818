import Contracts
import FoundationEssentials

/// Why a proposal went no further, or waits: what the Support Unit wrote, and what its author did.
struct ReviewSection: Sendable {
  let speech: Speech
  let facts: Facts

  private var language: Language { speech.language }

  var html: HTML {
    switch facts.state {
    case .returned: returned
    case .rejected, .appealed: HTML([rejection, appeal])
    case .withdrawn: HTML([rejection, withdrawal])
    case .merged: merger
    case .lapsed: lapse
    default: facts.isTextHidden ? rejection : appeal
    }
  }

  /// - Parameters:
  ///   - facts: rows of a description list.
  ///   - written: what somebody wrote.
  private func section(
    _ id: String, _ heading: Phrase, facts: [HTML] = [], written: String? = nil, then: HTML = ""
  ) -> HTML {
    let id = HTML(text: id)
    let list: HTML = facts.isEmpty ? "" : "<dl class=\"facts\">\(facts)</dl>"
    let text: HTML =
      written.map { "<div\(HTML.mark(languageOf: $0, on: language))>\(HTML.paragraphs($0))</div>" } ?? ""
    return """
      <section aria-labelledby="\(id)"><h2 id="\(id)">\(speech(heading))</h2>
      \(list)
      \(text)\(then)</section>
      """
  }

  private func row(_ phrase: Phrase, _ value: HTML) -> HTML {
    "<div><dt>\(speech(phrase))</dt><dd>\(value)</dd></div>"
  }

  private var rejection: HTML {
    guard let rejection = facts.rejection else { return "" }
    return section(
      "rejection", .rejectionHeading, facts: [row(.rejectionReason, HTML(text: language.label(rejection.code)))],
      written: rejection.explanation)
  }

  private var withdrawal: HTML {
    guard let withdrawal = facts.withdrawal else { return "" }
    return section(
      "withdrawal", .withdrawalHeading,
      facts: [row(.withdrawalReason, HTML(text: language.label(withdrawal.reason)))])
  }

  private var returned: HTML {
    guard let returned = facts.returned else { return "" }
    return section("return", .returnHeading, written: returned.note)
  }

  private var appeal: HTML {
    guard let appeal = facts.appeal else { return "" }
    return section(
      "appeal", .appealHeading, facts: [row(.appealGround, HTML(text: language.label(appeal.ground)))],
      written: appeal.statement, then: appealOutcome)
  }

  private var appealOutcome: HTML {
    guard let decision = facts.appealDecision else { return "<p>\(speech(.appealPending))</p>" }
    let outcome = speech(decision.outcome == .upheld ? .appealUpheld : .appealOverturned)
    return """
      <p><strong>\(outcome)</strong></p>
      <div\(HTML.mark(languageOf: decision.explanation, on: language))>\(HTML.paragraphs(decision.explanation))</div>
      """
  }

  private var merger: HTML {
    guard let merger = facts.merger else { return "" }
    let link = speech.link(Address("/proposals/\(merger.into)"))
    return section(
      "merger", .mergerHeading, facts: [row(.mergedInto, "<a href=\"\(link)\"><code>\(merger.into)</code></a>")],
      written: merger.reason)
  }

  private var lapse: HTML {
    guard let lapse = facts.lapse else { return "" }
    return section("lapse", .lapseHeading, facts: [row(.rejectionReason, HTML(text: language.label(lapse.reason)))])
  }
}
