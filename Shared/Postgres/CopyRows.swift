/// Writes rows in PostgreSQL's binary COPY format (version 1 without flags), and passes them on in pieces while they are
/// written, so that a COPY of any size takes the memory of one piece.
///
/// https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format"
public struct CopyRows: ~Copyable {
  /// Bytes passed on at a time.
  private static let pieceSize = 1 << 16

  @usableFromInline let buffer: UnsafeMutableRawBufferPointer
  @usableFromInline let columns: Int16
  @usableFromInline let bytesInRow: Int
  @usableFromInline var count = 0
  /// Rows that were begun.
  @usableFromInline var rows = 0
  private let send: (UnsafeRawBufferPointer) -> Bool
  private var isSent = true

  private init(
    _ buffer: UnsafeMutableRawBufferPointer, columns: Int, bytesInRow: Int,
    send: @escaping (UnsafeRawBufferPointer) -> Bool
  ) {
    self.buffer = buffer
    self.columns = Int16(columns)
    self.bytesInRow = bytesInRow
    self.send = send
  }

  /// Begins a row; as many fields as there are columns must follow.
  @inlinable public mutating func beginRow() {
    if buffer.count - count < bytesInRow { flush() }
    rows += 1
    put(columns)
  }

  /// An integer field: `smallint`, `integer` or `bigint` by its width, and `uuid` as a `UInt128`.
  @inlinable public mutating func append<T: FixedWidthInteger>(_ value: T) {
    put(Int32(truncatingIfNeeded: MemoryLayout<T>.size))
    put(value)
  }

  /// A `boolean` field.
  @inlinable public mutating func append(_ value: Bool) { append(value ? 1 as UInt8 : 0) }

  @inlinable mutating func put<T: FixedWidthInteger>(_ value: T) {
    // The pointer checks its bounds in debug builds only; the size was announced by the caller.
    precondition(count + MemoryLayout<T>.size <= buffer.count, "more bytes than were announced")
    buffer.storeBytes(of: value.bigEndian, toByteOffset: count, as: T.self)
    count += MemoryLayout<T>.size
  }

  /// Passes on what is in the buffer; drops it when an earlier piece could not be sent.
  @usableFromInline mutating func flush() {
    isSent = isSent && send(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    count = 0
  }

  private mutating func header() {
    for byte in Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0] { put(byte) }
    put(Int32(0))  // flags
    put(Int32(0))  // length of the extension
  }

  private mutating func trailer() {
    if buffer.count - count < 2 { flush() }
    put(Int16(-1))
    flush()
  }

  /// What a COPY came to.
  package struct Outcome<Result> {
    /// What the writing of the rows returned.
    package let result: Result
    package let rows: Int
    /// Whether every piece was sent.
    package let isSent: Bool
  }

  /// Writes a whole COPY, from header to trailer.
  /// - Parameters:
  ///   - columns: fields in each row.
  ///   - fieldBytes: bytes of all fields of a row together at most: the widths alone.
  ///   - send: takes a piece, and says whether that went well; after a failure it gets no more.
  package static func write<Result>(
    columns: Int, fieldBytes: Int, to send: (UnsafeRawBufferPointer) -> Bool,
    _ body: (inout CopyRows) throws -> Result
  ) rethrows -> Outcome<Result> {
    let bytesInRow = 2 + columns * 4 + fieldBytes
    return try withUnsafeTemporaryAllocation(byteCount: max(pieceSize, 2 * bytesInRow), alignment: 16) { buffer in
      try withoutActuallyEscaping(send) { send in
        var rows = CopyRows(buffer, columns: columns, bytesInRow: bytesInRow, send: send)
        rows.header()
        let result = try body(&rows)
        rows.trailer()
        return Outcome(result: result, rows: rows.rows, isSent: rows.isSent)
      }
    }
  }
}

extension Transaction {
  /// `COPY … FROM STDIN (FORMAT binary)`: the fastest way in, but it knows no ON CONFLICT; a violated key fails it.
  /// - Parameters:
  ///   - statement: the whole COPY statement; it takes no parameters.
  ///   - columns: fields in each row.
  ///   - fieldBytes: bytes of all fields of a row together at most: the widths alone.
  ///   - rows: writes the rows, on the connection's thread.
  /// - Returns: what `rows` returned, when all of them are stored.
  @discardableResult
  public func copy<Result: Sendable>(
    _ statement: StaticString, columns: Int, fieldBytes: Int,
    _ rows: @escaping @Sendable (inout CopyRows) -> Result
  ) async throws -> Result {
    try await session.copy(statement, in: number) { send in
      CopyRows.write(columns: columns, fieldBytes: fieldBytes, to: send, rows)
    }
  }
}
