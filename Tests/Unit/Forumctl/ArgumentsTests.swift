import Testing

@testable import Forumctl

struct ArgumentsTests {
  private let form = CommandLineForm(
    command: "replay", overview: "Replays.", positionals: [.init(name: "file", help: "petitions")],
    options: [
      .value("scale", "d", default: "50", "scale"), .value("json", "file", "where"), .flag("quiet", "say less"),
    ])

  private func refusal(_ words: [String]) -> String? {
    do {
      _ = try Arguments(words, as: form)
      return nil
    } catch { return error.description }
  }

  @Test func `values come after a blank or an equals sign, and defaults hold otherwise`() throws {
    let arguments = try Arguments(["--json", "a.json", "petitions", "--scale=7", "--quiet"], as: form)
    #expect(arguments.positionals == ["petitions"])
    #expect(try arguments.value("scale", in: 1...100) == 7)
    #expect(arguments.text("json") == "a.json")
    #expect(arguments.has("quiet"))
    let plain = try Arguments(["petitions"], as: form)
    #expect(try plain.value("scale", in: 1...100) == 50)
    #expect(plain.text("json") == nil)
    #expect(!plain.has("quiet"))
  }

  @Test func `whatever does not fit is named`() {
    #expect(refusal([]) == "Missing expected argument '<file>'")
    #expect(refusal(["a", "b"]) == "Unexpected argument 'b'")
    #expect(refusal(["a", "--scael", "3"]) == "Unknown option '--scael'")
    #expect(refusal(["a", "--scale"]) == "Missing value for '--scale <d>'")
    #expect(refusal(["a", "--scale", "--quiet"]) == "Missing value for '--scale <d>'")
    #expect(refusal(["a", "--quiet=yes"]) == "The option '--quiet' takes no value")
  }

  @Test func `a value of the wrong type or outside its range is refused`() throws {
    #expect(throws: UsageError("The value 'x' is invalid for '--scale <d>'")) {
      try Arguments(["a", "--scale", "x"], as: form).value("scale", in: 1...100)
    }
    #expect(throws: UsageError("The value '0' is invalid for '--scale <d>': from 1 to 100")) {
      try Arguments(["a", "--scale", "0"], as: form).value("scale", in: 1...100)
    }
  }

  @Test func `a value may begin with a dash, and after two dashes everything is a positional argument`() throws {
    #expect(try Arguments(["a", "--scale", "-5"], as: form).text("scale") == "-5")
    #expect(try Arguments(["--", "--scale"], as: form).positionals == ["--scale"])
  }

  @Test func `help is shown even where arguments are missing`() throws {
    #expect(try Arguments(["--help"], as: form).asksForHelp)
    #expect(form.help.contains("USAGE: forumctl replay <file> [--scale <d>] [--json <file>] [--quiet]\n"))
    #expect(form.help.contains("(default: 50)"))
  }

  @Test func `commands of two words are found, and nothing else is`() {
    #expect(ForumctlTool.command(in: ["topics", "check", "--help"])?.1 == ["--help"])
    #expect(ForumctlTool.command(in: ["topics", "check"])?.0.form.command == "topics check")
    #expect(ForumctlTool.command(in: ["topics"]) == nil)
    #expect(ForumctlTool.command(in: ["replays"]) == nil)
  }

  @Test func `a command line that is not understood exits with 64`() async {
    #expect(await ForumctlTool.run(arguments: ["unknown"]) == 64)
    #expect(await ForumctlTool.run(arguments: ["replay"]) == 64)
    #expect(await ForumctlTool.run(arguments: ["token", "--role", "king", "--subject", "a"]) == 64)
  }
}
