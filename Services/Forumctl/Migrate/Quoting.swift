/// Text as part of an SQL statement, for statements that take no parameters.
enum Quoting {
  /// A name in double quotes.
  /// - Throws: `Failure` for U+0000, which no statement can hold.
  static func identifier(_ name: String) throws -> String { try quoted(name, "\"") }

  /// A string constant, whatever `standard_conforming_strings` says: backslashes make it an `E''` constant.
  static func literal(_ text: String) throws -> String {
    let doubled = try quoted(text, "'")
    guard text.unicodeScalars.contains("\\") else { return doubled }
    var escaped = " E"
    for scalar in doubled.unicodeScalars {
      if scalar == "\\" { escaped.unicodeScalars.append(scalar) }
      escaped.unicodeScalars.append(scalar)
    }
    return escaped
  }

  // By scalars: a quotation mark with a combining mark behind it is another Character, and the server sees bytes.
  private static func quoted(_ text: String, _ mark: Unicode.Scalar) throws -> String {
    var result = String.UnicodeScalarView()
    result.append(mark)
    for scalar in text.unicodeScalars {
      if scalar == "\0" { throw Failure("a statement cannot hold U+0000") }
      if scalar == mark { result.append(mark) }
      result.append(scalar)
    }
    result.append(mark)
    return String(result)
  }
}
