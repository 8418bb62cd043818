import FoundationEssentials
import Testing

@testable import Postgres

@Suite("A query")
struct QueryTests {
  @Test("makes a numbered parameter of every value, never text")
  func numbersParameters() {
    let title = "'; DROP TABLE proposal; --"
    let query: Query = "UPDATE proposal SET title = \(title) WHERE id = \(7) AND open = \(true)"
    #expect(query.sql == "UPDATE proposal SET title = $1 WHERE id = $2 AND open = $3")
    #expect(query.parameters.map(\.type) == [.text, .int8, .bool])
    #expect(query.values == [Array(title.utf8), [0, 0, 0, 0, 0, 0, 0, 7], [1]])
  }

  @Test("binds nil as NULL of the value's type")
  func bindsNil() {
    let note: String? = nil
    let query: Query = "SELECT \(note), \(Optional("x"))"
    #expect(query.sql == "SELECT $1, $2")
    #expect(query.parameters.map(\.type) == [.text, .text])
    #expect(query.values == [nil, Array("x".utf8)])
  }

  @Test("takes in another query with its parameters, numbered anew")
  func splices() {
    let mine: Query = "author = \("ada") AND state = \(Int16(2))"
    let none: Query = "TRUE"
    let query: Query =
      "SELECT \(1) WHERE \(fragment: mine) AND \(fragment: none) AND \(fragment: mine) LIMIT \(Int32(9))"
    #expect(
      query.sql == "SELECT $1 WHERE author = $2 AND state = $3 AND TRUE AND author = $4 AND state = $5 LIMIT $6")
    #expect(query.parameters.map(\.type) == [.int8, .text, .int2, .text, .int2, .int4])
    #expect(
      query.values == [
        [0, 0, 0, 0, 0, 0, 0, 1], Array("ada".utf8), [0, 2], Array("ada".utf8), [0, 2], [0, 0, 0, 9],
      ])
  }

  @Test(
    "quotes identifiers",
    arguments: [("proposal", "\"proposal\""), ("a\"b", "\"a\"\"b\""), ("Ünder Score", "\"Ünder Score\"")])
  func quotesIdentifiers(identifier: String, quoted: String) {
    let query: Query = "TABLE \(identifier: identifier)"
    #expect(query.sql == "TABLE " + quoted)
    #expect(query.parameters.isEmpty)
  }

  @Test("takes text without parameters as it is")
  func takesText() {
    #expect(Query(unsafeSQL: "SELECT 1; SELECT 2").sql == "SELECT 1; SELECT 2")
    #expect(("SELECT 1" as Query).sql == "SELECT 1")
  }

  @Test("refuses U+0000 in a value, in an array, in a fragment and in its own text")
  func refusesNUL() {
    let bad = "a\0b"
    let fragment: Query = "x = \(bad)"
    let queries: [Query] = [
      "SELECT \(bad)", "SELECT \(["fine", bad])", "SELECT \(fragment: fragment)", "SELECT \(PostgresJSON(text: bad))",
      "SELECT \(identifier: bad)", Query(unsafeSQL: bad),
    ]
    for query in queries { #expect(query.failure?.sqlState == "22021") }
    #expect(("SELECT \("fine")" as Query).failure == nil)
  }

  @Test("refuses more parameters than the protocol can count, and arrays of arrays")
  func refusesWhatCannotBeSent() {
    var interpolation = Query.StringInterpolation(literalCapacity: 0, interpolationCount: 65536)
    for _ in 0..<65536 { interpolation.appendInterpolation(true) }
    #expect(Query(stringInterpolation: interpolation).failure?.sqlState == "54023")
    #expect(("SELECT \([[1], [2]])" as Query).failure?.sqlState == "0A000")
  }
}

extension Query {
  /// The parameters' bytes; nil for NULL.
  var values: [[UInt8]?] { parameters.map { $0.range.map { Array(buffer.bytes[$0]) } } }
}
