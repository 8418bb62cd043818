import Contracts
import FoundationEssentials

/// Where a vote stands.
enum VoteState: String, Codable, Sendable, CaseIterable {
  /// Announced; takes no ballots yet.
  case scheduled
  case open
  /// The closing records are in the log; the count has yet to reach them.
  case closing
  case closed
}

/// The yes-or-no procedure on a task.
struct Vote: Sendable, Equatable {
  /// Short number within the database: keys of ballots are smaller by it.
  let number: Int32
  let proposal: ProposalID
  let title: String
  let category: Category
  let reference: String?
  let state: VoteState
  let rule: VoteRule
  let ruleHash: [UInt8]
  let openedAt: Date?
  let closedAt: Date?
  let carried: Bool?
}

/// The count of a vote so far.
struct Tally: Sendable, Equatable {
  let yes: Int64
  let no: Int64
  let version: Int64
  let countedAt: Date?
  let crossedAt: Date?
}
