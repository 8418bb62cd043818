import Contracts
import FoundationEssentials
import ServiceKit

/// A petition as it was published.
struct Petition: Decodable, Sendable {
  let number: Int
  let category: String
  let agreements: Int
  let title: String
  let content: String

  /// All petitions of a file of JSON lines, packed by gzip or not.
  /// - Throws: `Failure` naming the line that cannot be read.
  static func read(_ path: String) throws -> [Petition] {
    var bytes = try contents(of: path)
    if bytes.starts(with: [0x1f, 0x8b]) { bytes = try Gzip.unpack(bytes, name: path) }
    var petitions: [Petition] = []
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }) { continue }
      do { petitions.append(try JSON.decode(Petition.self, from: Array(line))) } catch {
        throw Failure("\(path), line \(index + 1) is no petition: \(error)")
      }
    }
    guard !petitions.isEmpty else { throw Failure("\(path) holds no petition") }
    var seen: Set<Int> = []
    if let twice = petitions.first(where: { !seen.insert($0.number).inserted }) {
      throw Failure("\(path) holds petition \(twice.number) twice")
    }
    return petitions
  }
}

extension Petition {
  /// A proposal as intake takes it.
  struct Draft: Encodable, Sendable, Equatable {
    let title: String
    let summary: String
    let body: String
    let category: String
    let reference: String
  }

  /// The petition cut to what a proposal may hold.
  var draft: Draft {
    let title = Self.cut(Self.cleaned(title), to: 80)
    // Some petitions have no text at all; a proposal must say something.
    let text = Self.cleaned(content)
    let body = text.isEmpty ? title : text
    return Draft(
      title: title.isEmpty ? "청원 \(number)" : title, summary: Self.cut(body, to: 300), body: Self.cut(body, to: 2_000),
      category: (Category.named(korean: category) ?? .other).rawValue, reference: String(number))
  }

  /// Runs of white space become one blank; what a plain text may not hold is dropped, and personal data is masked: a
  /// proposal with any is refused.
  static func cleaned(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var hasGap = false
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        hasGap = true
        continue
      }
      guard PlainText.isAllowed(scalar) else { continue }
      if hasGap && !result.isEmpty { result.append(" ") }
      hasGap = false
      result.append(scalar)
    }
    return PersonalData.masked(String(result))
  }

  /// The first `limit` characters as a reader sees them, without a blank at the end.
  static func cut(_ text: String, to limit: Int) -> String {
    var cut = text.prefix(limit)
    while cut.last == " " { cut = cut.dropLast() }
    return String(cut)
  }
}
