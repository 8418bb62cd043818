import Contracts
import FoundationEssentials

/// The field of RFC 9110 section 10.2.3: seconds, or a date.
enum RetryAfter {
  /// Seconds from `now` on; nil for what is neither a number nor a date in the form that RFC 9110 asks senders for.
  static func seconds(_ text: String, now: Date) -> Double? {
    let text = String(text.drop { $0 == " " })
    if !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return Double(text) }
    return date(text).map { max(0, $0.timeIntervalSince(now)) }
  }

  private static let months = [
    "Jan": "01", "Feb": "02", "Mar": "03", "Apr": "04", "May": "05", "Jun": "06", "Jul": "07", "Aug": "08", "Sep": "09",
    "Oct": "10", "Nov": "11", "Dec": "12",
  ]

  /// IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`.
  private static func date(_ text: String) -> Date? {
    let parts = text.split(separator: " ").map(String.init)
    guard parts.count == 6, parts[0].utf8.count == 4, parts[0].hasSuffix(","), parts[1].utf8.count == 2,
      let month = months[parts[2]], parts[3].utf8.count == 4, parts[4].utf8.count == 8, parts[4] < "24",
      parts[5] == "GMT"
    else { return nil }
    return JSON.date("\(parts[3])-\(month)-\(parts[1])T\(parts[4])Z")
  }
}
