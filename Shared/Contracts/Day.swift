public import FoundationEssentials

/// A day of the calendar in Korea, which is 9 hours ahead of UTC and has no summer time.
public struct Day: Hashable, Sendable, Comparable, Codable, LosslessStringConvertible {
  /// Days since 1970-01-01.
  public let number: Int64

  private static let length: Int64 = 86_400_000
  private static let offset: Int64 = 9 * 3_600_000

  /// The day with a number.
  public init(number: Int64) { self.number = number }

  /// The day in Korea of a moment.
  public init(of moment: Date) {
    number = Int64(floorDivided(Int(moment.milliseconds + Self.offset), by: Int(Self.length)).0)
  }

  /// A day of the Gregorian calendar; nil when there is no such day.
  public init?(year: Int64, month: Int64, day: Int64) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    // Years begin with March, so that the leap day is the last one.
    let shifted = month > 2 ? year : year - 1
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    number = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    guard parts == (year, month, day) else { return nil }
  }

  /// Reads `2026-11-26` (RFC 3339, full-date); nil for anything else.
  public init?(_ text: String) {
    let pieces = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard pieces.map(\.count) == [4, 2, 2] else { return nil }
    let numbers = pieces.compactMap { piece -> Int64? in
      piece.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(String(piece) ?? "") : nil
    }
    guard numbers.count == 3 else { return nil }
    self.init(year: numbers[0], month: numbers[1], day: numbers[2])
  }

  /// Year, month and day of the Gregorian calendar.
  public var parts: (year: Int64, month: Int64, day: Int64) {
    let (year, month, day) = civilDate(daysSince1970: Int(number))
    return (Int64(year), Int64(month), Int64(day))
  }

  /// `2026-11-26`
  public var description: String {
    func padded(_ value: Int64, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let (year, month, day) = parts
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// The first millisecond of the day.
  public var start: Date { Date(milliseconds: number * Self.length - Self.offset) }

  /// The last millisecond of the day.
  public var end: Date { Date(milliseconds: (number + 1) * Self.length - Self.offset - 1) }

  /// The day so many days later.
  public func adding(_ days: Int64) -> Day { Day(number: number + days) }

  /// 0 is Sunday, 6 Saturday.
  public var weekday: Int { Int(((number + 4) % 7 + 7) % 7) }

  /// By time.
  public static func < (a: Day, b: Day) -> Bool { a.number < b.number }

  /// Reads a string such as `2026-11-26`.
  /// - Throws: `DecodingError`
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let day = Day(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no day such as 2026-11-26")
    }
    self = day
  }

  /// Writes a string such as `2026-11-26`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
