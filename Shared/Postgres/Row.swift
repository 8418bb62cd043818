/// A row of an answer.
///
/// The columns' names and values are copied out of libpq once for all rows of the answer; a row that is kept keeps them.
public struct Row: Sendable {
  let table: Table
  let index: Int

  /// The columns' names, in order.
  public var columns: [String] { table.columns.map(\.name) }

  /// Reads the column with this name; read NULL as an optional: `let note: String? = try row["note"]`.
  public subscript<Value: PostgresDecodable>(_ column: String) -> Value {
    get throws(PostgresError) {
      guard let position = table.columns.firstIndex(where: { $0.name == column }) else {
        throw PostgresError(sqlState: "42703", message: "no column \(column) in the answer")
      }
      return try self[position]
    }
  }

  /// Reads the column at this position, counted from 0.
  public subscript<Value: PostgresDecodable>(_ column: Int) -> Value {
    get throws(PostgresError) {
      guard table.columns.indices.contains(column) else {
        throw PostgresError(sqlState: "42703", message: "no column at position \(column) in the answer")
      }
      do throws(PostgresError) {
        return try table.value(row: index, column: column)
      } catch {
        let name = table.columns[column].name
        throw PostgresError(sqlState: error.sqlState, message: "column \(name): \(error.message)")
      }
    }
  }
}

/// The rows of an answer.
final class Table: Sendable {
  let columns: [(name: String, type: PostgresType)]
  /// Where each value is, row by row; nil for NULL.
  let cells: [Range<Int>?]
  let bytes: [UInt8]
  /// How many rows the statement returned, or changed.
  let affected: Int

  init(columns: [(name: String, type: PostgresType)], cells: [Range<Int>?], bytes: [UInt8], affected: Int) {
    self.columns = columns
    self.cells = cells
    self.bytes = bytes
    self.affected = affected
  }

  func value<Value: PostgresDecodable>(row: Int, column: Int) throws(PostgresError) -> Value {
    let type = columns[column].type
    guard let range = cells[row * columns.count + column] else { return try Value(postgresNull: type) }
    let bytes = bytes  // a span needs a variable to borrow from
    return try Value(postgres: bytes.span.bytes.extracting(range), type: type)
  }

  var rows: [Row] {
    guard !columns.isEmpty else { return [] }
    return (0..<cells.count / columns.count).map { Row(table: self, index: $0) }
  }
}
