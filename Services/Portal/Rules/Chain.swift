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
    /// The Support Unit supplements what the Committee returned.
    case supplement
    case strategyMeeting = "strategy-meeting"
    /// Adopted; the Support Unit names a ministry.
    case assignment
    /// A ministry owes its answer.
    case ministry
    /// A ministry carries out what it planned.
    case implementation
    /// Nobody owes anything until the vote carries again.
    case suspension

    /// Those that a transfer to another ministry ends.
    static let ofMinistries: [Self] = [.ministry, .implementation]

    /// Whether it comes before the selection for a vote.
    var isBeforeSelection: Bool {
      switch self {
      case .gathering, .review, .revision, .appeal, .discussion: true
      case .preparation, .vote, .committee, .supplement, .strategyMeeting, .assignment, .ministry, .implementation,
        .suspension:
        false
      }
    }
  }

  /// The author, the voters, or an office by its name in the contracts.
  let holder: String
  let step: Step
  let since: Date
  /// The number of the hold with which the hand-over began, from 1: one that was suspended, or got another due date when it
  /// was late already, goes on with another hold.
  let handOver: Int
  /// Nil: it still has it.
  var until: Date?
  /// When it owed the next step; nil: at no certain time.
  var dueAt: Date?
  /// Whether it ended without an answer of whoever had it.
  var isTakenAway = false
  /// The event with which it began.
  let begunBy: UUID
  /// The event with which it ended.
  var endedBy: UUID?

  static let author = "author"
  static let voters = "voters"
  static let supportUnit = Holder.supportUnit.name
  static let committee = Holder.committee.name

  /// Days in Korea by which it was, or is, late; 0 while it is on time. The day on which it was due does not count. Voters
  /// owe nothing: their time ends with the vote.
  func lateDays(at now: Date) -> Int {
    guard step != .vote, let dueAt, (until ?? now) > dueAt else { return 0 }
    return Int(Day(of: until ?? now).number - Day(of: dueAt).number)
  }
}

/// An event of the history as the chain needs it.
struct ChainEvent: Sendable, Equatable {
  let id: UUID
  let occurrence: Occurrence
}

/// The chain of custody of one task. A function of its events alone, and of them in the order of their times: so it is the
/// same in whatever order the topics are read.
struct Chain: Sendable, Equatable {
  /// Grows with every change of these rules: chains that an earlier edition made are made anew.
  static let edition = 3

  /// In the order of time; the last may go on.
  private(set) var holds: [Hold] = []
  /// What a suspended case goes on with.
  private var suspended: Suspended?
  /// Whether it was withdrawn or merged.
  private var isGivenUp = false

  private struct Suspended: Equatable {
    let holder: String
    let step: Hold.Step
    let handOver: Int
  }

  init(_ events: [ChainEvent]) {
    for event in events.chronological { take(event) }
    suspended = nil
  }

  private mutating func take(_ event: ChainEvent) {
    let line = event.occurrence
    switch line.kind {
    case .filed: begin(Hold.author, .gathering, event)
    case .submitted, .revised, .returned, .accepted, .rejected, .appealed, .upheld, .overturned, .merged, .withdrawn:
      takeOfReview(event)
    case .selected: begin(Hold.supportUnit, .preparation, event)
    case .opened: begin(Hold.voters, .vote, event, due: line.dueAt)
    case .resumed, .extended: if holds.last?.step == .vote { setDue(line.dueAt) }
    case .lapsed: end(event)
    case .closed: if holds.last?.step == .vote { end(event) }
    case .scheduled, .paused, .ballotsVoided, .ballotsReleased, .barCrossed, .barLost, .resultAmended: break
    default: takeOfCase(event)
    }
  }

  /// Author and Support Unit may act at the same moment: what was decided about a task that was given up comes too late, and
  /// so does giving up what was selected (as `Facts.state` has it).
  private mutating func takeOfReview(_ event: ChainEvent) {
    guard !isGivenUp, holds.last?.step.isBeforeSelection ?? true else { return }
    switch event.occurrence.kind {
    case .submitted, .revised:
      begin(Hold.supportUnit, .review, event, due: ReviewPeriod.end(from: event.occurrence.at))
    case .returned: begin(Hold.author, .revision, event)
    case .appealed: begin(Hold.supportUnit, .appeal, event)
    case .accepted, .overturned: begin(Hold.supportUnit, .discussion, event)
    case .merged, .withdrawn:
      isGivenUp = true
      end(event)
    default: end(event)
    }
  }

  private mutating func takeOfCase(_ event: ChainEvent) {
    let line = event.occurrence
    // Lines from before the holder was written down say what is due for their readers.
    let due = line.owedAt ?? line.dueAt
    switch line.kind {
    case .received, .supplemented: begin(Hold.committee, .committee, event, due: due)
    // What it leads to is told by an event of its own, unless the Support Unit has to do something.
    case .decided: pass(to: line.holder, .supplement, event)
    case .toMeeting: begin(Holder.strategyMeeting.name, .strategyMeeting, event, due: due)
    case .concluded:
      if line.holder == Holder.strategyMeeting.name {
        postpone(to: due, event)
      } else {
        pass(to: line.holder, .assignment, event)
      }
    case .assigned: begin(line.code ?? Hold.supportUnit, .ministry, event, due: due)
    case .answered: begin(line.code ?? Hold.supportUnit, .implementation, event, due: due)
    case .planned, .delayed, .periodExtended: postpone(to: due, event)
    case .completed, .discontinued, .caseLapsed: end(event)
    case .caseSuspended: suspend(event)
    case .caseResumed: resume(event, due: due)
    default: break
    }
  }

  private mutating func begin(
    _ holder: String, _ step: Hold.Step, _ event: ChainEvent, due: Date? = nil, goingOnWith handOver: Int? = nil
  ) {
    end(event)
    holds.append(
      Hold(
        holder: holder, step: step, since: event.occurrence.at, handOver: handOver ?? holds.count + 1, dueAt: due,
        begunBy: event.id))
  }

  private mutating func end(_ event: ChainEvent) {
    guard let last = holds.indices.last, holds[last].until == nil else { return }
    (holds[last].until, holds[last].endedBy) = (event.occurrence.at, event.id)
    holds[last].isTakenAway = event.occurrence.kind.takesAway(holds[last].step)
  }

  private mutating func pass(to holder: String?, _ step: Hold.Step, _ event: ChainEvent) {
    if holder == Hold.supportUnit {
      begin(Hold.supportUnit, step, event, due: event.occurrence.owedAt)
    } else {
      end(event)
    }
  }

  /// What is owed is due at another time. What was late by then stays late: the same holder has the task anew.
  private mutating func postpone(to due: Date?, _ event: ChainEvent) {
    guard let last = holds.last, last.until == nil, last.dueAt?.milliseconds != due?.milliseconds else { return }
    if let before = last.dueAt, event.occurrence.at > before {
      begin(last.holder, last.step, event, due: due, goingOnWith: last.handOver)
    } else {
      setDue(due)
    }
  }

  private mutating func setDue(_ due: Date?) {
    guard let last = holds.indices.last, holds[last].until == nil else { return }
    holds[last].dueAt = due
  }

  private mutating func suspend(_ event: ChainEvent) {
    guard let last = holds.last, last.until == nil, last.step != .suspension else { return }
    suspended = Suspended(holder: last.holder, step: last.step, handOver: last.handOver)
    begin(last.holder, .suspension, event)
  }

  private mutating func resume(_ event: ChainEvent, due: Date?) {
    guard let suspended else { return }
    begin(suspended.holder, suspended.step, event, due: due, goingOnWith: suspended.handOver)
    self.suspended = nil
  }
}

extension Occurrence.Kind {
  /// Whether it ends a hold without an answer of whoever had it; a ministry's by the assignment of another one.
  fileprivate func takesAway(_ step: Hold.Step) -> Bool {
    switch self {
    case .withdrawn, .merged, .lapsed, .caseSuspended, .caseLapsed: true
    case .assigned: Hold.Step.ofMinistries.contains(step)
    default: false
    }
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
  /// Days, as the Support Unit's desk counts them by default; no event tells when a review is due. The legal step `review` is
  /// what the Support Unit owes on a case.
  static let days: Int64 = 10

  /// The end of the last day in Korea; the day on which it begins does not count unless it is whole (Civil Code, articles
  /// 157 and 159).
  static func end(from start: Date) -> Date {
    let first = Day(of: start)
    return first.adding(first.start == start ? days - 1 : days).end
  }
}
