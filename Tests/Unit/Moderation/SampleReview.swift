import Contracts
import FoundationEssentials
import ServiceKit

@testable import Moderation

/// What the tests of moderation start from.
protocol ReviewSuite {}

extension ReviewSuite {
  static var day: TimeInterval { 86_400 }
  static var submitted: Date { Date(milliseconds: 1_790_000_000_123) }

  /// A review that moderation made of a submission.
  static func review(_ state: ReviewState = .pending, since: Date = submitted) -> Review {
    var review = Review(
      ProposalSubmitted(
        proposal: ProposalID(), author: CitizenID(), title: "밤 버스", summary: "더 자주", body: "밤 버스를 늘려 주십시오.",
        category: .transport, reference: "petition-517", submittedAt: submitted))
    review.state = state
    review.stateSince = since
    return review
  }

  /// The refusal that `body` ends in; nil if it does not.
  static func refusal<Result>(_ body: () throws -> Result) -> Problem? {
    do {
      _ = try body()
      return nil
    } catch { return error as? Problem }
  }
}
