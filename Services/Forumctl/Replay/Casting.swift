import Contracts
import Crypto
import FoundationEssentials
import HTTPClient
import Synchronization

/// Sends all ballots of a plan, each until it has an answer that stands.
struct Casting: Sendable {
  let api: ForumAPI
  let plan: Plan
  let proposals: [ProposalID]
  let voters: [String]
  /// How many ballots are on their way at a time.
  let connections: Int
  /// Takes the ballots whose delay is measured.
  let probe: @Sendable (Probing.Probe) -> Void

  private enum Fate: UInt8 { case underWay, accepted, failed }
  private enum Attempt {
    case accepted([UInt8])
    case refused(String)
    case again(mayBeStored: Bool)
  }

  /// What one of the workers saw.
  private struct Share {
    var figures = CastFigures()
    var lastAccepted: ContinuousClock.Instant?
  }

  private final class Board: Sendable {
    let next = Atomic<Int>(0)
    let fates: Mutex<[Fate]>

    init(count: Int) { fates = Mutex(Array(repeating: .underWay, count: count)) }
  }

  func run() async throws -> CastFigures {
    try await Progress.show("ballots cast", of: plan.ballots.count) { progress in
      let board = Board(count: plan.ballots.count)
      let start = ContinuousClock.now
      var total = CastFigures()
      var last = start
      await withTaskGroup(of: Share.self) { group in
        for _ in 0..<connections { group.addTask { await work(board, progress) } }
        for await share in group {
          total.add(share.figures)
          last = max(last, share.lastAccepted ?? start)
        }
      }
      total.seconds = (last - start).seconds
      return total
    }
  }

  private func work(_ board: Board, _ progress: Progress) async -> Share {
    var share = Share()
    while true {
      let index = board.next.add(1, ordering: .relaxed).oldValue
      guard index < plan.ballots.count else { return share }
      let ballot = plan.ballots[index]
      if ballot.repeats >= 0, await !isAccepted(Int(ballot.repeats), board) { continue }
      let isAccepted = await cast(ballot, &share)
      board.fates.withLock { $0[index] = isAccepted ? .accepted : .failed }
      progress.add()
    }
  }

  /// Waits for the first ballot's answer: only then is it certain which of the two counts.
  private func isAccepted(_ first: Int, _ board: Board) async -> Bool {
    while true {
      switch board.fates.withLock({ $0[first] }) {
      case .accepted: return true
      case .failed: return false
      case .underWay: try? await Task.sleep(for: .milliseconds(5))
      }
    }
  }

  private func cast(_ ballot: Plan.Ballot, _ share: inout Share) async -> Bool {
    let proposal = proposals[Int(ballot.petition)]
    let token = voters[Int(ballot.citizen)]
    // The same in each attempt: it is one ballot, however often it has to be sent.
    let nonce = Base64URL.encode(randomBytes(16))
    let body = Array(#"{"choice":"\#(ballot.isYes ? "yes" : "no")","nonce":"\#(nonce)"}"#.utf8)
    share.figures.sent += 1
    var end: ContinuousClock.Instant?
    var backOff = BackOff()
    while true {
      switch await attempt("/v1/proposals/\(proposal)/ballots", token, body) {
      case .accepted(let answer):
        share.figures.accepted += 1
        if ballot.repeats >= 0 { share.figures.acceptedRepeats += 1 }
        share.lastAccepted = .now
        if ballot.isProbed, let accepted = try? JSON.decode(Probing.Accepted.self, from: answer) {
          probe(Probing.Probe(proposal: proposal, token: token, accepted: accepted))
        }
        return true
      case .refused(let reason):
        share.figures.refused += 1
        if share.figures.refusals.count < 3 { share.figures.refusals.append(reason) }
        return false
      case .again(let mayBeStored):
        if mayBeStored { share.figures.unknownAttempts += 1 }
        let limit = end ?? .now + api.patience
        end = limit
        guard ContinuousClock.now < limit else {
          share.figures.abandoned += 1
          return false
        }
        try? await Task.sleep(for: backOff.next())
      }
    }
  }

  private func attempt(_ path: String, _ token: String, _ body: [UInt8]) async -> Attempt {
    do {
      let response = try await api.once("POST", path, token: token, body: body)
      if response.status == 202 { return .accepted(response.body) }
      // 429 is said before the ballot is looked at; a failure behind the door may come after it was stored.
      if ForumAPI.isTemporary(response.status) { return .again(mayBeStored: response.status != 429) }
      return .refused("\(response.status) \(ForumAPI.excerpt(response))")
    } catch { return .again(mayBeStored: error.mayHaveBeenSent) }
  }
}

extension CastFigures {
  mutating func add(_ other: CastFigures) {
    sent += other.sent
    accepted += other.accepted
    acceptedRepeats += other.acceptedRepeats
    refused += other.refused
    abandoned += other.abandoned
    unknownAttempts += other.unknownAttempts
    refusals = Array((refusals + other.refusals).prefix(5))
  }
}
