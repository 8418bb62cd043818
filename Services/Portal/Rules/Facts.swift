import Contracts
import FoundationEssentials

/// What is known of one proposal so far. Events of different topics come in any order, so every part may be missing
/// while a later one is there; each part is written by one kind of event alone.
struct Facts: Sendable, Equatable {
  let proposal: ProposalID
  var title: String?
  var category: Category?
  /// The version of the text that title and category are of; nil while they are known from later events alone.
  var revision: Int?
  /// When its author began to look for supporters.
  var filedAt: Date?
  var submittedAt: Date?
  var lapse: Lapse?
  var withdrawal: Withdrawal?
  var acceptedAt: Date?
  var returned: Return?
  var rejection: Rejection?
  var appeal: Appeal?
  var appealDecision: AppealDecision?
  var merger: Merger?
  var selectedAt: Date?
  var rule: VoteRule?
  var ruleHash: String?
  var scheduledAt: Date?
  var openedAt: Date?
  /// When the vote closes, if that was changed after its rule was fixed.
  var endsAt: Date?
  /// Since when the vote has been paused; nil: it is not.
  var pausedAt: Date?
  /// The last crossing of the bar; it is named by its time.
  var crossedAt: Date?
  /// The last crossing that was undone.
  var loss: Loss?
  var closing: Closing?
  /// The numbers since ballots were voided or released after the closing.
  var amendment: Closing?
  var count: Tally?
  var receipt: Receipt?
  var assignment: Assignment?
  /// The last end of a suspension.
  var resumption: Resumption?
  /// How the case stood when it was heard of last.
  var course: Course?

  init(_ proposal: ProposalID) { self.proposal = proposal }

  struct Withdrawal: Sendable, Equatable {
    let reason: WithdrawalReason
    let at: Date
  }

  struct Rejection: Sendable, Equatable {
    let code: RejectionCode
    let explanation: String
    let at: Date
  }

  /// That the author was asked to revise a version of the text.
  struct Return: Sendable, Equatable {
    let revision: Int
    let note: String
    let at: Date
  }

  struct Appeal: Sendable, Equatable {
    let ground: AppealGround
    let statement: String
    let at: Date
  }

  struct AppealDecision: Sendable, Equatable {
    let outcome: AppealOutcome
    let explanation: String
    let at: Date
  }

  struct Merger: Sendable, Equatable {
    let into: ProposalID
    let reason: String
    let at: Date
  }

  struct Lapse: Sendable, Equatable {
    let reason: LapseReason
    let at: Date
  }

  struct Closing: Sendable, Equatable {
    let yes: Int64
    let no: Int64
    let carried: Bool
    let at: Date
  }

  /// That the Committee has the case.
  struct Receipt: Sendable, Equatable {
    let caseID: CaseID
    let at: Date
    let dueAt: Date
    /// What brought it; nil from before that was kept: the bar.
    var origin: CaseOrigin?
    /// The off-line event that left it outstanding; nil where something else brought it.
    var event: OfflineEvent?
  }

  /// That a ministry has the case.
  struct Assignment: Sendable, Equatable {
    /// The ministry's slug.
    let ministry: String
    let at: Date
    let dueAt: Date
    /// The crossing of the bar by which it has it; nil from before a bar could be lost.
    var crossedAt: Date?
  }
}

/// The count of a vote as it is shown.
struct Tally: Sendable, Equatable {
  let yes: Int64
  let no: Int64
  let version: Int64
  let countedAt: Date
}

/// How far a vote is.
enum VotePhase: String, Sendable, Encodable { case planned, open, closed }

extension Facts {
  /// Where the proposal stands: the furthest point that anything known proves. The rest of the way is then on its way
  /// here. A selection that crossed a withdrawal wins; a rejection after a withdrawal comes too late.
  var state: TaskState {
    if let custody = custodyState { return custody }
    if closing != nil { return .closed }
    if openedAt != nil { return .open }
    if scheduledAt != nil { return .scheduled }
    if selectedAt != nil { return .selected }
    if withdrawal != nil { return .withdrawn }
    if merger != nil { return .merged }
    if let review = reviewState { return review }
    if lapse != nil { return .lapsed }
    if let returned, returned.revision >= revision ?? 1 { return .returned }
    return filedAt != nil && submittedAt == nil ? .gathering : .submitted
  }

  /// What came of the review; nil before it has ended.
  private var reviewState: TaskState? {
    switch (appealDecision?.outcome, appeal, rejection) {
    case (.overturned, _, _): .accepted
    case (.upheld, _, _): .rejected
    case (nil, .some, _): .appealed
    case (nil, nil, .some): .rejected
    case (nil, nil, nil): acceptedAt == nil ? nil : .accepted
    }
  }

  /// Whether the pages show it: what still has too few supporters, or never had enough, is its author's business.
  var isPublic: Bool { filedAt == nil || submittedAt != nil }

  /// A hiding code hides the text for good, also when the author has taken the proposal back; not when the rejection was
  /// overturned.
  var isTextHidden: Bool { appealDecision?.outcome != .overturned && rejection?.code.hidesText ?? false }

  /// Nil without a vote. A task that is referred at once is voted on until the end all the same.
  var votePhase: VotePhase? {
    if closing != nil { return .closed }
    if openedAt != nil { return .open }
    return scheduledAt != nil ? .planned : nil
  }

  /// Whether the count is not to be shown yet.
  var hidesTally: Bool { rule?.totals == .hidden && closing == nil }

  /// The final numbers once the vote is closed, else the last count, unless the rule hides it.
  var tally: Tally? {
    guard let closing else { return hidesTally ? nil : count }
    let last = amendment ?? closing
    return Tally(yes: last.yes, no: last.no, version: count?.version ?? 0, countedAt: last.at)
  }

  /// Its place in the list.
  var listedAt: Date {
    submittedAt ?? [
      filedAt, lapse?.at, withdrawal?.at, acceptedAt, returned?.at, rejection?.at, appeal?.at, appealDecision?.at,
      merger?.at, selectedAt, scheduledAt, openedAt, crossedAt, loss?.at, closing?.at,
      count?.countedAt, receipt?.at, assignment?.at,
    ].compactMap { $0 }.min() ?? Date(timeIntervalSince1970: 0)
  }
}
