import Contracts
import FoundationEssentials
import ServiceKit

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
  /// When it closes: by the rule, or by the changes of its schedule that are in the log.
  let endsAt: Date
  /// From when on it takes no ballots; nil: it is not paused.
  let pausedAt: Date?
  /// Number of the change that was ordered last, and of the one that is in the log.
  let changesOrdered: Int64
  let changesMade: Int64
}

/// The count of a vote so far.
struct Tally: Sendable, Equatable {
  let yes: Int64
  let no: Int64
  /// Ballots that were taken out of the count, or never let into it.
  let void: Int64
  /// Ballots that wait for a decision.
  let quarantined: Int64
  let version: Int64
  let countedAt: Date?
  let crossedAt: Date?
}

extension VoteRule.Electorate {
  /// Why the caller, a citizen, may not vote; nil: may.
  func refusal(of caller: Caller) -> Problem? {
    guard self == .members, !caller.has(.member) else { return nil }
    return Problem(
      403, "members-only", "Only members of the Forum may vote on this task",
      detail: "By its rule this vote is for members of the Forum, and the token does not say that you are one.")
  }
}

extension Vote {
  /// Whether the count is kept from everyone at the moment. A closing vote is not over: ballots may still be counted.
  var hidesTotals: Bool { rule.totals == .hidden && state != .closed }
}
