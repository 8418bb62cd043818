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
    guard let entry = entry(of: proposal), entry.vote.state == .open, now < entry.vote.rule.closesAt else { return nil }
    return entry
  }

  func entry(of proposal: ProposalID) -> Entry? { entries.withLock { $0[proposal] } }

  func key(of proposal: ProposalID) -> HMACKey { entry(of: proposal)?.key ?? pseudonyms.key(of: proposal) }

  /// Reads the votes anew. A database that is away leaves the book as it was: closing times still hold.
  func refresh() async throws {
    let votes = try await database.currentVotes()
    let known = entries.withLock { $0 }
    let read = votes.map { vote in
      (vote.proposal, Entry(vote: vote, key: known[vote.proposal]?.key ?? pseudonyms.key(of: vote.proposal)))
    }
    entries.withLock { $0 = Dictionary(read) { first, _ in first } }
  }
}
