import Contracts
import FoundationEssentials

/// Who has the case, since when, and until when an answer is owed; or why nobody owes one.
struct CustodySection: Sendable {
  let speech: Speech
  let facts: Facts

  private var language: Language { speech.language }

  var html: HTML {
    guard facts.crossedAt != nil || facts.receipt != nil || facts.assignment != nil else { return "" }
    return """
      <section aria-labelledby="custody"><h2 id="custody">\(speech(.referralHeading))</h2>
      <dl class="facts">\(holder)\(suspension)\(row(.caseNumber, facts.receipt.map { "<code>\($0.caseID)</code>" }))</dl>
      \(HTML.when(facts.suspension) { _ in "<p class=\"note\">\(speech(.suspensionMeaning))</p>" })</section>
      """
  }

  private func row(_ phrase: Phrase, _ value: HTML?) -> HTML {
    value.map { "<div><dt>\(speech(phrase))</dt><dd>\($0)</dd></div>" } ?? ""
  }

  private var holder: HTML {
    if let assignment = facts.assignment {
      let name = Ministry.named(assignment.ministry).map(language.label) ?? assignment.ministry
      return HTML([
        row(.holder, HTML(text: name)), row(.since, HTML.time(assignment.at, in: language)), due,
        row(.committeeReceived, facts.receipt.map { HTML.time($0.at, in: language) }),
      ])
    }
    if let receipt = facts.receipt {
      return HTML([
        row(.holder, HTML(text: speech(.committee))), row(.since, HTML.time(receipt.at, in: language)), due,
      ])
    }
    return row(.holder, HTML(text: speech(.awaitingReceipt)))
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
