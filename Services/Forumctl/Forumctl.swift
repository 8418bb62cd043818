import FoundationEssentials

/// The command-line tool of operators, load testers and auditors.
public enum ForumctlTool {
  static let commands: [Command] = [
    migrateCommand, createTopicsCommand, checkTopicsCommand, grantAccessCommand, addMinistryCommand,
    listMinistriesCommand, removeMinistryCommand, tokenCommand, replayCommand, tallyCommand, loadCommand, fillCommand,
  ]

  static let overview = """
    OVERVIEW: Operates the Government Innovation Citizen Forum.

    USAGE: forumctl <command>

    OPTIONS:
      -h, --help              Show help information.

    COMMANDS:

    """

  static var help: String {
    overview + commands.map { helpLine($0.form.command, $0.form.overview) }.joined()
      + "\n  See 'forumctl help <command>' for detailed help.\n"
  }

  /// Runs the command that `arguments` name (without the program's own name).
  /// - Returns: the exit code: 0, 1 when the command failed or found a difference, 64 when it was not understood.
  @concurrent public static func run(arguments: [String]) async -> Int32 {
    guard let first = arguments.first, first != "--help", first != "-h" else { return show(help) }
    if first == "help" {
      if arguments.count == 1 { return show(help) }
      if let (command, _) = command(in: Array(arguments.dropFirst())) { return show(command.form.help) }
      return refuse(UsageError("Unknown command '\(arguments[1])'"), nil)
    }
    guard let (command, rest) = command(in: arguments) else {
      let word = first.hasPrefix("-") ? "option" : "command"
      let group = commands.filter { $0.form.command.hasPrefix(first + " ") }.map(\.form.command)
      if group.isEmpty { return refuse(UsageError("Unknown \(word) '\(first)'"), nil) }
      return refuse(UsageError("'\(first)' needs one of: \(group.joined(separator: ", "))"), nil)
    }
    do {
      let parsed = try Arguments(rest, as: command.form)
      return parsed.asksForHelp ? show(command.form.help) : try await command.run(parsed)
    } catch let error as UsageError { return refuse(error, command) } catch {
      printError("Error: \(error)")
      return 1
    }
  }

  /// The command whose words stand in front, and what follows them.
  static func command(in arguments: [String]) -> (Command, [String])? {
    for command in commands {
      let words = command.form.command.split(separator: " ").map(String.init)
      if arguments.starts(with: words) { return (command, Array(arguments.dropFirst(words.count))) }
    }
    return nil
  }

  private static func show(_ text: String) -> Int32 {
    print(text, terminator: "")
    return 0
  }

  private static func refuse(_ error: UsageError, _ command: Command?) -> Int32 {
    printError("Error: \(error)")
    printError("Usage: \(command?.form.usage ?? "forumctl <command>")")
    printError("  See 'forumctl \(command.map { $0.form.command + " " } ?? "")--help' for more information.")
    return 64
  }
}
