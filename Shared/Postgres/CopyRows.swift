/// Rows for `Transaction.copy`, in PostgreSQL's binary COPY format (version 1 without flags).
///
/// https://www.postgresql.org/docs/15/sql-copy.html, "Binary Format"
public struct CopyRows: Sendable {
  /// Writes the fields of one row after the other.
  public struct Writer: ~Copyable {
    @usableFromInline let buffer: UnsafeMutableRawBufferPointer
    @usableFromInline let columns: Int16
    @usableFromInline var count = 0

    init(_ buffer: UnsafeMutableRawBufferPointer, columns: Int) {
      self.buffer = buffer
      self.columns = Int16(columns)
    }

    /// Begins a row; as many fields as there are columns must follow.
    @inlinable public mutating func beginRow() { put(columns) }

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

    mutating func header() {
      for byte in Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0] { put(byte) }
      put(Int32(0))  // flags
      put(Int32(0))  // length of the extension
    }

    mutating func trailer() { put(Int16(-1)) }
  }

  /// The data of the COPY, from header to trailer.
  public let bytes: [UInt8]

  /// Makes the bytes.
  /// - Parameters:
  ///   - columns: fields in each row.
  ///   - capacity: bytes of all fields together at most, for each row: the widths alone.
  ///   - rows: how many rows there are at most.
  public init(columns: Int, rows: Int, bytesInRow capacity: Int, _ write: (inout Writer) -> Void) {
    let frame = 19 + 2
    let row = 2 + columns * 4 + capacity
    bytes = [UInt8](unsafeUninitializedCapacity: frame + rows * row) { buffer, count in
      var writer = Writer(UnsafeMutableRawBufferPointer(buffer), columns: columns)
      writer.header()
      write(&writer)
      writer.trailer()
      count = writer.count
    }
  }
}

extension Transaction {
  /// `COPY … FROM STDIN (FORMAT binary)`: the fastest way in, but it knows no ON CONFLICT; a violated key fails it.
  /// - Parameter statement: the whole COPY statement; it takes no parameters.
  /// - Returns: how many rows were stored.
  @discardableResult
  public func copy(_ rows: CopyRows, _ statement: StaticString) async throws -> Int {
    try await session.copy(rows, statement, in: number)
  }
}
