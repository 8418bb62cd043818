public import FoundationEssentials

/// What those who brought a task so far rate of its case.
public enum RatingSubject: String, Codable, Sendable, CaseIterable {
  /// The official answer.
  case answer
  /// What the ministry has made of it.
  case implementation
}

/// How supporters and voters rate an answer or an implementation; told at most once a day in Korea, and only when it has
/// changed.
public struct CaseRatingsCounted: CaseEvent, Equatable {
  /// One of the events of `ReferralEvent`.
  public typealias Family = ReferralEvent
  /// CloudEvents `type`; the version is at its end.
  public static let type = "kr.forum.case.ratings-counted.v1"
  /// The case, not the proposal: key of the record.
  public var subject: UUID { caseID.uuid }

  /// The case; the same as in `CaseReceived`.
  public var caseID: CaseID
  /// The task that the case is about.
  public var proposal: ProposalID
  /// Title of the proposal: plain text, one line.
  public var title: String
  /// What is rated.
  public var rated: RatingSubject
  /// The ministry that is rated, by its slug: it answered, or carries it out.
  public var ministry: String
  /// How many citizens give each score now: five numbers, of 1 to 5.
  public var distribution: [Int64]
  /// When they were counted.
  public var countedAt: Date

  /// An event of these members.
  public init(
    caseID: CaseID, proposal: ProposalID, title: String, rated: RatingSubject, ministry: String,
    distribution: [Int64], countedAt: Date
  ) {
    self.caseID = caseID
    self.proposal = proposal
    self.title = title
    self.rated = rated
    self.ministry = ministry
    self.distribution = distribution
    self.countedAt = countedAt
  }
}

/// How a result is rated, by all who gave it a score.
public struct RatingSummary: Sendable, Equatable {
  /// How many gave one; 1 or more.
  public let number: Int64
  /// From 1 to 5, in hundredths, a half rounded up.
  public let mean: Double

  /// - Parameter distribution: how often each score was given, of 1 to 5. Nil where nobody gave one.
  public init?(_ distribution: [Int64]) {
    number = distribution.reduce(0, +)
    guard number > 0 else { return nil }
    let sum = distribution.enumerated().reduce(0) { $0 + Int64($1.offset + 1) * $1.element }
    mean = Double((sum * 200 + number) / (number * 2)) / 100
  }
}
