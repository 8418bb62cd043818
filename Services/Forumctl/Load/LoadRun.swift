import Contracts
import FoundationEssentials
import Glibc
import ServiceKit
import Threading

/// How a run is to go.
struct LoadOptions: Sendable {
  var profile = LoadProfile.constant(rate: 1_000, seconds: 30)
  var connections = 256
  var timeout = Duration.seconds(10)
  var seed: UInt64 = 1
  var repeatShare = 0.02
  var hostileShare = 0.0
  var noShare = 0.1
  /// Whether every token is shown once before the clock starts.
  var isWarm = false
  /// Whether every receipt is asked for, though the tallies agree.
  var asksEach = false
  var patience = Duration.seconds(60)
  var journal: String?
}

/// What the loop measured.
struct LoadResult: Sendable {
  let counts: LoadCounts
  /// Of the 202, by phase.
  let accepted: [LatencyHistogram]
  /// Of all ballots that were answered.
  let answered: LatencyHistogram
  /// From the start to the last 202.
  let seconds: Double
  /// Processor time of the loop's thread.
  let processorSeconds: Double
}

/// A run from open votes to verdict.
struct LoadRun: Sendable {
  let options: LoadOptions
  let target: LoadTarget
  let check: LoadCheck
  let citizens: LoadCitizens
  var votes: [ProposalID] { check.votes }

  private var request: LoadRequest {
    LoadRequest(host: target.host, basePath: target.basePath, proposals: votes, tokens: citizens.tokens)
  }

  func run() async throws -> (LoadResult, LoadVerdict) {
    if options.isWarm { try await introduce() }
    let before = try await check.settledTallies()
    let board = LoadBoard()
    let nonces = Nonces(salt: UInt64.random(in: 0...UInt64.max))
    let journal = try options.journal.map {
      try LoadJournal($0, format: JournalFormat(proposals: votes, subjects: citizens.subjects, nonces: nonces))
    }
    let result = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await show(board) }
      if let journal {
        group.addTask {
          var written = 0
          while true {
            let isLast = (try? await Task.sleep(for: .milliseconds(500))) == nil
            let pieces = board.ballots(after: written)
            try await journal.write(pieces)
            written += pieces.count
            if isLast { return }
          }
        }
      }
      let result = try await cast(board, nonces)
      group.cancelAll()
      try await group.waitForAll()
      return result
    }
    return (result, try await verdict(on: board.ballots(after: 0), before: before))
  }

  private func cast(_ board: LoadBoard, _ nonces: Nonces) async throws -> LoadResult {
    let plan = LoadPlan(
      votes: votes.count, citizens: citizens.tokens.count, seed: options.seed, repeatShare: options.repeatShare,
      hostileShare: options.hostileShare, noShare: options.noShare)
    return try await onThread("load") {
      let traffic = BallotTraffic(
        plan: plan, profile: options.profile, request: request, nonces: nonces, board: board)
      let before = threadSeconds()
      try LoadLoop(
        traffic, to: target, connections: options.connections, timeout: options.timeout, isOpen: true
      ).run()
      return LoadResult(
        counts: traffic.counts, accepted: traffic.accepted, answered: traffic.answered,
        seconds: Double(traffic.lastAccepted) / 1e9, processorSeconds: threadSeconds() - before)
    }
  }

  private func introduce() async throws {
    let refused = try await Progress.show("tokens shown", of: citizens.tokens.count) { progress in
      try await onThread("introduction") {
        let traffic = IntroductionTraffic(citizens: 0..<citizens.tokens.count, request: request, progress: progress)
        try LoadLoop(
          traffic, to: target, connections: min(64, options.connections), timeout: options.timeout, isOpen: false
        ).run()
        return traffic.refused
      }
    }
    if refused > 0 { throw Failure("\(refused) of \(citizens.tokens.count) tokens were not accepted") }
  }

  /// A line a second on standard error.
  private func show(_ board: LoadBoard) async throws {
    var last = board.moment()
    while (try? await Task.sleep(for: .seconds(1))) != nil {
      let now = board.moment()
      let made = now.counts - last.counts
      let p99 = now.recent.percentile(0.99).map { "\(milliseconds($0)) ms" } ?? "-"
      printError(
        "\(Int(now.seconds.rounded())) s: \(made.sent) sent, \(made.accepted) accepted, \(made.clientErrors) 4xx, "
          + "\(made.serverErrors) 5xx, \(made.unknown) unknown, \(made.hostile) hostile; p99 \(p99); "
          + "\(now.waiting) waiting")
      last = now
    }
  }

  private func verdict(on pieces: [[CastBallot]], before: [VoteAnswer.Tally]) async throws -> LoadVerdict {
    let start = ContinuousClock.now
    let ledger = LoadLedger(pieces.joined(), votes: votes.count)
    var verdict = LoadVerdict(voters: ledger.voters, faults: ledger.faults)
    let (behind, count) = try await check.catchUp(to: ledger.lastOffsets)
    verdict.caughtUpAfter = (ContinuousClock.now - start).seconds
    verdict.faults += behind + LoadCheck.faults(count)
    let growths = ledger.growths
    let after = try await check.grown(from: before, by: growths)
    verdict.weigh(growths, before, after)
    var wrong: Set<Int> = []
    for vote in votes.indices {
      let faults = LoadCheck.faults(votes[vote], before[vote], after[vote], growths[vote])
      verdict.faults += faults
      if !faults.isEmpty { wrong.insert(vote) }
    }
    if options.asksEach || !behind.isEmpty { wrong = Set(votes.indices) }
    if !wrong.isEmpty { verdict.add(try await ask(pieces.joined().filter { wrong.contains(Int($0.vote)) }, ledger)) }
    return verdict
  }

  private func ask(_ ballots: [CastBallot], _ ledger: LoadLedger) async throws -> [AskedVoter] {
    let accepted = ballots.filter { $0.place != nil }.sorted { ($0.vote, $0.citizen) < ($1.vote, $1.citizen) }
    let questions = accepted.map {
      QuestionTraffic.Question(vote: Int($0.vote), citizen: Int($0.citizen), receipt: $0.place?.text ?? "")
    }
    let answers = try await answers(to: questions, request: request, at: target, connections: options.connections)
    var voters: [AskedVoter] = []
    var start = 0
    for end in accepted.indices.map({ $0 + 1 }) {
      let ballot = accepted[start]
      if end < accepted.count, accepted[end].vote == ballot.vote, accepted[end].citizen == ballot.citizen { continue }
      let standing = ledger.standings[LoadLedger.key(vote: ballot.vote, citizen: ballot.citizen)]
      voters.append(
        AskedVoter(
          voter: citizens.subjects[Int(ballot.citizen)], proposal: votes[Int(ballot.vote)],
          ballots: (start..<end).map {
            AskedVoter.Ballot(
              receipt: questions[$0].receipt, offset: accepted[$0].place?.offset, isYes: accepted[$0].isYes,
              answer: answers[$0])
          }, mayHaveOthers: standing.map { $0.mayBeYes || $0.mayBeNo } ?? false))
      start = end
    }
    return voters
  }
}

/// Asks what became of ballots, at most 32 at a time: each question is a query to the database.
func answers(
  to questions: [QuestionTraffic.Question], request: LoadRequest, at target: LoadTarget, connections: Int
) async throws -> [QuestionTraffic.Answer] {
  try await Progress.show("receipts asked for", of: questions.count) { progress in
    try await onThread("questions") {
      let traffic = QuestionTraffic(questions, request: request, progress: progress)
      try LoadLoop(
        traffic, to: target, connections: min(32, connections), timeout: .seconds(15), isOpen: false
      ).run()
      return traffic.answers
    }
  }
}

/// Runs what blocks on a thread of its own.
private func onThread<Value: Sendable>(
  _ name: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withUnsafeThrowingContinuation { continuation in
    startThread(name: name) { continuation.resume(with: Result { try body() }) }
  }
}

/// 12.3
func milliseconds(_ microseconds: Int) -> String {
  let tenths = (microseconds + 50) / 100
  return "\(tenths / 10).\(tenths % 10)"
}
