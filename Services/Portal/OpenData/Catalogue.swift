import ServiceKit

/// What there is: each dataset with its columns, and where it is.
struct Catalogue: Encodable, Sendable {
  let datasets: [Entry]
  let statistics: String
  let feed: String

  struct Entry: Encodable, Sendable, Equatable {
    let name: String
    let korean: String
    let english: String
    let address: String
    let csv: String
    let jsonl: String
    let filters: [Filter]
    let columns: [Column]
  }

  struct Filter: Encodable, Sendable, Equatable {
    let name: String
    let words: [String]?
  }

  struct Column: Encodable, Sendable, Equatable {
    let name: String
    let type: String
    let korean: String
    let english: String
  }

  /// - Parameter datasets: those of the portal; moderation's action log comes behind them.
  init(_ datasets: [Dataset]) {
    self.datasets = datasets.map(Entry.init) + [.actions]
    statistics = "\(OpenData.address)/statistics"
    feed = "\(OpenData.address)/feed"
  }
}

extension Catalogue.Entry {
  init(_ dataset: Dataset) {
    self.init(
      dataset.name, korean: dataset.korean, english: dataset.english,
      filters: dataset.filters.map { .init(name: $0.name, words: $0.words) },
      columns: dataset.columns.map {
        .init(name: $0.name, type: $0.kind.rawValue, korean: $0.korean, english: $0.english)
      })
  }

  /// A dataset is where its name says.
  init(
    _ name: String, korean: String, english: String, filters: [Catalogue.Filter], columns: [Catalogue.Column]
  ) {
    let base = OpenData.address
    self.init(
      name: name, korean: korean, english: english, address: "\(base)/\(name)",
      csv: "\(base)/downloads/\(name).csv", jsonl: "\(base)/downloads/\(name).jsonl", filters: filters,
      columns: columns)
  }
}
