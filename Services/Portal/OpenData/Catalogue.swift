import ServiceKit

/// What there is: each dataset with its columns, and where it is.
struct Catalogue: Encodable, Sendable {
  let datasets: [Entry]
  let statistics: String
  let feed: String

  struct Entry: Encodable, Sendable {
    let name: String
    let korean: String
    let english: String
    let address: String
    let csv: String
    let jsonl: String
    let filters: [Filter]
    let columns: [Column]
  }

  struct Filter: Encodable, Sendable {
    let name: String
    let words: [String]?
  }

  struct Column: Encodable, Sendable {
    let name: String
    let type: String
    let korean: String
    let english: String
  }

  init(_ datasets: [Dataset]) {
    self.datasets = datasets.map { dataset in
      let base = OpenData.address
      return Entry(
        name: dataset.name, korean: dataset.korean, english: dataset.english, address: "\(base)/\(dataset.name)",
        csv: "\(base)/downloads/\(dataset.name).csv", jsonl: "\(base)/downloads/\(dataset.name).jsonl",
        filters: dataset.filters.map { Filter(name: $0.name, words: $0.words) },
        columns: dataset.columns.map {
          Column(name: $0.name, type: $0.kind.rawValue, korean: $0.korean, english: $0.english)
        })
    }
    statistics = "\(OpenData.address)/statistics"
    feed = "\(OpenData.address)/feed"
  }
}
