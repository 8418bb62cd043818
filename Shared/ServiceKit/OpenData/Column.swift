public import FoundationEssentials
public import Postgres

/// One column of a dataset: its name in every format, what stands in it, and where it comes from.
public struct Column: Sendable {
  /// What stands in a column.
  public enum Kind: String, Sendable, CaseIterable {
    /// What people wrote.
    case text
    /// One of a few words of the contracts.
    case word
    case id, integer, decimal, time, boolean
  }

  /// The same in JSON and in the header row of CSV.
  public let name: String
  /// What stands in it.
  public let kind: Kind
  /// What it means, for readers of Korean.
  public let korean: String
  /// What it means, for readers of English.
  public let english: String
  let expression: Query

  /// - Parameter expression: SQL over the rows of the dataset.
  public init(_ name: String, _ kind: Kind, _ expression: Query, _ korean: String, _ english: String) {
    self.name = name
    self.kind = kind
    self.expression = expression
    self.korean = korean
    self.english = english
  }
}

/// What stands in one row of one column.
public enum Cell: Sendable, Equatable {
  case none
  case text(String)
  case integer(Int64)
  case decimal(Double)
  case time(Date)
  case boolean(Bool)

  /// - Parameter position: of the column in the answer.
  init(_ row: Row, _ position: Int, _ kind: Column.Kind) throws(PostgresError) {
    switch kind {
    case .text, .word: self = (try row[position] as String?).map(Cell.text) ?? .none
    case .id: self = (try row[position] as UUID?).map { .text($0.uuidString.lowercased()) } ?? .none
    case .integer: self = (try row[position] as Int?).map { .integer(Int64($0)) } ?? .none
    case .decimal: self = (try row[position] as Double?).map(Cell.decimal) ?? .none
    case .time: self = (try row[position] as Date?).map(Cell.time) ?? .none
    case .boolean: self = (try row[position] as Bool?).map(Cell.boolean) ?? .none
    }
  }
}
