import Contracts
import FoundationEssentials

/// All that happened to a proposal, with times.
struct HistorySection: Sendable {
  let speech: Speech
  let history: [Occurrence]

  private var language: Language { speech.language }

  var html: HTML {
    let lines: HTML =
      history.isEmpty ? "<p>\(speech(.noHistory))</p>" : "<ol class=\"history\">\(history.map(line))</ol>"
    return """
      <section aria-labelledby="history"><h2 id="history">\(speech(.historyHeading))</h2>
      \(lines)
      </section>
      """
  }

  private func line(_ line: Occurrence) -> HTML {
    """

    <li><p><strong>\(language.label(line.kind))</strong> \(HTML.time(line.at, in: language))</p>\(details(line))</li>
    """
  }

  private func details(_ line: Occurrence) -> HTML {
    var pieces: [HTML] = []
    if let code = line.code { pieces.append("<p>\(meaning(of: code, line.kind))</p>") }
    if let yes = line.yes, let no = line.no {
      pieces.append("<p>\(speech(.yes)) \(yes.grouped), \(speech(.no)) \(no.grouped)</p>")
    }
    if let dueAt = line.dueAt {
      pieces.append("<p>\(speech(deadline(line.kind))): \(HTML.time(dueAt, in: language))</p>")
    }
    if let note = line.note {
      pieces.append("<div\(HTML.mark(languageOf: note, on: language))>\(HTML.paragraphs(note))</div>")
    }
    return pieces.isEmpty ? "" : "<div class=\"details\">\(pieces)</div>"
  }

  /// The details of a line in plain text, a line each.
  static func words(of line: Occurrence, _ speech: Speech) -> String {
    let section = HistorySection(speech: speech, history: [])
    var pieces: [String] = []
    if let code = line.code { pieces.append(section.meaning(of: code, line.kind)) }
    if let yes = line.yes, let no = line.no {
      pieces.append("\(speech(.yes)) \(yes.grouped), \(speech(.no)) \(no.grouped)")
    }
    if let dueAt = line.dueAt {
      pieces.append("\(speech(section.deadline(line.kind))): \(KoreanTime(dueAt).text(in: speech.language))")
    }
    if let note = line.note { pieces.append(note) }
    return pieces.joined(separator: "\n")
  }

  private func deadline(_ kind: Occurrence.Kind) -> Phrase {
    switch kind {
    case .opened, .resumed, .extended: .closesAt
    default: .dueBy
    }
  }

  /// A code in the reader's language; one that this version does not know, as it came.
  private func meaning(of code: String, _ kind: Occurrence.Kind) -> String {
    switch kind {
    case .rejected: RejectionCode(rawValue: code).map(language.label) ?? code
    case .withdrawn: WithdrawalReason(rawValue: code).map(language.label) ?? code
    case .lapsed: LapseReason(rawValue: code).map(language.label) ?? code
    case .appealed: AppealGround(rawValue: code).map(language.label) ?? code
    case .received: CaseOrigin(rawValue: code).map(language.label) ?? code
    case .assigned, .taken, .transferred, .answered, .overdue, .escalated, .milestoneEscalated,
      .periodExtended:
      Holder(name: code).map(language.label) ?? code
    case .decided: CommitteeDecision(rawValue: code).map(language.label) ?? code
    case .concluded: MeetingOutcome(rawValue: code).map(language.label) ?? code
    case .progressed: MilestoneStatus(rawValue: code).map(language.label) ?? code
    case .milestoneOverdue: language.label(milestone: code)
    case .caseLapsed: LapseCause(rawValue: code).map(language.label) ?? code
    case .caseSuspended: SuspensionReason(rawValue: code).map(language.label) ?? code
    case .ballotsVoided, .ballotsReleased: RulingCode(rawValue: code).map(language.label) ?? code
    default: code
    }
  }
}
