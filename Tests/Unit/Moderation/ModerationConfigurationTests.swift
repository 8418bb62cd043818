import ServiceKit
import Testing

@testable import Moderation

@Suite struct ModerationConfigurationTests {
  private static func clock(_ environment: [String: String]) throws -> ReviewClock {
    var settings = Settings(environment: environment)
    return try ModerationService.Configuration(&settings).clock
  }

  @Test func theThresholdsAreSevenAndTenDaysUnlessSet() throws {
    #expect(try Self.clock([:]) == ReviewClock(soonDays: 7, lateDays: 10))
    #expect(
      try Self.clock(["FORUM_MODERATION_SOON_DAYS": "3", "FORUM_MODERATION_LATE_DAYS": "3"])
        == ReviewClock(soonDays: 3, lateDays: 3))
  }

  @Test func soonAfterLateIsRefused() {
    #expect(throws: SettingsError.self) { try Self.clock(["FORUM_MODERATION_SOON_DAYS": "11"]) }
  }
}
