import FoundationEssentials
import Testing

@testable import Postgres

@Suite("Values in PostgreSQL's binary format")
struct EncodingTests {
  enum Mood: String, PostgresEncodable, PostgresDecodable { case glad, sad }
  enum Level: Int, PostgresEncodable, PostgresDecodable {
    case low = 1
    case high
  }
  struct ProposalID: RawRepresentable, PostgresEncodable, PostgresDecodable, Equatable { let rawValue: UUID }

  static let uuid = UUID(uuid: (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255))

  @Test("have the bytes that the server sends for the same values")
  func bytes() throws {
    try check(true, .bool, [1])
    try check(false, .bool, [0])
    try check(-2, .int8, [255, 255, 255, 255, 255, 255, 255, 254])
    try check(Int64.min, .int8, [128, 0, 0, 0, 0, 0, 0, 0])
    try check(Int32(258), .int4, [0, 0, 1, 2])
    try check(Int16(-1), .int2, [255, 255])
    try check(1.5, .float8, [0x3F, 0xF8, 0, 0, 0, 0, 0, 0])
    try check("ü", .text, [0xC3, 0xBC])
    try check("", .text, [])
    try check([UInt8](0...3), .bytea, [0, 1, 2, 3])
    try check(Self.uuid, .uuid, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255])
    try check(PostgresJSON(text: "{}"), .jsonb, [1, 0x7B, 0x7D])
    try check(Mood.glad, .text, Array("glad".utf8))
    try check(Level.high, .int8, [0, 0, 0, 0, 0, 0, 0, 2])
    try check(ProposalID(rawValue: Self.uuid), .uuid, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255])
  }

  @Test("count time in microseconds from the start of the year 2000")
  func dates() throws {
    try check(Date(timeIntervalSince1970: 946_684_800), .timestamptz, [0, 0, 0, 0, 0, 0, 0, 0])
    try check(Date(timeIntervalSince1970: 946_684_801.5), .timestamptz, [0, 0, 0, 0, 0, 0x16, 0xE3, 0x60])
    try check(Date(timeIntervalSince1970: 946_684_799.5), .timestamptz, [255, 255, 255, 255, 255, 0xF8, 0x5E, 0xE0])
    let date = Date(timeIntervalSince1970: 946_684_801.000002)
    #expect(("\(date)" as Query).values == [[0, 0, 0, 0, 0, 0x0F, 0x42, 0x42]])
    for seconds in [Double.infinity, .nan, 1e300] {
      #expect(("SELECT \(Date(timeIntervalSince1970: seconds))" as Query).failure?.sqlState == "22008")
    }
  }

  @Test("hold arrays with their element type, size and lengths")
  func arrays() throws {
    try check([Int16](), PostgresType(oid: 1005), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 21])
    try check(
      [Int16(1), 2], PostgresType(oid: 1005),
      [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0, 0, 0, 2, 0, 2])
    try check(
      [nil, "x"], PostgresType(oid: 1009),
      [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1, 255, 255, 255, 255, 0, 0, 0, 1, 0x78])
    try check(
      [[UInt8]()], PostgresType(oid: 1001),
      [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0])
  }

  @Test("are read only from types that fit")
  func refusesOtherTypes() {
    #expect(throws: PostgresError.self) { try decode([0, 0, 0, 1], .int4) as Int16 }
    #expect(throws: PostgresError.self) { try decode([0, 0, 0, 0, 0, 0, 0, 1], .int8) as Int32 }
    #expect(throws: PostgresError.self) { try decode([0, 0, 0, 1], .int4) as String }
    #expect(throws: PostgresError.self) { try decode(Array("glum".utf8), .text) as Mood }
    #expect(throws: PostgresError.self) { try decode([127, 255, 255, 255, 255, 255, 255, 255], .timestamptz) as Date }
  }

  @Test("are refused when they are cut short or lie about their lengths")
  func refusesMalformed() {
    #expect(throws: PostgresError.self) { try decode([0, 0, 1], .int4) as Int32 }
    #expect(throws: PostgresError.self) { try decode([1, 2], .uuid) as UUID }
    #expect(throws: PostgresError.self) { try decode([], .jsonb) as String }
    #expect(throws: PostgresError.self) { try decode([0, 0], PostgresType(oid: 1005)) as [Int16] }
    let header: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21]
    for rest: [UInt8] in [
      [127, 255, 255, 255, 0, 0, 0, 1], [255, 255, 255, 255, 0, 0, 0, 1], [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 0, 1],
    ] {
      #expect(throws: PostgresError.self) { try decode(header + rest, PostgresType(oid: 1005)) as [Int16] }
    }
  }

  private func check<Value: PostgresEncodable & PostgresDecodable & Equatable>(
    _ value: Value, _ type: PostgresType, _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let query: Query = "\(value)"
    #expect(query.parameters.map(\.type) == [type], sourceLocation: sourceLocation)
    #expect(query.values == [bytes], sourceLocation: sourceLocation)
    #expect(try decode(bytes, type) == value, sourceLocation: sourceLocation)
  }

  private func decode<Value: PostgresDecodable>(_ bytes: [UInt8], _ type: PostgresType) throws -> Value {
    let table = Table(columns: [("value", type)], cells: [0..<bytes.count], bytes: bytes, affected: 1)
    return try table.rows[0]["value"]
  }
}
