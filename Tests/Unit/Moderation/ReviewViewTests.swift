import Contracts
import FoundationEssentials
import Testing

@testable import Moderation

@Suite struct ReviewViewTests: ReviewSuite {
  @Test func aReviewWithoutAMarkSaysSo() throws {
    let view = ReviewView(Self.review(), ReviewClock(soonDays: 7, lateDays: 10), at: Self.submitted)
    let text = String(decoding: try JSON.encode(view), as: UTF8.self)
    #expect(text.contains(#""mark":null"#))
    #expect(text.contains(#""ageDays":0"#))
    #expect(text.contains(#""state":"pending""#))
  }

  @Test func theAuthorIsNotShown() throws {
    let pending = Self.review()
    let view = ReviewView(
      pending, ReviewClock(soonDays: 7, lateDays: 10), at: Self.submitted.addingTimeInterval(11 * Self.day))
    let text = String(decoding: try JSON.encode(view), as: UTF8.self)
    #expect(text.contains(#""mark":"late""#))
    #expect(!text.contains(pending.author.description))
  }
}
