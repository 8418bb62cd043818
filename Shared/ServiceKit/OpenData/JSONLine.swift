import Contracts

/// A row as a JSON object without white space. What has no value is left out.
///
/// Written here and not by an encoder, which would need many times as long for a file of a million rows.
public enum JSONLine {
  /// Appends an object with a member for each column.
  public static func append(_ row: some Sequence<(name: String, cell: Cell)>, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    for (name, cell) in row where cell != .none {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      append(name, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      append(cell, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  static func append(_ cell: Cell, to bytes: inout [UInt8]) {
    switch cell {
    case .none: bytes += "null".utf8
    case .text(let text): append(text, to: &bytes)
    case .integer(let number): bytes += String(number).utf8
    case .decimal(let number): bytes += String(number).utf8
    case .time(let time): append(JSON.timestamp(time), to: &bytes)
    case .boolean(let value): bytes += (value ? "true" : "false").utf8
    }
  }

  /// RFC 8259, section 7.
  static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0a: bytes += "\\n".utf8
      case 0x0d: bytes += "\\r".utf8
      case 0x09: bytes += "\\t".utf8
      case 0..<0x20: bytes += ((byte < 0x10 ? "\\u000" : "\\u00") + String(byte, radix: 16)).utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
