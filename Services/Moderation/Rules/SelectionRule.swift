import Contracts
import FoundationEssentials

/// The published rule by which proposals are proposed for a vote; the Support Unit selects, and says why.
struct SelectionRule: Sendable, Equatable, Encodable {
  /// Proposals that go to a vote in a calendar month of Korea.
  let monthly: Int
  /// Citizens who must support a proposal at least.
  let leastSympathies: Int64

  /// An accepted proposal that is not selected yet.
  struct Candidate: Sendable, Equatable {
    let proposal: ProposalID
    let sympathies: Int64
    let acceptedAt: Date
  }

  /// The most supported first; of two with the same support, the one that was accepted first.
  /// - Parameter selected: how many were selected this month already.
  func proposed(_ candidates: [Candidate], selected: Int) -> [Candidate] {
    let fitting = candidates.filter { $0.sympathies >= leastSympathies }.sorted {
      ($1.sympathies, $0.acceptedAt, $0.proposal.description) < ($0.sympathies, $1.acceptedAt, $1.proposal.description)
    }
    return Array(fitting.prefix(max(0, monthly - selected)))
  }

  /// When the month began that `now` is in, in Korea, which is 9 hours ahead of UTC all year.
  static func monthBegan(at now: Date) -> Date {
    let offset: TimeInterval = 9 * 3_600
    let day = JSON.timestamp(now.addingTimeInterval(offset)).prefix(7)
    return JSON.date("\(day)-01T00:00:00Z")?.addingTimeInterval(-offset) ?? now
  }
}
