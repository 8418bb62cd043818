import Contracts
import FoundationEssentials

/// What became of the case: session, decision and outcome with their reasons, the ministry's answer, and its milestones.
struct CaseSection: Sendable {
  let speech: Speech
  let record: CaseRecord
  let now: Date
  /// Whether nobody owes anything on it for now, so that nothing is late.
  var isSuspended = false

  private var language: Language { speech.language }

  var html: HTML {
    guard !record.isEmpty else { return "" }
    return """
      <section aria-labelledby="case"><h2 id="case">\(speech(.caseHeading))</h2>
      \(committee)\(meeting)\(answer)\(milestones)\(end)</section>
      """
  }

  private func part(_ heading: Phrase, _ rows: [HTML], _ texts: [HTML]) -> HTML {
    "<h3>\(speech(heading))</h3><dl class=\"facts\">\(rows)</dl>\(texts)\n"
  }

  private func row(_ phrase: Phrase, _ value: HTML?) -> HTML {
    value.map { "<div><dt>\(speech(phrase))</dt><dd>\($0)</dd></div>" } ?? ""
  }

  private func written(_ text: String?) -> HTML {
    HTML.when(text) { text in
      "<div class=\"written\"\(HTML.mark(languageOf: text, on: language))>\(HTML.paragraphs(text))</div>"
    }
  }

  private func text(_ text: String?) -> HTML? { text.map { HTML(text: $0) } }

  private func time(_ time: Date?) -> HTML? { time.map { HTML.time($0, in: language) } }

  private var committee: HTML {
    let (session, decision) = (record.session, record.decision)
    guard session != nil || record.deliberation != nil || decision != nil else { return "" }
    return part(
      .committee,
      [
        row(.caseSession, text(session.map { [$0.name, $0.place].compactMap { $0 }.joined(separator: ", ") })),
        row(.caseMeetsAt, time(session?.meetsAt)),
        row(.caseDeliberatedAt, time(record.deliberation?.record.heldAt)),
        row(.caseDecision, text(decision.map { language.label($0.decision) })),
        row(.caseDecidedAt, time(decision?.decidedAt)),
      ],
      [
        reasons(decision?.reasons), written(decision?.changes),
        HTML.when(record.deliberation) { minutes($0.record) },
      ])
  }

  private func reasons(_ text: String?) -> HTML {
    HTML.when(text) { "<h4>\(speech(.caseReasons))</h4>\(written($0))" }
  }

  private func minutes(_ record: Deliberation) -> HTML {
    "<details><summary>\(speech(.caseMinutes))</summary>\(written(record.minutes))</details>"
  }

  private var meeting: HTML {
    let (agenda, conclusion) = (record.agenda, record.conclusion)
    guard agenda != nil || conclusion != nil else { return "" }
    return part(
      .caseMeeting,
      [
        row(.caseSession, text(agenda?.session.name)), row(.caseMeetsAt, time(agenda?.session.meetsAt)),
        row(.caseOutcome, text(conclusion.map { language.label($0.outcome) })),
        row(.caseDeferredTo, text(conclusion?.deferredTo?.description)),
        row(.caseDecidedAt, time(conclusion?.heldAt)),
      ], [reasons(conclusion?.reasons), written(conclusion?.conditions)])
  }

  private var answer: HTML {
    HTML.when(record.answer) { answer in
      part(
        .caseAnswer,
        [
          row(.caseOffice, text("\(language.label(holder: answer.ministry)), \(answer.department)")),
          row(.caseSignatory, text(answer.signatory)), row(.caseAnsweredAt, time(answer.answeredAt)),
          row(.caseRating, text(record.rating(of: .answer).map { language.label($0) })),
        ], [written(answer.answer)])
    }
  }

  private var milestones: HTML {
    guard !record.milestones.isEmpty else { return "" }
    let heads = [Phrase.milestone, .milestoneStatus, .milestonePeriod]
    return """
      <h3>\(speech(.milestones))</h3>
      <div class="scroll" role="region" aria-label="\(speech(.milestones))" tabindex="0"><table>
      <thead><tr>\(heads.map { "<th scope=\"col\">\(speech($0))</th>" })</tr></thead>
      <tbody>\(record.milestones.map(milestone))</tbody></table></div>
      \(HTML.when(record.rating(of: .implementation)) { implementationRating($0) })

      """
  }

  private func implementationRating(_ rating: RatingSummary) -> HTML {
    "<dl class=\"facts\">\(row(.caseRating, text(language.label(rating))))</dl>"
  }

  private func milestone(_ milestone: Milestone) -> HTML {
    let days = isSuspended ? 0 : record.lateDays(milestone, at: now)
    let late: HTML = HTML.when(language.lateness(days: days, isOver: record.discontinuation != nil)) {
      "<br><strong class=\"late\">\($0)</strong>"
    }
    return """

      <tr><th scope="row"\(HTML.mark(languageOf: milestone.title, on: language))>\(milestone.title)\
      <p class="note">\(milestone.deliverable)</p></th><td>\(language.label(milestone.status))</td>\
      <td>\(milestone.startsOn.description) ~ \(milestone.endsOn.description)\(late)</td></tr>
      """
  }

  private var end: HTML {
    let completed = HTML.when(record.completion) { completion in
      part(.caseCompleted, [row(.caseDecidedAt, time(completion.completedAt))], [written(completion.summary)])
    }
    let discontinued = HTML.when(record.discontinuation) { end in
      part(.caseDiscontinued, [row(.caseDecidedAt, time(end.discontinuedAt))], [reasons(end.reasons)])
    }
    return "\(completed)\(discontinued)"
  }
}
