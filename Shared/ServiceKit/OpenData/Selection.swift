import Contracts
import Crypto
public import FoundationEssentials
import Postgres

/// Which rows of a dataset a request asks for.
struct Selection: Sendable {
  var conditions: [Query] = []

  /// By the filters of the dataset, `since` and `until`.
  /// - Throws: `Problem` 400
  init(_ request: Request, of dataset: Dataset) throws(Problem) {
    for filter in dataset.filters {
      if let text = request.query(filter.name) { conditions.append(try filter.condition(text)) }
    }
    if let since = try request.time("since") { conditions.append("\(fragment: dataset.time) >= \(since)") }
    if let until = try request.time("until") { conditions.append("\(fragment: dataset.time) < \(until)") }
  }

  /// Only what comes after the place where an earlier page ended.
  /// - Throws: `Problem` 400
  mutating func go(on cursor: String, in dataset: Dataset) throws(Problem) {
    let parts = Base64URL.decode(cursor).map { String(decoding: $0, as: UTF8.self).split(separator: " ") } ?? []
    guard parts.count == 2, let milliseconds = Int64(parts[0]), (0...4_102_444_800_000).contains(milliseconds),
      let key = Self.key(String(parts[1]), dataset.key)
    else { throw .badRequest("after must be the value of next of an earlier page.") }
    let time = Date(milliseconds: milliseconds)
    conditions.append(
      "(\(fragment: dataset.time), \(fragment: dataset.key.expression)) < (\(time), \(fragment: key))")
  }

  private static func key(_ text: String, _ key: Dataset.Key) -> Query? {
    switch key {
    case .id: Identifier<Never>(text).map { "\($0.uuid)" }
    case .number: Int64(text).map { "\($0)" }
    }
  }

  /// The place behind a row.
  static func cursor(after row: Row, in dataset: Dataset) throws -> String {
    let time: Date = try row[dataset.columns.count]
    let key: String =
      switch dataset.key {
      case .id: (try row[dataset.columns.count + 1] as UUID).uuidString.lowercased()
      case .number: String(try row[dataset.columns.count + 1] as Int64)
      }
    return Base64URL.encode(Array("\(time.milliseconds) \(key)".utf8))
  }
}

extension Request {
  /// A moment in the query string: RFC 3339, or a date, which means the beginning of that day in Korea.
  /// - Throws: `Problem` 400
  public func time(_ name: String) throws(Problem) -> Date? {
    guard let text = query(name) else { return nil }
    let isDate = text.utf8.count == 10
    guard let time = JSON.date(isDate ? text + "T00:00:00+09:00" : text),
      (0...4_102_444_800_000).contains(time.milliseconds)
    else { throw .badRequest("\(name) must be a time such as 2026-11-24T09:30:00Z, or a date such as 2026-11-24.") }
    return time
  }
}
