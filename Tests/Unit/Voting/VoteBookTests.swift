import Contracts
import FoundationEssentials
import Synchronization
import Testing

@testable import Voting

/// Votes as a read finds them, and what happens between the reading and its use.
private final class Table: Sendable {
  private struct State {
    var votes: [Vote] = []
    var meanwhile: (@Sendable () async throws -> Void)?
  }
  private let state = Mutex(State())

  func set(_ votes: [Vote]) { state.withLock { $0.votes = votes } }

  /// Before the next read is used.
  func meanwhile(_ body: @escaping @Sendable () async throws -> Void) { state.withLock { $0.meanwhile = body } }

  func read() async throws -> [Vote] {
    let found = state.withLock { state in
      defer { state.meanwhile = nil }
      return state
    }
    try await found.meanwhile?()
    return found.votes
  }
}

@Suite struct VoteBookTests {
  private let now = Date(milliseconds: 1_790_000_000_000)
  private let proposal = ProposalID()
  private let table = Table()
  private let book: VoteBook

  init() {
    let table = table
    book = VoteBook(pseudonyms: Pseudonyms(masterKey: Array(0..<32))) { try await table.read() }
  }

  private func vote(_ state: VoteState) -> Vote {
    let rule = VoteRule(
      yesBar: 1, referral: .atOnce, opensAt: now.addingTimeInterval(-1), closesAt: now.addingTimeInterval(100))
    return Vote(
      number: 1, proposal: proposal, title: "t", category: .jobs, reference: nil, state: state, rule: rule,
      ruleHash: [], openedAt: nil, closedAt: nil, carried: nil, endsAt: rule.closesAt, pausedAt: nil,
      changesOrdered: 0, changesMade: 0)
  }

  private var isOpen: Bool { book.openVote(on: proposal, at: now) != nil }

  /// The vote comes into the database behind the read, and is opened before that is used.
  @Test func aVoteThatOpensWhileTheVotesAreReadStaysOpen() async throws {
    let (table, book, vote) = (table, book, vote)
    table.meanwhile {
      book.open([vote(.scheduled)])
      table.set([vote(.open)])
    }
    try await book.refresh()
    #expect(isOpen)
    try await book.refresh()
    #expect(isOpen)
    // What begins later knows better.
    table.set([])
    try await book.refresh()
    #expect(book.entry(of: proposal) == nil)
  }

  @Test func anOlderReadDoesNotReplaceANewerOne() async throws {
    let (table, book, vote) = (table, book, vote)
    table.set([vote(.open)])
    table.meanwhile {
      table.set([vote(.closing)])
      try await book.refresh()
    }
    try await book.refresh()
    #expect(!isOpen && book.entry(of: proposal)?.vote.state == .closing)
  }
}
