import Contracts
import FoundationEssentials
import ServiceKit

/// The indicators as the API shows them.
struct StatisticsView: Encodable, Sendable {
  let since: Date?
  let until: Date?
  let indicators: [Item]

  struct Item: Encodable, Sendable {
    let name: String
    let unit: String
    let title: Words
    let definition: Words
    let events: [String]
    let figures: [Number]
  }

  struct Words: Encodable, Sendable {
    let korean: String
    let english: String

    init(_ texts: (korean: String, english: String)) {
      korean = texts.korean
      english = texts.english
    }
  }

  struct Number: Encodable, Sendable {
    let by: String?
    let of: String?
    let value: Double
  }

  init(_ figures: [(Indicator, [Figure])], in period: Period) {
    since = period.since
    until = period.until
    indicators = figures.map { indicator, figures in
      Item(
        name: indicator.rawValue, unit: indicator.unit.rawValue, title: Words(indicator.title),
        definition: Words(indicator.definition), events: indicator.events,
        figures: figures.map { Number(by: $0.by, of: $0.of, value: $0.value) })
    }
  }

  /// A row for each number.
  static func csv(_ figures: [(Indicator, [Figure])]) -> [UInt8] {
    var bytes: [UInt8] = []
    CSV.append(["indicator", "unit", "by", "of", "value"].map(Cell.text), to: &bytes)
    for (indicator, figures) in figures {
      for figure in figures {
        CSV.append(
          [
            .text(indicator.rawValue), .text(indicator.unit.rawValue), figure.by.map(Cell.text) ?? .none,
            figure.of.map(Cell.text) ?? .none, .decimal(figure.value),
          ], to: &bytes)
      }
    }
    return bytes
  }
}
