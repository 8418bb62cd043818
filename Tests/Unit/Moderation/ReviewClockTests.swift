import FoundationEssentials
import Testing

@testable import Moderation

@Suite struct ReviewClockTests: ReviewSuite {
  private let clock = ReviewClock(soonDays: 7, lateDays: 10)

  @Test(arguments: [
    (-1.0, 0, nil), (0, 0, nil), (6.999, 6, nil), (7, 7, ReviewMark.soon), (9.999, 9, .soon), (10, 10, .late),
    (400, 400, .late),
  ])
  func aPendingReviewIsMarkedSoonFromSevenDaysAndLateFromTen(days: Double, age: Int, mark: ReviewMark?) {
    let now = Self.submitted.addingTimeInterval(days * Self.day)
    #expect(clock.ageDays(of: Self.review(), at: now) == age)
    #expect(clock.mark(of: Self.review(), at: now) == mark)
  }

  @Test(arguments: ReviewState.allCases.filter { $0 != .pending })
  func theClockStopsWithTheDecision(state: ReviewState) {
    let decided = Self.review(state, since: Self.submitted.addingTimeInterval(2.5 * Self.day))
    let now = Self.submitted.addingTimeInterval(50 * Self.day)
    #expect(clock.ageDays(of: decided, at: now) == 2)
    #expect(clock.mark(of: decided, at: now) == nil)
  }

  @Test(arguments: ReviewMark.allCases, [-1, 0, 6.9, 7, 8, 9.9, 10, 11])
  func theFilterFindsExactlyTheMarkedOnes(mark: ReviewMark, days: Double) {
    let now = Self.submitted.addingTimeInterval(days * Self.day)
    let (after, upTo) = clock.submission(bearing: mark, at: now)
    let isFound = (after.map { Self.submitted > $0 } ?? true) && Self.submitted <= upTo
    #expect(isFound == (clock.mark(of: Self.review(), at: now) == mark))
  }
}
