import Contracts
import Crypto
import FoundationEssentials
import Postgres
import Synchronization

/// The open votes in memory, so that no ballot has to ask the database.
final class VoteBook: Sendable {
  /// What the ballot box must know of an open vote.
  struct OpenVote: Sendable {
    let vote: Vote
    let key: HMACKey
  }

  private let database: Database
  private let pseudonyms: Pseudonyms
  private let open = Mutex<[ProposalID: OpenVote]>([:])

  init(database: Database, pseudonyms: Pseudonyms) {
    self.database = database
    self.pseudonyms = pseudonyms
  }

  /// The vote if it takes ballots now.
  func openVote(on proposal: ProposalID, at now: Date) -> OpenVote? {
    guard let entry = open.withLock({ $0[proposal] }), now < entry.vote.rule.closesAt else { return nil }
    return entry
  }

  func key(of proposal: ProposalID) -> HMACKey {
    open.withLock { $0[proposal]?.key } ?? pseudonyms.key(of: proposal)
  }

  /// Reads the open votes anew. A database that is away leaves the book as it was: closing times still hold.
  func refresh() async throws {
    let votes = try await database.votes(in: [.open])
    let known = open.withLock { $0 }
    let entries = votes.map { vote in
      (vote.proposal, OpenVote(vote: vote, key: known[vote.proposal]?.key ?? pseudonyms.key(of: vote.proposal)))
    }
    open.withLock { $0 = Dictionary(entries) { first, _ in first } }
  }
}
