import FoundationEssentials

/// The folder where a mail sink keeps messages, one `.eml` file each.
struct MailFolder: Sendable {
  let path: String

  /// The names of the messages that are there.
  func names() throws -> Set<String> {
    do {
      return Set(try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".eml") })
    } catch { throw Failure("the folder \(path) cannot be read") }
  }

  /// Messages to the proposers of `numbers`, in their order.
  /// - Parameter old: messages that do not count.
  func counts(for numbers: [Int], without old: Set<String>) throws -> [Int] {
    var counts: [Int: Int] = [:]
    for name in try names().subtracting(old) {
      for number in Self.numbers(in: try contents(of: "\(path)/\(name)")) { counts[number, default: 0] += 1 }
    }
    return numbers.map { counts[$0] ?? 0 }
  }

  /// The numbers of the proposers whose addresses a message holds.
  static func numbers(in message: [UInt8]) -> Set<Int> {
    let prefix = Array("proposer-".utf8)
    let suffix = Array("@example.org".utf8)
    var numbers: Set<Int> = []
    var rest = message[...]
    while let start = rest.firstRange(of: prefix) {
      rest = rest[start.upperBound...]
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      if rest.dropFirst(digits.count).starts(with: suffix), let number = Int(String(decoding: digits, as: UTF8.self)) {
        numbers.insert(number)
      }
    }
    return numbers
  }
}
