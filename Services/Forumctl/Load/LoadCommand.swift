import Contracts
import FoundationEssentials
import ServiceKit

let loadCommand = Command(
  form: CommandLineForm(
    command: "load",
    overview:
      "Casts ballots at a fixed rate over HTTP, whatever the answers do, and checks each 202 against the count.",
    discussion: """
      Latencies run from the moment when a request was due. Nothing is sent twice but planned repeats. Nobody else may
      vote on these votes meanwhile. The services must accept tokens that live for a day (FORUM_TOKEN_LIFETIME), or give
      --lifetime. Exit code 1 if an accepted ballot is not counted exactly once; each is named by its receipt.
      """,
    options: [
      .value("rate", "n", default: "1000", "requests a second: all the time, at the last step, or in the spike"),
      .value("duration", "s", default: "30", "seconds"),
      .value("profile", "profile", default: "constant", "constant, step or spike"),
      .value("base", "n", "requests a second at the first step, or around the spike (default: a tenth of the rate)"),
      .value("steps", "n", default: "5", "steps of the same length from the base to the rate"),
      .value("spike", "s", "seconds of the spike, in the middle (default: a fifth of the duration)"),
      .value("connections", "n", default: "256", "connections at most, each with one request at a time"),
      .value("timeout", "s", default: "10", "seconds until an answer, or a free connection, is waited for no more"),
      .value("repeats", "share", default: "0.02", "share of requests that are a citizen's further ballot"),
      .value("hostile", "share", default: "0", "share of requests that must be refused"),
      .value("no", "share", default: "0.1", "share of citizens who say no"),
      .value(
        "seed", "s", "names the citizens and decides the order; the same citizens cannot vote twice (default: random)"),
      .value("proposal", "ids", "the votes, separated by commas (default: all that are open)"),
      .value("citizens", "n", "so many (default: as few as the ballots need)"),
      .value("skip", "n", default: "0", "begin with the citizen after so many, where the first have voted"),
      .value("tokens", "file", "tokens to use, one a line, instead of signing them"),
      .value("make-tokens", "file", "only sign --citizens tokens and write them there, one a line"),
      .value("lifetime", "seconds", default: "86400", "how long signed tokens are valid"),
      .flag("warm", "show each token once before the clock starts"),
      .flag("each", "ask for every receipt, though the tallies agree"),
      .value("patience", "s", default: "60", "seconds that the count may take to catch up"),
      .value("journal", "file", "write every ballot's outcome there, as JSON lines"),
      .value("check-journal", "file", "only check the receipts of a journal against the Forum"),
      .value("url", "url", "where the Forum is; otherwise FORUM_URL (default: http://127.0.0.1:8080)"),
      .value("key", "file", "private key that signs the citizens' tokens; otherwise FORUM_TOKEN_SIGNING_KEY_FILE"),
      .value("json", "file", "write the figures there as JSON"),
    ])
) { arguments in
  let environment = CommandEnvironment.current
  let target = try LoadTarget(forumURL(arguments))
  var options = try loadOptions(arguments)
  let lifetime = try arguments.value("lifetime", in: 60...31_536_000, or: 86_400)
  if let path = arguments.text("make-tokens") {
    guard let count = try arguments.value("citizens", in: 1...10_000_000) else {
      throw UsageError("--make-tokens needs --citizens")
    }
    let signer = try Signer(keyFile: arguments.text("key"), environment: environment)
    try writeFile(
      try await LoadCitizens.signed(0..<count, seed: options.seed, lifetime: lifetime, with: signer).file, to: path)
    return 0
  }
  if let path = arguments.text("check-journal") {
    let check = JournalCheck(
      lines: try JournalLine.read(path), target: target,
      signer: try Signer(keyFile: arguments.text("key"), environment: environment), connections: options.connections)
    let (faults, receipts) = try await check.run(lifetime: lifetime)
    let verdict = LoadVerdict(faults: faults)
    print(
      faults.isEmpty
        ? "each of \(receipts) receipts is in the count, once a voter" : verdict.lines.joined(separator: "\n"))
    return faults.isEmpty ? 0 : 1
  }
  let api = ForumAPI(base: forumURL(arguments), connections: 4, patience: .seconds(30))
  defer { api.close() }
  let votes = try await LoadCheck.openVotes(api, wanted: try proposals(arguments))
  let citizens = try await loadCitizens(arguments, environment, options, votes: votes.count, lifetime: lifetime)
  options.journal = arguments.text("journal")
  let run = LoadRun(
    options: options, target: target,
    check: LoadCheck(
      api: api, votes: votes, patience: .seconds(try arguments.value("patience", in: 0...86_400.0, or: 60))),
    citizens: citizens)
  let (result, verdict) = try await run.run()
  let report = LoadReport(options: options, result: result, verdict: verdict)
  print(report.text)
  if let path = arguments.text("json") { try writeFile(try report.json(), to: path) }
  return report.disagreements.isEmpty ? 0 : 1
}

private func loadOptions(_ arguments: Arguments) throws -> LoadOptions {
  var options = LoadOptions()
  options.profile = try profile(arguments)
  guard (1...20_000_000).contains(options.profile.count) else {
    throw UsageError("\(options.profile.count) requests in all: from 1 to 20000000 can be sent")
  }
  options.connections = try arguments.value("connections", in: 1...60_000, or: options.connections)
  options.timeout = .seconds(try arguments.value("timeout", in: 0.1...3_600.0, or: 10))
  options.seed = try arguments.value("seed", in: 0...UInt64.max, or: UInt64.random(in: 0...0xffff_ffff))
  options.repeatShare = try arguments.value("repeats", in: 0...1, or: options.repeatShare)
  options.hostileShare = try arguments.value("hostile", in: 0...1, or: options.hostileShare)
  options.noShare = try arguments.value("no", in: 0...1, or: options.noShare)
  guard options.repeatShare + options.hostileShare <= 1 else { throw UsageError("--repeats and --hostile exceed 1") }
  options.isWarm = arguments.has("warm")
  options.asksEach = arguments.has("each")
  return options
}

private func profile(_ arguments: Arguments) throws -> LoadProfile {
  let rate = try arguments.value("rate", in: 0.1...1_000_000.0, or: 1_000)
  let seconds = try arguments.value("duration", in: 0.1...86_400.0, or: 30)
  let base = try arguments.value("base", in: 0.1...1_000_000.0, or: rate / 10)
  switch arguments.text("profile") {
  case "constant": return .constant(rate: rate, seconds: seconds)
  case "step":
    return .step(from: base, to: rate, steps: try arguments.value("steps", in: 1...1_000, or: 5), seconds: seconds)
  case "spike":
    let spike = try arguments.value("spike", in: 0.1...seconds, or: seconds / 5)
    return .spike(base: base, rate: rate, spike: spike, seconds: seconds)
  case let text:
    throw UsageError("The value '\(text ?? "")' is invalid for '--profile <profile>': one of constant, step, spike")
  }
}

private func proposals(_ arguments: Arguments) throws -> [ProposalID] {
  try (arguments.text("proposal") ?? "").split(separator: ",").map { text in
    guard let id = ProposalID(String(text)) else {
      throw UsageError("The value '\(text)' is invalid for '--proposal <ids>': a UUID")
    }
    return id
  }
}

private func loadCitizens(
  _ arguments: Arguments, _ environment: CommandEnvironment, _ options: LoadOptions, votes: Int, lifetime: Int
) async throws -> LoadCitizens {
  // The plan's first ballots do not depend on the number of citizens.
  let firsts = LoadPlan(
    votes: votes, citizens: 1, seed: options.seed, repeatShare: options.repeatShare, hostileShare: options.hostileShare
  ).firsts(in: options.profile.count)
  let needed = max(1, (firsts + votes - 1) / votes)
  let count = try arguments.value("citizens", in: 1...10_000_000, or: needed)
  guard count >= needed else {
    throw UsageError("\(firsts) ballots on \(votes) votes need \(needed) citizens, and --citizens says \(count)")
  }
  let skip = try arguments.value("skip", in: 0...10_000_000, or: 0)
  guard let path = arguments.text("tokens") else {
    let signer = try Signer(keyFile: arguments.text("key"), environment: environment)
    return try await LoadCitizens.signed(skip..<skip + count, seed: options.seed, lifetime: lifetime, with: signer)
  }
  return try LoadCitizens.read(
    path, skip..<skip + count, validUntil: Date().timeIntervalSince1970 + options.profile.seconds)
}
