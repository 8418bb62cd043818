import Contracts
import ServiceKit

/// The indicators, each with its definition.
struct StatisticsPage: Sendable {
  let speech: Speech
  /// Nil: all years.
  let year: Int?
  /// Those to choose from.
  let years: [Int]
  let figures: [(Indicator, [Figure])]

  private var language: Language { speech.language }

  var document: Document {
    let period = year.map { String($0) }
    return Document(
      title: [speech(.statisticsTitle), period].compactMap { $0 }.joined(separator: " "), address: Self.address(year),
      main: """
        <h1>\(speech(.statisticsTitle))</h1>
        <p class="lead">\(speech(.statisticsLead))</p>
        <nav class="filter" aria-label="\(speech(.periodLabel))"><ul>\(([nil] + years.reversed().map { $0 }).map(choice))</ul></nav>
        <p><a href="\(file.text)">\(speech(.downloadCSV))</a></p>
        \(figures.map { section($0, $1) })
        """)
  }

  private static func address(_ year: Int?) -> Address { Address("/statistics").with("year", year.map { String($0) }) }

  private var file: Address {
    Address("\(OpenData.address)/downloads/statistics.csv").with("year", year.map { String($0) })
  }

  private func choice(_ choice: Int?) -> HTML {
    let current: HTML = choice == year ? " aria-current=\"page\"" : ""
    let name = choice.map { String($0) } ?? speech(.allYears)
    return "<li><a href=\"\(speech.link(Self.address(choice)))\"\(current)>\(name)</a></li>"
  }

  private func section(_ indicator: Indicator, _ figures: [Figure]) -> HTML {
    let name = indicator.rawValue
    let words =
      switch language {
      case .korean: (indicator.title.korean, indicator.definition.korean)
      case .english: (indicator.title.english, indicator.definition.english)
      }
    let table: HTML =
      figures.isEmpty
      ? "<p>\(speech(.noFigures))</p>"
      : """
      <table class="figures"><thead><tr><th scope="col">\(speech(.figure))</th>\
      <th scope="col">\(speech(.value)) (\(language.label(indicator.unit)))</th></tr></thead>
      <tbody>\(figures.map { row($0, of: indicator) })</tbody></table>
      """
    return """
      <section aria-labelledby="\(name)"><h2 id="\(name)">\(words.0)</h2>
      <p>\(words.1)</p>
      \(table)
      <details><summary>\(speech(.madeOf))</summary><p>\(indicator.events.map { "<code>\($0)</code> " })</p></details>
      </section>
      """
  }

  private func row(_ figure: Figure, of indicator: Indicator) -> HTML {
    "<tr><th scope=\"row\">\(name(of: figure, in: indicator))</th><td>\(Self.text(figure.value))</td></tr>\n"
  }

  private func name(of figure: Figure, in indicator: Indicator) -> String {
    guard let by = figure.by else { return speech(.whole) }
    let of = figure.of ?? ""
    return switch by {
    case "category": Category(rawValue: of).map(language.label) ?? of
    case "ministry": language.label(holder: of)
    case "office": "\(speech(.chainHolder)): \(language.label(holder: of))"
    case "result": RatingSubject(rawValue: of).map(language.label) ?? of
    case "part": language.label(part: of)
    case "stage" where indicator == .ideasByStage: language.label(stage: of)
    case "stage": "\(speech(.chainStep)): \(Hold.Step(rawValue: of).map { language.label($0) } ?? of)"
    default: of
    }
  }

  /// Whole numbers without a point, others with one digit or two behind it.
  static func text(_ value: Double) -> String {
    guard value.magnitude < 1e15 else { return String(value) }
    let hundredths = Int64((value * 100).rounded())
    let (whole, rest) = ((hundredths / 100).grouped, abs(hundredths % 100))
    if rest == 0 { return whole }
    return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest / 10)\(rest % 10)"
  }
}
