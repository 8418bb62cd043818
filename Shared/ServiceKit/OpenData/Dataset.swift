import Contracts
public import Postgres

/// Rows that everybody may have: what they are called, what stands in them, and what they can be cut down to.
public struct Dataset: Sendable {
  /// What decides between rows of the same time.
  public enum Key: Sendable {
    case id(Query)
    case number(Query)

    var expression: Query {
      switch self {
      case .id(let expression), .number(let expression): expression
      }
    }
  }

  /// The name in addresses and of files.
  public let name: String
  /// What it is, for readers of Korean.
  public let korean: String
  /// What it is, for readers of English.
  public let english: String
  /// In the order of CSV.
  public let columns: [Column]
  /// What it can be cut down to, beside the time.
  public let filters: [DatasetFilter]
  let rows: Query
  let time: Query
  let key: Key

  /// - Parameters:
  ///   - rows: what follows FROM, as far as a condition that others can be added to with AND.
  ///   - time: the rows are ordered by, newest first; `since` and `until` mean it.
  public init(
    _ name: String, korean: String, english: String, rows: Query, time: Query, key: Key, columns: [Column],
    filters: [DatasetFilter] = []
  ) {
    self.name = name
    self.korean = korean
    self.english = english
    self.rows = rows
    self.time = time
    self.key = key
    self.columns = columns
    self.filters = filters
  }

  /// The statement for the rows of a selection, newest first: the columns, then time and key.
  func query(_ selection: Selection, limit: Int? = nil) -> Query {
    var statement: Query = "SELECT "
    for column in columns { statement = "\(fragment: statement)\(fragment: column.expression), " }
    statement = """
      \(fragment: statement)\(fragment: time), \(fragment: key.expression) FROM \(fragment: rows)
      """
    for condition in selection.conditions { statement = "\(fragment: statement) AND \(fragment: condition)" }
    statement = """
      \(fragment: statement) ORDER BY \(fragment: time) DESC, \(fragment: key.expression) DESC
      """
    return limit.map { "\(fragment: statement) LIMIT \($0)" } ?? statement
  }

  func cells(_ row: Row) throws(PostgresError) -> [Cell] {
    var cells: [Cell] = []
    cells.reserveCapacity(columns.count)
    for (position, column) in columns.enumerated() { cells.append(try Cell(row, position, column.kind)) }
    return cells
  }

  /// A row as a JSON object.
  func appendJSON(_ row: Row, to bytes: inout [UInt8]) throws(PostgresError) {
    JSONLine.append(zip(columns, try cells(row)).lazy.map { (name: $0.name, cell: $1) }, to: &bytes)
  }
}

/// A parameter of the query string that cuts a dataset down.
public struct DatasetFilter: Sendable {
  /// The parameter.
  public let name: String
  /// The words that it may be; nil where it is something else.
  public let words: [String]?
  let condition: @Sendable (String) throws(Problem) -> Query

  /// - Parameter condition: SQL for a value.
  public init(
    _ name: String, words: [String]? = nil, _ condition: @escaping @Sendable (String) throws(Problem) -> Query
  ) {
    self.name = name
    self.words = words
    self.condition = condition
  }

  /// Rows with one of a few words.
  public static func word<Word: CaseIterable & RawRepresentable<String>>(
    _ name: String, _: Word.Type, in column: Query
  ) -> DatasetFilter { .word(name, of: Word.allCases.map(\.rawValue), in: column) }

  /// Rows with one of a few words.
  public static func word(_ name: String, of words: [String], in column: Query) -> DatasetFilter {
    DatasetFilter(name, words: words) { text throws(Problem) in
      guard words.contains(text) else {
        throw .badRequest("\(name) must be one of \(words.joined(separator: ", ")).")
      }
      return "\(fragment: column) = \(text)"
    }
  }

  /// Rows about one thing.
  public static func id(_ name: String, in column: Query) -> DatasetFilter {
    DatasetFilter(name) { text throws(Problem) in
      guard let id = Identifier<Never>(text) else { throw .badRequest("\(name) must be an identifier.") }
      return "\(fragment: column) = \(id.uuid)"
    }
  }
}
