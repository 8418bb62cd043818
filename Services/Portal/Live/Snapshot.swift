import Contracts
import FoundationEssentials

/// What a live page follows of one proposal, at one moment.
struct Snapshot: Sendable, Equatable {
  let proposal: ProposalID
  /// Grows with every change of the row: of two, the higher is the newer.
  let revision: Int64
  let state: TaskState
  /// A task referred at once stays referred when its vote closes: followers learn it here.
  let votePhase: VotePhase?
  let tally: Tally?

  init(_ facts: Facts, revision: Int64) {
    proposal = facts.proposal
    self.revision = revision
    state = facts.state
    votePhase = facts.votePhase
    tally = facts.tally
  }
}

/// Server-sent events (HTML Living Standard, section 9.2), as the bytes of one piece of a stream.
enum ServerSentEvents {
  private struct TallyData: Encodable {
    let yes: Int64
    let no: Int64
    let version: Int64
    let countedAt: Date
  }
  private struct StateData: Encodable {
    let state: TaskState
    let vote: VotePhase?
  }

  /// A line that clients pass over; it shows proxies and us that the connection is alive.
  static let heartbeat = Array(": heartbeat\n\n".utf8)

  /// How long a client waits before it connects again; drawn at random, so that not all come back at one moment.
  static func retry(_ milliseconds: Int) -> [UInt8] { Array("retry: \(milliseconds)\n\n".utf8) }

  /// What changed between two snapshots; empty when nothing did.
  static func changes(from old: Snapshot?, to new: Snapshot) -> [UInt8] {
    var bytes: [UInt8] = []
    if new.state != old?.state || new.votePhase != old?.votePhase {
      bytes += event("state", id: new.tally?.version, StateData(state: new.state, vote: new.votePhase))
    }
    if let tally = new.tally, tally != old?.tally {
      bytes += event(
        "tally", id: tally.version,
        TallyData(yes: tally.yes, no: tally.no, version: tally.version, countedAt: tally.countedAt))
    }
    return bytes
  }

  /// JSON without line breaks fits into one `data` line.
  private static func event(_ name: String, id: Int64?, _ data: some Encodable) -> [UInt8] {
    // Encoding numbers and dates cannot fail; an event without data would be passed over by clients.
    let json = (try? JSON.encode(data)) ?? []
    let mark = id.map { "id: \($0)\n" } ?? ""
    return Array("event: \(name)\n\(mark)data: ".utf8) + json + Array("\n\n".utf8)
  }
}
