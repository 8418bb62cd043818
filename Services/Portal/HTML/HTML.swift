import Contracts

/// A piece of a page. Whatever is put into one is escaped, unless it is itself a piece of a page.
///
/// Written as a string literal: `"<h1>\(title)</h1>"`. Markup comes from literals alone: they are `StaticString`s, so no
/// text that is made at run time can pass for markup. Values in attributes must stand in double quotes.
struct HTML: Sendable, Equatable {
  private(set) var text: String

  static let empty: HTML = ""

  /// Pieces one after the other.
  init(_ pieces: some Sequence<HTML>) { text = pieces.reduce(into: "") { $0 += $1.text } }

  /// Text as a reader should see it.
  init(text: String) { self.text = Self.escaped(text) }

  /// The five characters with a meaning in markup become references, in content and in quoted attributes alike.
  private static func escaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 16)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      case UInt8(ascii: "'"): bytes += "&#39;".utf8
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension HTML: ExpressibleByStringInterpolation {
  init(stringLiteral literal: StaticString) { text = literal.description }

  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.html.text }

  /// What the compiler makes of the literal.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var html = HTML([])

    init(literalCapacity: Int, interpolationCount: Int) { html.text.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: StaticString) { html.text += literal.description }

    /// A piece of a page goes in as it is.
    mutating func appendInterpolation(_ piece: HTML) { html.text += piece.text }

    mutating func appendInterpolation(_ pieces: [HTML]) { html.text += HTML(pieces).text }

    /// Text is escaped.
    mutating func appendInterpolation(_ text: String) { html.text += HTML(text: text).text }

    mutating func appendInterpolation(_ number: Int64) { html.text += String(number) }

    mutating func appendInterpolation<Kind>(_ id: Identifier<Kind>) { html.text += id.description }
  }
}

extension HTML {
  /// A piece if the condition holds. The compiler would take a literal that stands alone in `?:` for text.
  static func when(_ condition: Bool, _ piece: @autoclosure () -> HTML, otherwise: @autoclosure () -> HTML = "") -> HTML
  { condition ? piece() : otherwise() }

  /// A piece made of a value, if there is one.
  static func when<Value>(_ value: Value?, _ piece: (Value) -> HTML) -> HTML { value.map(piece) ?? "" }

  /// What a person wrote, as paragraphs: an empty line parts two of them, a line break stays one.
  static func paragraphs(_ text: String) -> HTML {
    var paragraphs: [[String]] = [[]]
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if line.allSatisfy(\.isWhitespace) {
        paragraphs.append([])
      } else {
        paragraphs[paragraphs.count - 1].append(String(line))
      }
    }
    return HTML(
      paragraphs.filter { !$0.isEmpty }.map { lines in
        "<p>\(lines.enumerated().map { $0 == 0 ? HTML(text: $1) : "<br>\($1)" })</p>\n"
      })
  }
}
