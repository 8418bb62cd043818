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
    CaseCompleted.type, CaseDiscontinued.type, CaseRatingsCounted.type,
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
    case .transferred: (answer, milestones, implementer) = (nil, [], nil)
    case .answered(let event): answer = event
    case .planned(let event): (milestones, implementer) = (event.milestones, event.ministry)
    case .progressed(let event): replace(event.milestone)
    case .delayed(let event): replace(event.milestone)
    case .completed(let event): completion = event
    case .discontinued(let event): discontinuation = event
    case .ratingsCounted(let event):
      ratings[RatedMinistry(rated: event.rated, ministry: event.ministry)] = RatingSummary(event.distribution)
    default: break
    }
  }

  private mutating func replace(_ milestone: Milestone) {
    guard let index = milestones.firstIndex(where: { $0.number == milestone.number }) else {
      return milestones.append(milestone)
    }
    milestones[index] = milestone
  }
}

/// How a result is rated.
struct RatingSummary: Sendable, Equatable {
  let number: Int64
  /// From 1 to 5, in hundredths, a half rounded up.
  let mean: Double

  /// - Parameter distribution: how often each score was given, 1 to 5. Nil where nobody gave one.
  init?(_ distribution: [Int64]) {
    number = distribution.reduce(0, +)
    guard number > 0 else { return nil }
    let sum = distribution.enumerated().reduce(0) { $0 + Int64($1.offset + 1) * $1.element }
    mean = Double((sum * 200 + number) / (number * 2)) / 100
  }
}

extension Milestone {
  /// Days in Korea by which it is late; 0 once it is complete, and while it is on time.
  func lateDays(at now: Date) -> Int {
    status == .completed ? 0 : max(0, Int(Day(of: now).number - endsOn.number))
  }
}
