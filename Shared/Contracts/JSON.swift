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
  public static func timestamp(_ date: Date) -> String {
    // The style cuts off what is below a millisecond, and with it a whole one where the number is a hair too small.
    Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(date.wholeMilliseconds + 0.0004)
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
