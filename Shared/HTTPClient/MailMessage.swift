import FoundationEssentials

/// A plain text mail to one person (RFC 5322).
public struct MailMessage: Sendable {
  /// The sender's address.
  public var from: String
  /// The name shown beside it.
  public var fromName: String?
  /// The recipient's address.
  public var to: String
  /// One line of any script.
  public var subject: String
  /// The text; any line ends.
  public var text: String
  /// `local@domain`, without angle brackets. The same for every attempt, so that a doubled mail can be recognized.
  public var messageID: String
  /// Seconds since 1970.
  public var date: Int
  /// Further fields, such as `List-Unsubscribe`, in ASCII.
  public var headers: [(String, String)]

  /// A message as given; `composed` checks it.
  public init(
    from: String, fromName: String? = nil, to: String, subject: String, text: String, messageID: String, date: Int,
    headers: [(String, String)] = []
  ) {
    self.from = from
    self.fromName = fromName
    self.to = to
    self.subject = subject
    self.text = text
    self.messageID = messageID
    self.date = date
    self.headers = headers
  }

  /// The message as it goes over the wire. No field can bring in a line break and with it further fields or recipients.
  public func composed() throws(MailError) -> [UInt8] {
    guard Self.isAddress(from) else { throw .permanent("the sender's address is malformed") }
    guard Self.isAddress(to) else { throw .permanent("the recipient's address is malformed") }
    guard Self.isAddress(messageID) else { throw .permanent("the message id is malformed") }
    guard (0..<253_402_300_800).contains(date) else { throw .permanent("the date is not in the years 1970 to 9999") }
    var fields = [
      ("Date", Self.text(ofDate: date)),
      ("From", try fromName.map { name throws(MailError) in try Self.phrase(name) + " <\(from)>" } ?? from),
      ("To", to), ("Message-ID", "<\(messageID)>"), ("Subject", try Self.unstructured(subject)),
    ]
    for (name, value) in headers {
      guard isToken(name), !Self.isReserved(name) else { throw .permanent("a field's name is malformed or reserved") }
      guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), name.utf8.count + value.utf8.count < 990 else {
        throw .permanent("the field \(name) is malformed")
      }
      fields.append((name, value))
    }
    fields += [
      ("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "base64"),
    ]
    let head = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
    // Base64 keeps lines short and free of leading dots, whatever the text.
    let body = Data(Self.withNetworkLineEnds(text)).base64EncodedData(options: [
      .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
    ])
    return Array(head.utf8) + Array("\r\n".utf8) + Array(body) + Array("\r\n".utf8)
  }

  /// Whether `text` is an address that mail can be sent to: a dot-atom of ASCII at a domain name (RFC 5321 section
  /// 4.1.2). Quoted local parts and literal addresses are refused: nobody has them, and they upset other software.
  public static func isAddress(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard parts.count == 2, (1...64).contains(parts[0].count), (1...253).contains(parts[1].count) else { return false }
    let atoms = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let labels = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return atoms.allSatisfy { atom in
      !atom.isEmpty && atom.allSatisfy { isAlphanumeric($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
    }
      && labels.allSatisfy { label in
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
          && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
      }
  }

  private static func isReserved(_ name: String) -> Bool {
    [
      "date", "from", "sender", "to", "cc", "bcc", "message-id", "subject", "mime-version", "return-path", "received",
      "content-type", "content-transfer-encoding",
    ].contains { sameASCII($0, name) }
  }

  private static func phrase(_ text: String) throws(MailError) -> String {
    // A name of words needs no quotes; everything else goes as encoded words, so that no quoting rule is needed.
    let isPlain = text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x20 || $0 == UInt8(ascii: "-") }
    return isPlain && !text.isEmpty && text.utf8.count <= 60 ? text : try encodedWords(text)
  }

  private static func unstructured(_ text: String) throws(MailError) -> String {
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } && text.utf8.count <= 68
    let looksEncoded = text.split(separator: "=?", maxSplits: 1, omittingEmptySubsequences: false).count > 1
    return isPlain && !looksEncoded ? text : try encodedWords(text)
  }

  /// RFC 2047: words of at most 75 bytes, no character split between two, lines of at most 76.
  private static func encodedWords(_ text: String) throws(MailError) -> String {
    guard text.utf8.count <= 2000, text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      throw .permanent("a line break or another control character in the subject or the name, or it is too long")
    }
    var words: [[UInt8]] = [[]]
    for scalar in text.unicodeScalars {
      let bytes = Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      if words[words.count - 1].count + bytes.count > 39 { words.append([]) }
      words[words.count - 1] += bytes
    }
    return words.map { "=?UTF-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
  }

  private static func withNetworkLineEnds(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\n") && previous == UInt8(ascii: "\r") {
        bytes.append(byte)
      } else if byte == UInt8(ascii: "\n") {
        bytes += [UInt8(ascii: "\r"), byte]
      } else {
        bytes.append(byte)
      }
      previous = byte
    }
    return bytes
  }

  /// RFC 5322 section 3.3, in UTC. Howard Hinnant's days-to-civil algorithm.
  private static func text(ofDate seconds: Int) -> String {
    let days = seconds / 86_400
    let second = seconds % 86_400
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(weekdays[days % 7]), \(two(day)) \(months[month - 1]) \(year) "
      + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) +0000"
  }
}
