/// A statement with its bound parameters.
///
/// Written as a string literal; a value in it becomes a parameter `$n`, never text:
/// `"SELECT title FROM proposal WHERE id = \(id)"`. A parameter has the type of its Swift value (`String` is `text`), so
/// that a column of another type needs a cast in the SQL: `\(word)::mood`. An array is one parameter:
/// `"… WHERE id = ANY(\(ids))"`. There is no way to insert text except `identifier:`, `fragment:` and `unsafeSQL:`.
public struct Query: ExpressibleByStringInterpolation, Sendable {
  enum Piece: Sendable {
    case text(String)
    case parameter
  }

  /// A parameter: its type and where in the buffer it is; no place means NULL.
  struct Parameter: Sendable {
    let type: PostgresType
    let range: Range<Int>?
  }

  private var pieces: [Piece] = []
  private(set) var parameters: [Parameter] = []
  private(set) var buffer = PostgresBuffer()

  /// A statement from text that no user had a hand in, such as a migration.
  public init(unsafeSQL: String) { pieces = [.text(unsafeSQL)] }

  /// A statement without parameters.
  public init(stringLiteral value: String) { self.init(unsafeSQL: value) }

  /// A statement with its parameters.
  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.query }

  private init() {}

  /// The text that the server gets: parameters as `$1`, `$2` and so on.
  public var sql: String {
    var result = ""
    var number = 0
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .parameter:
        number += 1
        result += "$\(number)"
      }
    }
    return result
  }

  /// Why the statement cannot be sent.
  var failure: PostgresError? {
    if let failure = buffer.failure { return failure }
    if parameters.count > Int(UInt16.max) {
      return PostgresError(sqlState: "54023", message: "\(parameters.count) parameters; bind arrays instead")
    }
    for case .text(let text) in pieces where text.utf8.contains(0) {
      return PostgresError(sqlState: "22021", message: "a statement cannot hold U+0000")
    }
    return nil
  }
}

extension Query {
  /// What the compiler makes of the literal.
  public struct StringInterpolation: StringInterpolationProtocol, Sendable {
    fileprivate var query = Query()

    /// Starts with nothing.
    public init(literalCapacity: Int, interpolationCount: Int) {
      query.pieces.reserveCapacity(2 * interpolationCount + 1)
    }

    /// Appends text of the literal.
    public mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { query.pieces.append(.text(literal)) }
    }

    /// Binds a value as a parameter.
    public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value) {
      query.pieces.append(.parameter)
      let range = query.buffer.encode(value)
      query.parameters.append(Parameter(type: Value.postgresType, range: range))
    }

    // Apart from the one above because the compiler warns of optionals in interpolations that do not ask for them.
    /// Binds a value as a parameter; nil binds NULL.
    public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
      query.pieces.append(.parameter)
      let range = query.buffer.encode(value)
      query.parameters.append(Parameter(type: Value.postgresType, range: range))
    }

    /// Splices another query with its parameters.
    public mutating func appendInterpolation(fragment: Query) {
      let start = query.buffer.bytes.count
      query.pieces += fragment.pieces
      query.parameters += fragment.parameters.map { parameter in
        Parameter(
          type: parameter.type, range: parameter.range.map { $0.lowerBound + start..<$0.upperBound + start })
      }
      query.buffer.append(fragment.buffer)
    }

    /// Inserts the name of a table, a column and so on, quoted.
    public mutating func appendInterpolation(identifier: String) {
      var quoted = "\""
      for character in identifier.unicodeScalars {
        if character == "\"" { quoted.append("\"") }
        quoted.unicodeScalars.append(character)
      }
      query.pieces.append(.text(quoted + "\""))
    }
  }
}
