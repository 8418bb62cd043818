import Contracts
import FoundationEssentials
import Glibc

/// How much a log line matters.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
  case debug, info, warning, error

  /// From `debug`, which matters least, to `error`.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  var name: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }

  init?(_ name: String) {
    guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }
}

/// A value in a log line.
public enum LogValue: Sendable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
  case string(String)
  case int(Int)
  case double(Double)
  case bool(Bool)

  /// A literal text, or one with interpolations.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A literal whole number.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A literal number with a fraction; written as null when it is not finite.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A literal true or false.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// Writes one JSON object a line to standard output: `time`, `level`, `service`, `message`, then the fields.
///
/// Messages are fixed texts; what varies goes into fields. Personal data, tokens and secrets go into neither.
public struct Log: Sendable {
  let service: String
  let minimum: LogLevel

  /// A log of one service.
  /// - Parameter minimum: lines that matter less are dropped.
  public init(service: String, minimum: LogLevel) {
    self.service = service
    self.minimum = minimum
  }

  /// For whoever looks for a fault; off unless asked for.
  public func debug(_ message: StaticString, _ fields: KeyValuePairs<String, LogValue> = [:]) {
    write(.debug, message, fields)
  }
  /// Something that is as it should be, and worth knowing.
  public func info(_ message: StaticString, _ fields: KeyValuePairs<String, LogValue> = [:]) {
    write(.info, message, fields)
  }
  /// Something that went wrong, and that the service deals with by itself.
  public func warning(_ message: StaticString, _ fields: KeyValuePairs<String, LogValue> = [:]) {
    write(.warning, message, fields)
  }
  /// Something that needs a person.
  public func error(_ message: StaticString, _ fields: KeyValuePairs<String, LogValue> = [:]) {
    write(.error, message, fields)
  }

  private func write(_ level: LogLevel, _ message: StaticString, _ fields: KeyValuePairs<String, LogValue>) {
    guard level >= minimum else { return }
    var line = "{\"time\":\"\(JSON.timestamp(Date()))\",\"level\":\"\(level.name)\",\"service\":"
    line.appendJSON(service)
    line += ",\"message\":"
    line.appendJSON(message.description)
    for (key, value) in fields {
      line += ","
      line.appendJSON(key)
      line += ":"
      switch value {
      case .string(let text): line.appendJSON(text)
      case .int(let number): line += String(number)
      case .double(let number): if number.isFinite { line += String(number) } else { line += "null" }
      case .bool(let flag): line += String(flag)
      }
    }
    line += "}\n"
    // One write a line: lines of several threads do not mix.
    line.withUTF8 { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = Glibc.write(
          STDOUT_FILENO,
          UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[rest.startIndex...]).baseAddress, rest.count)
        if written <= 0 { return }
        rest = rest.dropFirst(written)
      }
    }
  }
}

extension String {
  /// Appends `text` as a JSON string: control characters escaped, so that nobody can forge a second line.
  mutating func appendJSON(_ text: String) {
    append("\"")
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      case _ where scalar.value < 0x20 || scalar.value == 0x7f || scalar.value == 0x2028 || scalar.value == 0x2029:
        let digits = String(scalar.value, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: unicodeScalars.append(scalar)
      }
    }
    append("\"")
  }
}
