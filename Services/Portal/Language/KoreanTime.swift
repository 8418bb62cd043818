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
    let date = Day(number: Int64(days)).parts
    (year, month, day) = (Int(date.year), Int(date.month), Int(date.day))
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
