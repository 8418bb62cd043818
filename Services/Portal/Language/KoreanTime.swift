import Contracts
import FoundationEssentials

/// A moment on the clocks of Korea: UTC+9 all year round, so no table of time zones is needed.
struct KoreanTime: Sendable, Equatable {
  let year: Int
  let month: Int
  let day: Int
  let hour: Int
  let minute: Int
  let second: Int

  init(_ date: Date) {
    let seconds = Int((date.milliseconds + 9 * 3_600_000).floored(by: 1_000))
    let days = seconds.floored(by: 86_400)
    let rest = seconds - days * 86_400
    (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60)
    // Civil date from a count of days: eras of 400 years that begin in March, so that the leap day comes last.
    let shifted = days + 719_468
    let era = shifted.floored(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// With the zone, since a reader abroad cannot know it.
  func text(in language: Language, seconds: Bool = false) -> String {
    let clock = Self.two(hour) + ":" + Self.two(minute) + (seconds ? ":" + Self.two(second) : "")
    return switch language {
    case .korean: "\(year)년 \(month)월 \(day)일 \(clock) (한국 표준시)"
    case .english: "\(day) \(Self.months[month - 1]) \(year), \(clock) KST"
    }
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension BinaryInteger {
  fileprivate func floored(by divisor: Self) -> Self {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

extension HTML {
  /// A time for people, with the exact one for machines.
  static func time(_ date: Date, in language: Language, seconds: Bool = false) -> HTML {
    "<time datetime=\"\(JSON.timestamp(date))\">\(KoreanTime(date).text(in: language, seconds: seconds))</time>"
  }
}
