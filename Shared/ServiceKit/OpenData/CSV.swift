import Contracts

/// Comma-separated values (RFC 4180): UTF-8, CRLF at the end of each row.
///
/// Spreadsheets take a cell that begins with `=`, `+`, `-` or `@`, a tab or a line break, for a formula or a command. So a
/// text that begins with one of them gets an apostrophe before it, as OWASP advises ("CSV Injection"), and one that begins
/// with an apostrophe gets another one. The way back is then the same for every text: one apostrophe at its beginning is
/// taken away. Numbers, times and the like are written as they are.
public enum CSV {
  /// A mark by which spreadsheets know UTF-8 (RFC 3629, section 6).
  public static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// Appends a row.
  public static func append(_ cells: some Sequence<Cell>, to bytes: inout [UInt8]) {
    var isFirst = true
    for cell in cells {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      append(cell, to: &bytes)
    }
    bytes += [0x0d, 0x0a]
  }

  private static func append(_ cell: Cell, to bytes: inout [UInt8]) {
    switch cell {
    case .none: break
    case .text(let text): append(text, to: &bytes)
    case .integer(let number): bytes += String(number).utf8
    case .decimal(let number): bytes += String(number).utf8
    case .time(let time): bytes += JSON.timestamp(time).utf8
    case .boolean(let value): bytes += (value ? "true" : "false").utf8
    }
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    let isGuarded = text.unicodeScalars.first.map(needsGuard) ?? false
    // An empty text is quoted: nothing between two commas is no value.
    guard isGuarded || text.isEmpty || text.utf8.contains(where: needsQuotes) else { return bytes += text.utf8 }
    bytes.append(UInt8(ascii: "\""))
    if isGuarded { bytes.append(UInt8(ascii: "'")) }
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// The wide forms too: spreadsheets in East Asian locales take them for the narrow ones.
  private static func needsGuard(_ first: Unicode.Scalar) -> Bool {
    switch first {
    case "=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠": true
    default: false
    }
  }

  private static func needsQuotes(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0d || byte == 0x0a
  }
}
