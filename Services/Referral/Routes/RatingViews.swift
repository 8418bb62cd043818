import Contracts
import FoundationEssentials
import ServiceKit

/// A rating as readers see it: never who gave it.
struct RatingView: Encodable, Sendable {
  let id: RatingID
  let caseID: CaseID
  let subject: RatingSubject
  let score: Int
  /// Absent when it is hidden.
  let reason: String?
  let ratedAt: Date
  let changedAt: Date
  let hiding: HidingView?
  /// For the Support Unit alone.
  let proposedHiding: ProposedHidingView?

  private enum CodingKeys: String, CodingKey {
    case id, subject, score, reason, ratedAt, changedAt, hiding, proposedHiding
    case caseID = "case"
  }

  init(_ rating: Rating, isStaff: Bool = false) {
    id = rating.id
    caseID = rating.caseID
    subject = rating.subject
    score = rating.score
    reason = rating.hiding == nil ? rating.reason : nil
    ratedAt = rating.ratedAt
    changedAt = rating.changedAt
    hiding = rating.hiding.map(HidingView.init)
    proposedHiding = isStaff ? rating.proposedHiding.map(ProposedHidingView.init) : nil
  }
}

/// How a subject is rated.
struct RatingCountsView: Encodable, Sendable {
  let number: Int
  /// Absent without ratings.
  let mean: Double?
  /// How often 1, 2, 3, 4 and 5 were given.
  let distribution: [Int]

  init(_ counts: RatingCounts?) {
    let counts = counts ?? RatingCounts()
    number = counts.number
    mean = counts.mean
    distribution = counts.counts
  }
}

/// The ratings of a case.
struct RatingsView: Encodable, Sendable {
  let answer: RatingCountsView
  let implementation: RatingCountsView
  let items: [RatingView]
  let next: String?

  init(counts: [RatingSubject: RatingCounts], items: [RatingView], next: String?) {
    answer = RatingCountsView(counts[.answer])
    implementation = RatingCountsView(counts[.implementation])
    self.items = items
    self.next = next
  }
}

/// The ratings of a ministry over all of its cases.
struct MinistryRatingsView: Encodable, Sendable {
  let ministry: String
  let answer: RatingCountsView
  let implementation: RatingCountsView

  init(ministry: String, counts: [RatingSubject: RatingCounts]) {
    self.ministry = ministry
    answer = RatingCountsView(counts[.answer])
    implementation = RatingCountsView(counts[.implementation])
  }
}
