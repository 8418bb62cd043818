import FoundationEssentials
import Glibc
import ServiceKit

/// One of forumctl's commands.
struct Command: Sendable {
  let form: CommandLineForm
  /// Runs it.
  /// - Returns: the exit code.
  /// - Throws: `UsageError` (exit 64); anything else ends with its text and exit 1.
  let run: @Sendable (Arguments) async throws -> Int32
}

/// Why a command could not do its work; the text is for the person at the terminal.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// What the process was told by its environment.
struct CommandEnvironment: Sendable {
  let values: [String: String]

  static var current: CommandEnvironment { CommandEnvironment(values: ProcessInfo.processInfo.environment) }

  /// Settings to read from; other programs' `FORUM_` names are no error here: a shell that sourced the system's
  /// environment file has many.
  var settings: Settings { Settings(environment: values) }
}

/// Writes to standard error.
func printError(_ text: String) { writeError(text + "\n") }

/// Writes to standard error, without a line break.
func writeError(_ text: String) {
  let bytes = Array(text.utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// The contents of a file.
/// - Throws: `Failure` naming it.
func contents(of path: String) throws -> [UInt8] {
  guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw Failure("the file \(path) cannot be read") }
  return Array(data)
}

/// Writes a file, all of it or nothing.
/// - Throws: `Failure` naming it.
func writeFile(_ bytes: [UInt8], to path: String) throws {
  do { try Data(bytes).write(to: URL(filePath: path), options: .atomic) } catch {
    throw Failure("\(path) cannot be written")
  }
}
