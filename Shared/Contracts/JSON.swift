public import FoundationEssentials

/// The one way in which the Forum writes and reads JSON: keys sorted, no escaped slashes, times as RFC 3339 in UTC with
/// milliseconds.
public enum JSON {
  /// The bytes of a value: UTF-8 without white space.
  /// - Throws: `EncodingError`
  public static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var container = encoder.singleValueContainer()
      try container.encode(timestamp(date))
    }
    return Array(try encoder.encode(value))
  }

  /// - Throws: `DecodingError`; unknown members are ignored, so that a reader of an older version goes on working.
  public static func decode<Value: Decodable>(_ type: Value.Type = Value.self, from bytes: [UInt8]) throws -> Value {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .custom { decoder in
      let container = try decoder.singleValueContainer()
      guard let date = date(try container.decode(String.self)) else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time")
      }
      return date
    }
    return try decoder.decode(type, from: Data(bytes))
  }

  /// For example `2026-11-24T09:30:00.000Z`.
  ///
  /// Written here and not by Foundation's style, which takes ten times as long: every receipt carries a time.
  public static func timestamp(_ date: Date) -> String {
    // From the first day of the Gregorian calendar, which Foundation keeps to, to the last year that RFC 3339 knows.
    guard (-12_219_292_800..<253_402_300_800).contains(date.timeIntervalSince1970) else {
      // The style cuts off what is below a millisecond, and with it a whole one where the number is a hair too small.
      return Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(date.wholeMilliseconds + 0.0004)
    }
    let milliseconds = date.milliseconds
    let (day, time) = floorDivided(Int(milliseconds), by: 86_400_000)
    let (year, month, dayOfMonth) = civilDate(daysSince1970: day)
    return String(unsafeUninitializedCapacity: 24) { text in
      var place = 0
      func write(_ value: Int, digits: Int, then sign: Unicode.Scalar) {
        var rest = value
        for index in stride(from: place + digits - 1, through: place, by: -1) {
          text[index] = UInt8(ascii: "0") + UInt8(rest % 10)
          rest /= 10
        }
        text[place + digits] = UInt8(ascii: sign)
        place += digits + 1
      }
      write(year, digits: 4, then: "-")
      write(month, digits: 2, then: "-")
      write(dayOfMonth, digits: 2, then: "T")
      write(time / 3_600_000, digits: 2, then: ":")
      write(time / 60_000 % 60, digits: 2, then: ":")
      write(time / 1_000 % 60, digits: 2, then: ".")
      write(time % 1_000, digits: 3, then: "Z")
      return place
    }
  }

  /// Reads an RFC 3339 time, with or without a fraction of a second, cut to whole milliseconds; nil for anything else.
  public static func date(_ text: String) -> Date? {
    let date =
      (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
      ?? (try? Date.ISO8601FormatStyle().parse(text))
    // RFC 3339 knows the years 0 to 9999; the style reads others too, and they may not fit the milliseconds.
    guard let date, (-62_167_219_200..<253_402_300_800).contains(date.timeIntervalSince1970) else { return nil }
    return date.wholeMilliseconds
  }
}

func floorDivided(_ value: Int, by divisor: Int) -> (quotient: Int, rest: Int) {
  let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
  return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
}

/// The date of a day in the Gregorian calendar: 400 years are 146,097 days, and a year that begins in March has
/// its leap day at the end.
func civilDate(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
  let (era, dayOfEra) = floorDivided(days + 719_468, by: 146_097)
  let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
}

extension Date {
  /// Cut to whole milliseconds: what JSON and the ballot record can carry, so that a value survives the round trip.
  public var wholeMilliseconds: Date { Date(milliseconds: milliseconds) }

  /// Milliseconds since 1970 (UTC); less than one is cut off.
  ///
  /// A floating-point number of seconds is often a hair below the millisecond that it stands for (by up to 0.2
  /// microseconds in this century), hence the microsecond added before cutting.
  public var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000 + 0.001).rounded(.down)) }

  /// The moment so many milliseconds after 1970 began (UTC).
  public init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
