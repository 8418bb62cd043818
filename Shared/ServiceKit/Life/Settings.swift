import Crypto
import FoundationEssentials

/// What a service can be told by its environment; every name is listed by `--help`, unknown `FORUM_` names are refused.
public protocol ServiceConfiguration: Sendable {
  /// Reads and declares each setting.
  /// - Throws: `SettingsError`
  init(_ settings: inout Settings) throws(SettingsError)
}

/// A service without settings of its own.
public struct NoConfiguration: ServiceConfiguration {
  /// Reads nothing.
  public init(_ settings: inout Settings) {}
}

/// A setting that is missing, unknown or unreadable; says which.
public struct SettingsError: Error, CustomStringConvertible {
  /// Names the setting and what is wrong with it, for the person who starts the service.
  public let description: String

  /// An error with its `description`.
  public init(_ description: String) { self.description = description }
}

/// Reads settings from environment variables and remembers what was declared.
public struct Settings {
  /// One declared setting, for `--help` and for the log line at start.
  struct Declaration: Sendable {
    let name: String
    let help: String
    /// What holds if it is not set; nil: it must be set.
    let fallback: String?
    /// The value in force; secrets appear as the name of their file only.
    let shown: String
  }

  /// In the order in which they were read.
  private(set) var declarations: [Declaration] = []
  private let environment: [String: String]
  private let describing: Bool

  /// - Parameter describing: declare only, for `--help`: missing values are no error.
  public init(environment: [String: String], describing: Bool = false) {
    self.environment = environment
    self.describing = describing
  }

  /// A text as it is set.
  /// - Parameter fallback: what holds if it is not set; nil: it must be set.
  /// - Throws: `SettingsError` when it must be set and is not.
  public mutating func string(_ name: String, default fallback: String? = nil, _ help: String) throws(SettingsError)
    -> String
  {
    let value = environment[name] ?? fallback
    declarations.append(Declaration(name: name, help: help, fallback: fallback, shown: value ?? ""))
    if let value { return value }
    if describing { return "" }
    throw SettingsError("\(name) is not set: \(help)")
  }

  /// A whole number within `range`.
  /// - Parameter fallback: what holds if it is not set; nil: it must be set.
  /// - Throws: `SettingsError` when it must be set and is not, or is anything else.
  public mutating func int(
    _ name: String, default fallback: Int? = nil, in range: ClosedRange<Int> = 0...Int(Int32.max), _ help: String
  ) throws(SettingsError) -> Int {
    let text = try string(name, default: fallback.map(String.init), help)
    if let value = Int(text), range.contains(value) { return value }
    if describing { return range.lowerBound }
    throw SettingsError("\(name) is \(text), not a whole number from \(range.lowerBound) to \(range.upperBound)")
  }

  /// One of the cases of `Choice`, by its raw value.
  /// - Throws: `SettingsError` for anything else.
  public mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, default fallback: Choice, _ help: String
  ) throws(SettingsError) -> Choice {
    let text = try string(name, default: fallback.rawValue, help)
    if let value = Choice(rawValue: text) { return value }
    if describing { return fallback }
    throw SettingsError("\(name) is \(text), not \(Choice.allCases.map(\.rawValue).joined(separator: " or "))")
  }

  /// An http or https address, without slashes at its end: paths are put behind it.
  /// - Parameter fallback: what holds if it is not set; nil: it must be set.
  /// - Throws: `SettingsError` when it must be set and is not, or is anything else.
  public mutating func url(_ name: String, default fallback: String? = nil, _ help: String) throws(SettingsError)
    -> String
  {
    let text = try string(name, default: fallback, help)
    var address = text[...]
    while address.hasSuffix("/") { address.removeLast() }
    let isAddress = ["http://", "https://"].contains { address.hasPrefix($0) && address.count > $0.count }
    if isAddress { return String(address) }
    if describing { return "" }
    throw SettingsError("\(name) is \(text), not an http or https address")
  }

  /// The contents of the file that the setting names, without the newline at its end.
  public mutating func secret(file name: String, default fallback: String? = nil, _ help: String)
    throws(SettingsError) -> String
  {
    let path = try string(name, default: fallback, help + " (name of a file)")
    if path.isEmpty { return "" }
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      if describing { return "" }
      throw SettingsError("\(name): the file \(path) cannot be read")
    }
    var text = String(decoding: data, as: UTF8.self)
    while text.hasSuffix("\n") || text.hasSuffix("\r") { text.removeLast() }
    return text
  }

  /// A key of 32 bytes, in a file of 64 hexadecimal digits.
  public mutating func key(file name: String, _ help: String) throws(SettingsError) -> [UInt8] {
    let text = try secret(file: name, help)
    if let bytes = Hex.decode(text), bytes.count == 32 { return bytes }
    if describing { return [] }
    throw SettingsError("\(name): the file does not hold 64 hexadecimal digits")
  }

  /// - Throws: when the environment has a `FORUM_` name that nobody declared: most often a misspelling.
  public func refuseUnknown() throws(SettingsError) {
    let known = Set(declarations.map(\.name))
    let unknown = environment.keys.filter { $0.hasPrefix("FORUM_") && !known.contains($0) }.sorted()
    guard unknown.isEmpty else { throw SettingsError("unknown settings: \(unknown.joined(separator: ", "))") }
  }
}
