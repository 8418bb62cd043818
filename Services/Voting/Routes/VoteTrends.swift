import Contracts
import FoundationEssentials
import ServiceKit

extension Votes {
  /// `GET /v1/proposals/{id}/vote/trends?limit=&after=`: what the hourly look saw, newest first, for 30 days. It tells how
  /// many ballots came, hidden totals or not, and never how they went.
  func trends(_ request: Request) async throws -> Response {
    let limit = try request.query("limit", default: 24, in: 1...100)
    // Hours since 1970.
    let before = try request.query("after", default: Self.lastHour, in: 0...Self.lastHour)
    let proposal: ProposalID = try request.id()
    let vote = try await database.existingVote(on: proposal)
    let trends = try await database.trends(
      of: vote, before: Date(milliseconds: Int64(before) * VoteTrend.hour), limit: limit + 1)
    return try .json(Page(trends, limit: limit) { String($0.hour.milliseconds / VoteTrend.hour) })
  }

  /// In the year 9999.
  private static let lastHour = 70_389_528
}
