/// What can follow a command: declared once, for parsing and for `--help`.
struct CommandLineForm: Sendable {
  /// A positional argument.
  struct Positional: Sendable {
    let name: String
    let help: String
  }

  /// `--name <value>`, or a flag when it has no value.
  struct Option: Sendable {
    let name: String
    let value: String?
    let fallback: String?
    let help: String

    static func flag(_ name: String, _ help: String) -> Option {
      Option(name: name, value: nil, fallback: nil, help: help)
    }
    static func value(_ name: String, _ value: String, default fallback: String? = nil, _ help: String) -> Option {
      Option(name: name, value: value, fallback: fallback, help: help)
    }

    /// As usage texts and errors show it.
    var shown: String { value.map { "--\(name) <\($0)>" } ?? "--\(name)" }
  }

  /// For example `topics create`.
  let command: String
  /// One line.
  let overview: String
  /// What else there is to know.
  var discussion = ""
  var positionals: [Positional] = []
  var options: [Option] = []

  /// One line, without the word in front.
  var usage: String {
    (["forumctl \(command)"] + positionals.map { "<\($0.name)>" } + options.map { "[\($0.shown)]" })
      .joined(separator: " ")
  }

  /// What `--help` prints.
  var help: String {
    var text = "OVERVIEW: \(overview)\n\n" + (discussion.isEmpty ? "" : "\(discussion)\n\n") + "USAGE: \(usage)\n"
    if !positionals.isEmpty {
      text += "\nARGUMENTS:\n" + positionals.map { helpLine("<\($0.name)>", $0.help) }.joined()
    }
    text += "\nOPTIONS:\n"
    for option in options {
      text += helpLine(option.shown, option.help + (option.fallback.map { " (default: \($0))" } ?? ""))
    }
    return text + helpLine("-h, --help", "Show help information.")
  }
}

/// Names in a column of 26, what they mean beside it or, when a name is longer, below it.
func helpLine(_ name: String, _ help: String) -> String {
  let indented = "  " + name
  let column = 26
  let gap =
    indented.count < column
    ? String(repeating: " ", count: column - indented.count) : "\n" + String(repeating: " ", count: column)
  return indented + gap + help + "\n"
}

/// A command line that cannot be understood: exit code 64, as sysexits.h has it.
struct UsageError: Error, CustomStringConvertible, Equatable {
  let description: String

  init(_ description: String) { self.description = description }
}

/// A command line, taken apart as its form says.
struct Arguments: Sendable {
  let form: CommandLineForm
  /// Positional arguments in the form's order; all are there unless help is asked for.
  private(set) var positionals: [String] = []
  private(set) var asksForHelp = false
  private var values: [String: String] = [:]
  private var flags: Set<String> = []

  /// - Throws: `UsageError` naming the first argument that does not fit; nothing when help is asked for before it.
  init(_ words: [String], as form: CommandLineForm) throws(UsageError) {
    self.form = form
    var rest = words[...]
    var onlyPositionals = false
    while let word = rest.popFirst() {
      if onlyPositionals || !word.hasPrefix("-") || word == "-" {
        guard positionals.count < form.positionals.count else { throw UsageError("Unexpected argument '\(word)'") }
        positionals.append(word)
      } else if word == "--" {
        onlyPositionals = true
      } else if word == "-h" || word == "--help" {
        asksForHelp = true
        return
      } else {
        try takeOption(word, &rest)
      }
    }
    if positionals.count < form.positionals.count {
      throw UsageError("Missing expected argument '<\(form.positionals[positionals.count].name)>'")
    }
  }

  private mutating func takeOption(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let option = form.options.first(where: { "--" + $0.name == parts[0] }) else {
      throw UsageError("Unknown option '\(parts[0])'")
    }
    guard option.value != nil else {
      guard parts.count == 1 else { throw UsageError("The option '\(parts[0])' takes no value") }
      flags.insert(option.name)
      return
    }
    // A value may begin with a dash (a negative number); what is itself an option may not be swallowed.
    let next = parts.count == 2 ? parts[1] : rest.first
    guard let next, parts.count == 2 || !form.options.contains(where: { "--" + $0.name == next }) else {
      throw UsageError("Missing value for '\(option.shown)'")
    }
    if parts.count == 1 { rest.removeFirst() }
    values[option.name] = next
  }

  /// Whether a flag was given.
  func has(_ flag: String) -> Bool { flags.contains(flag) }

  /// The text of an option, or its default; nil when it has neither.
  func text(_ name: String) -> String? { values[name] ?? form.options.first { $0.name == name }?.fallback }

  /// The value of an option, or of its default; nil when it has neither.
  /// - Throws: `UsageError` when it is not a `Value`, or outside `range`.
  func value<Value: LosslessStringConvertible & Comparable>(_ name: String, in range: ClosedRange<Value>)
    throws(UsageError) -> Value?
  {
    guard let text = text(name) else { return nil }
    let shown = form.options.first { $0.name == name }?.shown ?? name
    guard let value = Value(text) else { throw UsageError("The value '\(text)' is invalid for '\(shown)'") }
    guard range.contains(value) else {
      throw UsageError(
        "The value '\(text)' is invalid for '\(shown)': from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// The value of an option that has a default.
  func value<Value: LosslessStringConvertible & Comparable>(
    _ name: String, in range: ClosedRange<Value>, or fallback: Value
  ) throws(UsageError) -> Value { try value(name, in: range) ?? fallback }
}
