import Contracts
import FoundationEssentials
import ServiceKit

let replayCommand = Command(
  form: CommandLineForm(
    command: "replay",
    overview: "Files petitions as proposals, votes on them, leads what carries to a ministry, and checks every figure.",
    discussion: """
      Everything goes over HTTP, but for the ministries' topics, which are read from Kafka (FORUM_KAFKA_*). The services
      must accept tokens that live for a day (FORUM_TOKEN_LIFETIME). The same file and options again continue a replay
      that was interrupted. Exit code 1 if anything disagrees; every disagreement is named.
      """,
    positionals: [.init(name: "file", help: "petitions as JSON lines, packed by gzip or not")],
    options: [
      .value("scale", "d", default: "50", "one ballot for so many agreements"),
      .value("seed", "s", default: "2019", "another seed makes other citizens, choices and order"),
      .value("reject", "share", default: "0.05", "share of petitions that the Support Unit rejects"),
      .value("bar", "n", "yes votes to be exceeded (default: 200000 divided by the scale)"),
      .value("window", "seconds", "votes close so long after the beginning, and the replay waits for their results"),
      .value("repeats", "share", default: "0.02", "share of ballots that are cast twice"),
      .value("no", "share", default: "0.1", "share of ballots that say no"),
      .value("connections", "n", default: "64", "ballots on their way at a time"),
      .value("url", "url", "where the Forum is; otherwise FORUM_URL (default: http://127.0.0.1:8080)"),
      .value("key", "file", "private key that signs the citizens' tokens; otherwise FORUM_TOKEN_SIGNING_KEY_FILE"),
      .value("json", "file", "write the figures there as JSON"),
      .value("receiver-port", "port", default: "0", "where webhooks are received; 0 takes any port"),
      .value("receiver-host", "name", default: Receiver.loopback, "what the Forum calls this machine in webhooks"),
      .flag("no-receiver", "receive no webhooks, where the Forum cannot reach this machine"),
      .value("mail-directory", "directory", "folder of the local mail sink, to count mails"),
    ])
) { arguments in
  var rules = ReplayRules()
  rules.scale = try arguments.value("scale", in: 1...1_000_000_000, or: rules.scale)
  rules.seed = try arguments.value("seed", in: 0...UInt64.max, or: rules.seed)
  rules.rejectShare = try arguments.value("reject", in: 0...1, or: rules.rejectShare)
  rules.repeatShare = try arguments.value("repeats", in: 0...1, or: rules.repeatShare)
  rules.noShare = try arguments.value("no", in: 0...1, or: rules.noShare)
  if arguments.text("window") != nil { rules.window = try arguments.value("window", in: 10...86_400, or: 0) }
  rules.bar = try arguments.value("bar", in: 0...60_000_000, or: 200_000 / rules.scale)
  let environment = CommandEnvironment.current
  var settings = environment.settings
  let replay = Replay(
    rules: rules, url: forumURL(arguments), connections: try arguments.value("connections", in: 1...10_000, or: 64),
    broker: try BrokerConfiguration(&settings),
    signer: try Signer(keyFile: arguments.text("key"), environment: environment),
    receiverPort: arguments.has("no-receiver") ? nil : try arguments.value("receiver-port", in: 0...UInt16.max, or: 0),
    receiverHost: arguments.text("receiver-host") ?? Receiver.loopback,
    mails: arguments.text("mail-directory").map(MailFolder.init))
  let report = try await replay.run(try Petition.read(arguments.positionals[0]))
  print(report.text)
  if let path = arguments.text("json") {
    do { try Data(report.json()).write(to: URL(filePath: path)) } catch { throw Failure("\(path) cannot be written") }
  }
  return report.checking.disagreements.isEmpty ? 0 : 1
}

/// One replay from petitions to report; what each step does is in its own file.
struct Replay: Sendable {
  let rules: ReplayRules
  let url: String
  let connections: Int
  let broker: BrokerConfiguration
  let signer: Signer
  /// Nil: no receiver.
  let receiverPort: UInt16?
  let receiverHost: String
  let mails: MailFolder?

  func run(_ petitions: [Petition]) async throws -> Report {
    let plan = Plan(petitions: petitions.map { ($0.number, $0.agreements) }, rules: rules)
    let api = ForumAPI(base: url, connections: connections)
    // Of its own, so that a question about a ballot does not queue behind ballots.
    let side = ForumAPI(base: url, connections: 16)
    defer {
      api.close()
      side.close()
    }
    let oldMails = try mails?.names() ?? []
    let citizens = try await Citizens.prepare(for: plan, with: signer)
    let receiver = try receiverPort.map { try Receiver(host: receiverHost, port: $0) }
    let webhook = try await receiver?.register(with: side, token: citizens.observer)
    let closesAt = rules.window.map { Date.now.addingTimeInterval(Double($0)) }
    let filing = Filing(
      api: side, plan: plan, drafts: petitions.map(\.draft), citizens: citizens, closesAt: closesAt)
    let proposals = try await filing.run()
    let observing = Observing(api: side, plan: plan, proposals: proposals, kafka: broker.client("forumctl"))
    let before = try await observing.count()
    let countedBefore = try await observing.tallies().reduce(0) { $0 + ($1.map { $0.yes + $0.no } ?? 0) }

    let referredBefore = countedBefore == 0 ? [] : Set(try await observing.cases(atLeast: 0).map(\.petition))

    let (probes, continuation) = AsyncStream.makeStream(of: Probing.Probe.self)
    let probing = Probing(api: side)
    async let measured = probing.delays(of: probes)
    let casting = Casting(
      api: api, plan: plan, proposals: proposals, voters: citizens.voters, connections: connections
    ) { continuation.yield($0) }
    let cast = try await casting.run()
    continuation.finish()
    let delays = await measured

    let (after, tallies) = try await observing.settled(closing: closesAt)
    var outcome = Outcome(
      tallies: tallies, countedBefore: countedBefore, referredBefore: referredBefore, before: before, after: after,
      cases: [], deliveries: [],
      pages: [:])
    await look("cases", &outcome) {
      let received = try await observing.cases(atLeast: plan.referred.count)
      try await Referring(api: side, citizens: citizens, name: rules.name).lead(received.map(\.id))
      $0.cases = try await observing.assigned(atLeast: plan.referred.count)
    }
    await look("ministries' topics", &outcome) { $0.deliveries = try await observing.deliveries(of: $0.cases) }
    await look("pages", &outcome) { $0.pages = try await observing.pages() }
    if let receiver { await look("webhooks", &outcome) { try await hooks(receiver, proposals, observing, &$0) } }
    if let mails {
      // The mails of a replay that is continued came in its first run.
      let old = countedBefore > 0 ? [] : oldMails
      await look("mails", &outcome) { outcome in
        outcome.mails = try await observing.awaiting(
          60, { try mails.counts(for: plan.expectations.map(\.number), without: old) },
          until: { counts in
            var complete = outcome
            complete.mails = counts
            return Checking(plan: plan, cast: cast, outcome: complete).mailLines.isEmpty
          })
      }
    }
    if let webhook { _ = try? await side.call("DELETE", "/v1/webhooks/\(webhook)", token: citizens.observer) }
    await receiver?.close()
    return Report(checking: Checking(plan: plan, cast: cast, outcome: outcome), delays: delays)
  }

  /// What cannot be looked at is a disagreement, not the end: the rest is worth knowing.
  private func look(_ what: String, _ outcome: inout Outcome, _ body: (inout Outcome) async throws -> Void) async {
    do { try await body(&outcome) } catch { outcome.unseen.append("\(what): \(error)") }
  }

  private func hooks(
    _ receiver: Receiver, _ proposals: [ProposalID], _ observing: Observing, _ outcome: inout Outcome
  ) async throws {
    let index = Dictionary(uniqueKeysWithValues: zip(proposals, proposals.indices))
    let wanted = outcome.cases.count { !outcome.referredBefore.contains($0.petition) } * Checking.hookTypes.count
    let hooks = try await observing.awaiting(
      60,
      {
        Set(
          receiver.messages.compactMap { message in
            index[message.proposal].map { Outcome.Hook(type: message.type, id: message.id, petition: $0) }
          })
      }, until: { $0.count >= wanted })
    outcome.hooks = hooks
    outcome.forgedHooks = receiver.forged
  }
}
