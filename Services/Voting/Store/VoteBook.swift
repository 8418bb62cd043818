import Contracts
import Crypto
import FoundationEssentials
import Postgres
import Synchronization

/// The votes that are open, will open, or closed of late, in memory, so that no ballot has to ask the database.
final class VoteBook: Sendable {
  /// What the ballot box must know of a vote.
  struct Entry: Sendable {
    let vote: Vote
    let key: HMACKey
    /// Whether its opening records are in the log, so that ballots behind them count.
    var isOpen: Bool
    /// How many reads had begun when `open` was told of it; 0: it was read.
    var readsBefore = 0
  }

  private struct State {
    var entries: [ProposalID: Entry] = [:]
    /// Reads are numbered from 1 as they begin.
    var begun = 0
    /// The latest one whose votes are here.
    var used = 0
  }

  private let read: @Sendable () async throws -> [Vote]
  private let pseudonyms: Pseudonyms
  private let state = Mutex(State())

  /// - Parameter read: the votes that are not over, and those that closed last.
  init(pseudonyms: Pseudonyms, read: @escaping @Sendable () async throws -> [Vote]) {
    self.pseudonyms = pseudonyms
    self.read = read
  }

  convenience init(database: Database, pseudonyms: Pseudonyms) {
    self.init(pseudonyms: pseudonyms) { try await database.currentVotes() }
  }

  /// The vote if it takes ballots now.
  func openVote(on proposal: ProposalID, at now: Date) -> Entry? {
    guard let entry = entry(of: proposal), entry.isOpen, entry.vote.takesBallots(at: now) else { return nil }
    return entry
  }

  func entry(of proposal: ProposalID) -> Entry? { state.withLock { $0.entries[proposal] } }

  func key(of proposal: ProposalID) -> HMACKey { entry(of: proposal)?.key ?? pseudonyms.key(of: proposal) }

  /// Reads the votes anew. A database that is away leaves the book as it was: closing times still hold.
  ///
  /// Other reads, and `open`, may come between the reading and its use; what began later knows better.
  func refresh() async throws {
    let number = state.withLock { state in
      state.begun += 1
      return state.begun
    }
    let votes = try await read()
    let known = state.withLock { $0.entries }
    let keys = votes.map { known[$0.proposal]?.key ?? pseudonyms.key(of: $0.proposal) }
    state.withLock { state in
      guard number > state.used else { return }
      state.used = number
      let read = zip(votes, keys).map { vote, key in
        // `open` is told before the database is.
        let isOpen = vote.state == .open || (vote.state == .scheduled && state.entries[vote.proposal]?.isOpen == true)
        return (vote.proposal, Entry(vote: vote, key: key, isOpen: isOpen))
      }
      let told = state.entries.filter { $0.value.readsBefore >= number }
      state.entries = Dictionary(read) { first, _ in first }.merging(told) { $1 }
    }
  }

  /// Takes ballots on these votes from now on: their opening records are in the log. Whoever sees in the database that a
  /// vote is open must find it so here.
  func open(_ votes: [Vote]) {
    let keyed = votes.map { ($0, key(of: $0.proposal)) }
    state.withLock { state in
      for (vote, key) in keyed {
        state.entries[vote.proposal] = Entry(vote: vote, key: key, isOpen: true, readsBefore: state.begun)
      }
    }
  }
}
