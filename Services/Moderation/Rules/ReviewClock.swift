import FoundationEssentials

/// How a pending review that takes long is marked.
enum ReviewMark: String, Codable, Sendable, CaseIterable { case soon, late }

/// The clock of the Support Unit: it owes every citizen an answer.
struct ReviewClock: Sendable, Equatable {
  let soonDays: Int
  let lateDays: Int

  private static let day: TimeInterval = 86_400

  /// Whole days from the submission until now, or until the decision once there is one.
  func ageDays(of review: Review, at now: Date) -> Int {
    let end = review.state == .pending ? now : review.stateSince
    return max(0, Int(end.timeIntervalSince(review.submittedAt) / Self.day))
  }

  /// Nil for a review that is young or no longer pending.
  func mark(of review: Review, at now: Date) -> ReviewMark? {
    guard review.state == .pending else { return nil }
    let age = ageDays(of: review, at: now)
    if age >= lateDays { return .late }
    return age >= soonDays ? .soon : nil
  }

  /// When a pending review must have been submitted to bear `mark`: after the first time, if any, and not after the
  /// second.
  func submission(bearing mark: ReviewMark, at now: Date) -> (after: Date?, upTo: Date) {
    let late = now.addingTimeInterval(-Self.day * Double(lateDays))
    switch mark {
    case .late: return (nil, late)
    case .soon: return (late, now.addingTimeInterval(-Self.day * Double(soonDays)))
    }
  }
}
