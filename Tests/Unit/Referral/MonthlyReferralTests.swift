import Contracts
import FoundationEssentials
import Testing

@testable import Referral

@Suite struct MonthlyReferralTests {
  private func month(_ day: String) throws -> MonthlyReferral.Month {
    MonthlyReferral.Month(of: try #require(Day(day)))
  }

  @Test func aMonthIsThatOfKorea() throws {
    let december = try month("2026-12-31")
    #expect(december.first.description == "2026-12-01")
    #expect(december.next.first.description == "2027-01-01" && december.previous.first.description == "2026-11-01")
    #expect(JSON.timestamp(december.span.lowerBound) == "2026-11-30T15:00:00.000Z")
    #expect(JSON.timestamp(december.span.upperBound) == "2026-12-31T15:00:00.000Z")
    var walked = try month("2019-01-01")
    for _ in 0..<120 { walked = walked.next }
    #expect(walked.first.description == "2029-01-01")
  }

  @Test(arguments: [
    // A day after its end: results of its last minutes come behind it.
    ("2026-10-15", "2026-11-30T15:00:00.000Z", []), ("2026-10-15", "2026-12-01T14:59:59.999Z", []),
    ("2026-10-15", "2026-12-01T15:00:00.000Z", ["2026-11-01"]),
    ("2026-10-15", "2027-01-20T00:00:00.000Z", ["2026-11-01", "2026-12-01"]),
    ("2026-12-01", "2026-12-24T00:00:00.000Z", []),
  ])
  func whatWasMissedIsMadeUpInOrder(last: String, now: String, months: [String]) throws {
    let due = MonthlyReferral.due(after: try month(last), at: try #require(JSON.date(now)))
    #expect(due.map(\.first.description) == months)
  }
}
