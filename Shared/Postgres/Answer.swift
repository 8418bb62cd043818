internal import CLibpq

/// A `PGresult` that clears itself.
struct Answer: ~Copyable {
  private let result: OpaquePointer

  init(_ result: OpaquePointer) { self.result = result }

  deinit { PQclear(result) }

  /// What the server did, such as `COMMIT` or `INSERT 0 1`.
  var command: String { String(cString: PQcmdStatus(result)) }

  /// How many rows the statement changed or stored; 0 for those that do neither.
  var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  /// The server's report of an error; without a code, libpq made it up itself, and the connection is gone.
  var error: PostgresError? {
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return nil
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
      return PostgresError(sqlState: "0A000", message: "COPY is not supported here")
    default: break
    }
    guard let sqlState = field(diagnosticSQLState) else {
      return .connectionLost(String(cString: PQresultErrorMessage(result)).trimmed)
    }
    return PostgresError(
      sqlState: sqlState, message: field(diagnosticPrimaryMessage) ?? "", constraint: field(diagnosticConstraintName),
      table: field(diagnosticTableName), sourceFunction: field(diagnosticSourceFunction))
  }

  private func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }

  /// Copies the rows; two passes, so that the bytes are allocated once.
  func table() -> Table {
    let width = PQnfields(result)
    let height = PQntuples(result)
    var cells: [Range<Int>?] = []
    cells.reserveCapacity(Int(width) * Int(height))
    var end = 0
    for row in 0..<height {
      for column in 0..<width {
        if PQgetisnull(result, row, column) == 1 {
          cells.append(nil)
        } else {
          let start = end
          end += Int(PQgetlength(result, row, column))
          cells.append(start..<end)
        }
      }
    }
    return Table(
      columns: (0..<width).map { (String(cString: PQfname(result, $0)), PostgresType(oid: PQftype(result, $0))) },
      cells: cells, bytes: values(height, width, count: end), affected: affected)
  }

  /// All values, one behind the other.
  private func values(_ height: Int32, _ width: Int32, count: Int) -> [UInt8] {
    // With a capacity of 0 the library would write to the storage that all empty arrays share.
    guard count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      var at = buffer.baseAddress.map(UnsafeMutableRawPointer.init)
      for row in 0..<height {
        for column in 0..<width {
          let length = Int(PQgetlength(result, row, column))
          if length > 0, let value = PQgetvalue(result, row, column) {
            at?.copyMemory(from: value, byteCount: length)
            at = at?.advanced(by: length)
          }
        }
      }
      initialized = count
    }
  }
}

extension String {
  /// libpq ends its messages with a line feed.
  var trimmed: String {
    var result = self
    while let last = result.last, last.isWhitespace { result.removeLast() }
    return result
  }
}
