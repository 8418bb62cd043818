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
  }

  private let database: Database
  private let pseudonyms: Pseudonyms
  private let entries = Mutex<[ProposalID: Entry]>([:])

  init(database: Database, pseudonyms: Pseudonyms) {
    self.database = database
    self.pseudonyms = pseudonyms
  }

  /// The vote if it takes ballots now.
  func openVote(on proposal: ProposalID, at now: Date) -> Entry? {
    guard let entry = entry(of: proposal), entry.isOpen, entry.vote.takesBallots(at: now) else { return nil }
    return entry
  }

  func entry(of proposal: ProposalID) -> Entry? { entries.withLock { $0[proposal] } }

  func key(of proposal: ProposalID) -> HMACKey { entry(of: proposal)?.key ?? pseudonyms.key(of: proposal) }

  /// Reads the votes anew. A database that is away leaves the book as it was: closing times still hold.
  func refresh() async throws {
    let votes = try await database.currentVotes()
    let known = entries.withLock { $0 }
    let keys = votes.map { known[$0.proposal]?.key ?? pseudonyms.key(of: $0.proposal) }
    entries.withLock { entries in
      let read = zip(votes, keys).map { vote, key in
        // What was read may be older than what `open` was told.
        let isOpen = vote.state == .open || (vote.state == .scheduled && entries[vote.proposal]?.isOpen == true)
        return (vote.proposal, Entry(vote: vote, key: key, isOpen: isOpen))
      }
      entries = Dictionary(read) { first, _ in first }
    }
  }

  /// Takes ballots on these votes from now on: their opening records are in the log. Whoever sees in the database that a
  /// vote is open must find it so here.
  func open(_ votes: [Vote]) {
    let opened = votes.map { ($0.proposal, Entry(vote: $0, key: key(of: $0.proposal), isOpen: true)) }
    entries.withLock { $0.merge(opened) { $1 } }
  }
}
