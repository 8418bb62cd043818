import Contracts
import FoundationEssentials
import ServiceKit

/// What of a case, and when, can be rated.
enum RatingPeriod {
  /// Days in Korea after the answer, or after the end of the implementation, in which it can still be rated and a rating
  /// be changed. Then the result stands. A lapse is an end as long as the case is not resumed.
  static let days: Int64 = 90

  /// The ministry that is rated.
  /// - Throws: `Problem` 409 before there is something to rate, and when the period is over.
  static func ministry(of subject: RatingSubject, in known: Case, at now: Date) throws(Problem) -> String {
    let begun: Bool
    let ended: Date?
    switch subject {
    case .answer: (begun, ended) = (known.dossier.answer != nil, known.dossier.answer?.answeredAt)
    case .implementation:
      // A transfer drops the plan alone: the reports that stay on record are those of the ministry before.
      begun = known.dossier.plan != nil
      ended =
        known.dossier.completion?.completedAt ?? known.dossier.discontinuation?.discontinuedAt
        ?? known.suspension?.lapse?.at
    }
    let rated = subject == .answer ? known.dossier.answer?.ministry : known.ministry?.slug
    guard begun, let rated else {
      throw .conflict("nothing-to-rate", "The ministry has given no \(subject == .answer ? "answer" : "plan") yet.")
    }
    if let ended, now > Day(of: ended).adding(days).end {
      throw .conflict("rating-over", "It could be rated for \(days) days.")
    }
    return rated
  }
}

/// A rating, as it came.
struct RatingDraft: Decodable, Sendable {
  static let reasonLimit = 500
  static let scores = 1...5

  let score: Int
  let reason: String

  /// - Throws: `Problem` 422 with an error for each field.
  func checked() throws(Problem) -> RatingDraft {
    var check = DraftCheck()
    check.require(Self.scores.contains(score), "#/score", "must be a whole number from 1 to 5")
    let reason = check.text(reason, 1...Self.reasonLimit, at: "#/reason")
    return try check.result(RatingDraft(score: score, reason: reason))
  }
}

/// What one citizen thinks of an answer or an implementation. The citizen is not a member of it, so that no page can tell.
struct Rating: Equatable, CaseText {
  static let kind = CaseTextKind.rating

  let id: RatingID
  let caseID: CaseID
  let subject: RatingSubject
  let score: Int
  let reason: String
  /// When it was first given; what is changed later keeps its place.
  let ratedAt: Date
  let changedAt: Date
  var hiding: Hiding?
  var proposedHiding: ProposedHiding?

  /// - Throws: `Problem` 409 when its reason is hidden.
  func requireReadable() throws(Problem) {
    guard hiding == nil else { throw .gone }
  }
}

extension Problem {
  /// 409: the text is hidden.
  static let gone = Problem.conflict("gone", "The text is hidden.")
}

/// Of `RatingID`.
enum RatingKind {}
/// What somebody thinks of an answer or an implementation.
typealias RatingID = Identifier<RatingKind>

/// What of a case is rated.
struct RatedResult: Sendable, Equatable {
  let caseID: CaseID
  let subject: RatingSubject

  /// How one ministry is rated for it.
  struct Counted: Sendable, Equatable {
    let subject: RatingSubject
    let ministry: String
    /// How often each score was given, 1 to 5.
    let distribution: [Int64]
  }
}

/// How often each score was given.
struct RatingCounts: Sendable, Equatable {
  private(set) var counts = [Int](repeating: 0, count: RatingDraft.scores.count)

  /// What is no score does not count.
  mutating func add(_ number: Int, of score: Int) {
    guard RatingDraft.scores.contains(score) else { return }
    counts[score - RatingDraft.scores.lowerBound] += number
  }

  var number: Int { counts.reduce(0, +) }

  /// Nil without ratings.
  var mean: Double? { RatingSummary(counts.map { Int64($0) })?.mean }
}
