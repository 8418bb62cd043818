import Contracts
import FoundationEssentials

/// What became of a case, as its events tell it: what was decided why, what the ministry answered, and how far it is.
struct CaseRecord: Sendable, Equatable {
  private(set) var session: CaseSession?
  private(set) var deliberation: CaseDeliberated?
  private(set) var decision: CaseDecided?
  private(set) var agenda: CasePlacedOnAgenda?
  private(set) var conclusion: CaseConcluded?
  private(set) var answer: CaseAnswered?
  private(set) var milestones: [Milestone] = []
  /// When those were due that are open and late, by their numbers. A suspension moves what is due beyond the end of a
  /// milestone, so that what the clocks of the case have told is the measure.
  private(set) var overdue: [Int: Date] = [:]
  private(set) var completion: CaseCompleted?
  private(set) var discontinuation: CaseDiscontinued?
  /// The ministry whose milestones they are.
  private(set) var implementer: String?
  private var ratings: [RatedMinistry: RatingSummary] = [:]

  private struct RatedMinistry: Hashable {
    let rated: RatingSubject
    let ministry: String
  }

  /// Types of events that tell something of it.
  static let types: Set<String> = [
    CaseScheduled.type, CaseDeliberated.type, CaseDecided.type, CasePlacedOnAgenda.type, CaseConcluded.type,
    CaseTransferred.type, CaseAnswered.type, CasePlanned.type, CaseProgressed.type, CaseDelayed.type,
    CaseOverdue.type, CaseResumed.type, CaseCompleted.type, CaseDiscontinued.type, CaseRatingsCounted.type,
  ]

  /// - Parameter events: in the order of their topic.
  init(_ events: [ReferralEvent]) {
    for event in events { take(event) }
  }

  /// As it was last counted, of the ministry that answered, or of the one whose milestones are shown: a transfer leaves
  /// ratings of the one before.
  func rating(of subject: RatingSubject) -> RatingSummary? {
    let ministry = subject == .answer ? answer?.ministry : implementer
    return ministry.flatMap { ratings[RatedMinistry(rated: subject, ministry: $0)] }
  }

  var isEmpty: Bool { self == CaseRecord([]) }

  private mutating func take(_ event: ReferralEvent) {
    switch event {
    case .scheduled(let event): session = event.session
    case .deliberated(let event): deliberation = event
    case .decided(let event): decision = event
    case .placedOnAgenda(let event): agenda = event
    case .concluded(let event): conclusion = event
    // The next ministry plans and answers anew.
    case .transferred: (answer, milestones, implementer, overdue) = (nil, [], nil, [:])
    case .answered(let event): answer = event
    case .planned(let event):
      plan(event.milestones)
      implementer = event.ministry
    case .progressed(let event):
      replace(event.milestone)
      if event.milestone.status == .completed { overdue[event.milestone.number] = nil }
    case .delayed(let event):
      replace(event.milestone)
      overdue[event.milestone.number] = nil
    case .overdue(let event): takeLate(event)
    case .resumed(let event):
      // What was late is as late as before: nobody owed anything meanwhile.
      let days = Day(of: event.resumedAt).number - Day(of: event.suspendedAt).number
      overdue = overdue.mapValues { Day(of: $0).adding(days).end }
    case .completed(let event): completion = event
    case .discontinued(let event): discontinuation = event
    case .ratingsCounted(let event):
      ratings[RatedMinistry(rated: event.rated, ministry: event.ministry)] = RatingSummary(event.distribution)
    default: break
    }
  }

  /// What was late by an end that another plan leaves stays late.
  private mutating func plan(_ next: [Milestone]) {
    let ends = Dictionary(milestones.map { ($0.number, $0.endsOn) }) { first, _ in first }
    let kept = Set(next.filter { ends[$0.number] == $0.endsOn }.map(\.number))
    overdue = overdue.filter { kept.contains($0.key) }
    milestones = next
  }

  /// With the carrying out as a whole all is late that is still open.
  private mutating func takeLate(_ event: CaseOverdue) {
    guard event.step == .implementation else { return }
    for milestone in milestones where milestone.status != .completed {
      if event.milestone ?? milestone.number == milestone.number, overdue[milestone.number] == nil {
        overdue[milestone.number] = event.dueAt
      }
    }
  }

  /// Days in Korea by which a milestone is late; 0 once it is complete, and while it is on time. What was not done by a
  /// ministry that does not go on grows no later.
  func lateDays(_ milestone: Milestone, at now: Date) -> Int {
    guard let dueAt = overdue[milestone.number] else { return 0 }
    return max(0, Int(Day(of: discontinuation?.discontinuedAt ?? now).number - Day(of: dueAt).number))
  }

  private mutating func replace(_ milestone: Milestone) {
    guard let index = milestones.firstIndex(where: { $0.number == milestone.number }) else {
      return milestones.append(milestone)
    }
    milestones[index] = milestone
  }
}
