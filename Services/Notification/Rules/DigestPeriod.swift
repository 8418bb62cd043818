import FoundationEssentials

/// When digests are due: in the morning in Korea, the weekly one on Mondays.
struct DigestSchedule: Sendable {
  /// From 0 to 23, in Korea, which keeps UTC+9 all year.
  let hour: Int

  /// The last moment up to `now` at which a digest was due: what came before it belongs into that digest.
  ///
  /// However long the service was away, one digest takes all that waits.
  func lastDue(_ frequency: Frequency, at now: Date) -> Date {
    // The day, from 1970 on, whose hour has come.
    let offset = 9 * 3_600.0 - Double(hour) * 3_600
    var day = ((now.timeIntervalSince1970 + offset) / 86_400).rounded(.down)
    // The first of these days was a Thursday.
    if frequency == .weekly { day -= (day + 3) - 7 * ((day + 3) / 7).rounded(.down) }
    return Date(timeIntervalSince1970: day * 86_400 - offset)
  }
}
