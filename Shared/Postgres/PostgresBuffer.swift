/// Takes values in PostgreSQL's binary format (big-endian).
public struct PostgresBuffer: Sendable {
  private(set) var bytes: [UInt8] = []
  /// The value that is being encoded is NULL.
  private var isNull = false
  /// The first value that PostgreSQL has no form for; the statement is then refused without being sent.
  private(set) var failure: PostgresError?

  init() {}

  /// Appends an integer.
  public mutating func append(_ integer: some FixedWidthInteger) {
    withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends bytes as they are.
  public mutating func append(bytes new: some Sequence<UInt8>) {
    bytes.append(contentsOf: new)
  }

  /// Makes the value NULL; nothing else may be appended for it.
  public mutating func appendNull() { isNull = true }

  /// Refuses the value: the statement throws `error` without being sent.
  public mutating func fail(_ error: PostgresError) {
    failure = failure ?? error
  }

  mutating func reserve(_ count: Int) {
    // Geometric: reserving exactly what is asked for would copy the buffer for every parameter.
    let needed = bytes.count + count
    if needed > bytes.capacity { bytes.reserveCapacity(max(needed, 2 * bytes.capacity)) }
  }

  /// Encodes a value at the end.
  /// - Returns: where its bytes are; nil for NULL.
  mutating func encode(_ value: some PostgresEncodable) -> Range<Int>? {
    let start = bytes.count
    isNull = false
    value.encode(into: &self)
    defer { isNull = false }
    if bytes.count - start > Int(Int32.max) { fail(.init(sqlState: "54000", message: "a parameter exceeds 2 GiB")) }
    return isNull ? nil : start..<bytes.count
  }

  /// Encodes a value as an element: its length (-1 for NULL), then its bytes.
  mutating func encodeElement(_ value: some PostgresEncodable) {
    let lengthAt = bytes.count
    append(Int32(-1))
    guard let range = encode(value) else { return }
    var length = UInt32(truncatingIfNeeded: range.count)
    for index in stride(from: lengthAt + 3, through: lengthAt, by: -1) {
      bytes[index] = UInt8(truncatingIfNeeded: length)
      length >>= 8
    }
  }

  /// Appends what another buffer holds, for a query that is spliced into another.
  mutating func append(_ other: PostgresBuffer) {
    bytes.append(contentsOf: other.bytes)
    if let error = other.failure { fail(error) }
  }
}
