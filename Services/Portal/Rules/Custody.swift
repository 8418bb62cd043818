import Contracts
import FoundationEssentials

/// One link of the chain of custody: who had the task, for what, since when, until when, and when it was due.
struct Hold: Sendable, Equatable {
  /// What whoever has a task has it for, in the order of its way.
  enum Step: String, Sendable, CaseIterable {
    /// The author looks for supporters.
    case gathering
    case review
    /// The author revises what was returned.
    case revision
    case appeal
    /// Accepted; people discuss it, and the Support Unit may select it.
    case discussion
    /// Selected; the vote is being prepared.
    case preparation
    case vote
    case committee
    case ministry
    /// Nobody owes anything until the vote carries again.
    case suspension
  }

  /// The author, the voters, or an office by its name in the contracts.
  let holder: String
  let step: Step
  let since: Date
  /// Nil: it still has it.
  var until: Date?
  /// When it owed the next step; nil: at no certain time.
  var dueAt: Date?
  /// The event with which it began.
  let begunBy: UUID
  /// The event with which it ended.
  var endedBy: UUID?

  static let author = "author"
  static let voters = "voters"
  static let supportUnit = Holder.supportUnit.name
  static let committee = Holder.committee.name

  /// Days that it was, or is, late, a day that has begun counting as one; 0 while it is on time.
  func lateDays(at now: Date) -> Int {
    guard let dueAt else { return 0 }
    return max(0, Int(((until ?? now).timeIntervalSince(dueAt) / 86_400).rounded(.up)))
  }
}

/// An event of the history as the chain needs it.
struct ChainEvent: Sendable, Equatable {
  let id: UUID
  let occurrence: Occurrence
}

/// The chain of custody of one task. A function of its events alone, and of them in the order of their times: so it is the
/// same in whatever order the topics are read.
struct Custody: Sendable, Equatable {
  /// Grows with every change of these rules: chains that an earlier edition made are made anew.
  static let edition = 1

  /// In the order of time; the last may go on.
  private(set) var holds: [Hold] = []
  /// What is owed when a suspended case goes on.
  private var suspended: (holder: String, step: Hold.Step)?

  static func == (one: Custody, other: Custody) -> Bool { one.holds == other.holds }

  init(_ events: [ChainEvent]) {
    for event in events.chronological { take(event) }
  }

  private mutating func take(_ event: ChainEvent) {
    let line = event.occurrence
    switch line.kind {
    case .filed: begin(Hold.author, .gathering, event)
    case .submitted, .revised: begin(Hold.supportUnit, .review, event, due: ReviewPeriod.end(from: line.at))
    case .returned: begin(Hold.author, .revision, event)
    case .appealed: begin(Hold.supportUnit, .appeal, event)
    case .accepted, .overturned: begin(Hold.supportUnit, .discussion, event)
    case .selected: begin(Hold.supportUnit, .preparation, event)
    case .opened: begin(Hold.voters, .vote, event, due: line.dueAt)
    case .resumed, .extended: postpone(.vote, to: line.dueAt)
    case .rejected, .upheld, .merged, .withdrawn, .lapsed: end(event)
    case .closed: if holds.last?.step == .vote { end(event) }
    case .received: begin(Hold.committee, .committee, event, due: line.dueAt)
    case .assigned: begin(line.code ?? Hold.committee, .ministry, event, due: line.dueAt)
    case .caseSuspended: suspend(event)
    case .caseResumed: resume(event)
    case .scheduled, .paused, .ballotsVoided, .ballotsReleased, .barCrossed, .barLost, .resultAmended: break
    }
  }

  private mutating func begin(_ holder: String, _ step: Hold.Step, _ event: ChainEvent, due: Date? = nil) {
    end(event)
    holds.append(Hold(holder: holder, step: step, since: event.occurrence.at, dueAt: due, begunBy: event.id))
  }

  private mutating func end(_ event: ChainEvent) {
    guard let last = holds.indices.last, holds[last].until == nil else { return }
    (holds[last].until, holds[last].endedBy) = (event.occurrence.at, event.id)
  }

  private mutating func postpone(_ step: Hold.Step, to due: Date?) {
    guard let last = holds.indices.last, holds[last].step == step, holds[last].until == nil else { return }
    holds[last].dueAt = due
  }

  private mutating func suspend(_ event: ChainEvent) {
    guard let last = holds.last, last.until == nil, last.step != .suspension else { return }
    suspended = (last.holder, last.step)
    begin(last.holder, .suspension, event)
  }

  private mutating func resume(_ event: ChainEvent) {
    guard let suspended else { return }
    begin(suspended.holder, suspended.step, event, due: event.occurrence.dueAt)
    self.suspended = nil
  }
}

extension [ChainEvent] {
  /// In the order in which it happened; at the same moment, in the order of the way.
  var chronological: [ChainEvent] {
    let rank = Dictionary(uniqueKeysWithValues: Occurrence.Kind.allCases.enumerated().map { ($1, $0) })
    return sorted {
      ($0.occurrence.at, rank[$0.occurrence.kind] ?? 0, $0.id.uuidString)
        < ($1.occurrence.at, rank[$1.occurrence.kind] ?? 0, $1.id.uuidString)
    }
  }
}

/// How long a review may take.
enum ReviewPeriod {
  /// Days; those of the legal step `review`.
  static let days: Int64 = 10

  /// The end of the last day in Korea; the day on which it begins does not count (Civil Code, articles 157 and 159).
  static func end(from start: Date) -> Date {
    let (day, offset): (Int64, Int64) = (86_400_000, 9 * 3_600_000)
    let firstWholeDay = (start.milliseconds + offset + day - 1) / day
    return Date(milliseconds: (firstWholeDay + days) * day - offset - 1)
  }
}
