import Contracts
import FoundationEssentials
import ServiceKit

/// What has happened last, for feed readers: Atom (RFC 4287).
struct AtomFeed: Sendable {
  /// What a feed is about.
  enum Scope: Sendable, Equatable {
    case everything
    case task(ProposalID, title: String?)
    /// Everybody who can have a task, by the name in addresses.
    case office(String)

    /// For ever the same, wherever the Forum is reached: a tag (RFC 4151) or a UUID (RFC 9562).
    var id: String {
      switch self {
      case .everything: "tag:forum.example,2026:feed"
      case .task(let id, _): "urn:uuid:\(id)"
      case .office(let name): "tag:forum.example,2026:feed/offices/\(name)"
      }
    }

    var address: Address {
      switch self {
      case .everything: Address("\(OpenData.address)/feed")
      case .task(let id, _): Address("\(OpenData.address)/tasks/\(id)/feed")
      case .office(let name): Address("\(OpenData.address)/offices/\(name)/feed")
      }
    }

    /// The page that shows the same.
    var page: Address {
      if case .task(let id, _) = self { Address("/proposals/\(id)") } else { Address("/") }
    }
  }

  /// One event of a task.
  struct Entry: Sendable, Equatable {
    let id: UUID
    let proposal: ProposalID
    /// Nil while it is not known, and where it is hidden.
    let title: String?
    let line: Occurrence
  }

  static let length = 50
  static let mediaType = "application/atom+xml; charset=utf-8"

  let publicURL: String
  let speech: Speech
  let scope: Scope
  /// Newest first.
  let entries: [Entry]

  private var language: Language { speech.language }

  var document: HTML {
    let title = Self.title(of: scope, speech)
    let own = publicURL + scope.address.with("lang", language.rawValue).text
    let page = publicURL + scope.page.with("lang", language.rawValue).text
    // RFC 4287 wants a time also where nothing has happened yet.
    let updated = entries.map(\.line.at).max() ?? Date(milliseconds: 0)
    return """
      <?xml version="1.0" encoding="utf-8"?>
      <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="\(language.rawValue)">
      <id>\(scope.id)</id>
      <title>\(clean(title))</title>
      <updated>\(JSON.timestamp(updated))</updated>
      <author><name>\(speech(.siteName))</name></author>
      <link rel="self" type="application/atom+xml" href="\(own)"/>
      <link rel="alternate" type="text/html" href="\(page)"/>
      \(entries.map(entry))</feed>

      """
  }

  static func title(of scope: Scope, _ speech: Speech) -> String {
    switch scope {
    case .everything: speech(.siteName)
    case .task(_, let title): "\(speech(.siteName)): \(title ?? speech(.missingTitle))"
    case .office(let name): "\(speech(.siteName)): \(speech.language.label(holder: name))"
    }
  }

  private func entry(_ entry: Entry) -> HTML {
    let title = "\(language.label(entry.line.kind)): \(entry.title ?? speech(.missingTitle))"
    let page = publicURL + Address("/proposals/\(entry.proposal)").with("lang", language.rawValue).text
    let time = JSON.timestamp(entry.line.at)
    return """
      <entry>
      <id>urn:uuid:\(entry.id.uuidString.lowercased())</id>
      <title>\(clean(title))</title>
      <updated>\(time)</updated>
      <published>\(time)</published>
      <link rel="alternate" type="text/html" href="\(page)"/>
      <content type="text">\(clean(HistorySection.words(of: entry.line, speech)))</content>
      </entry>

      """
  }

  /// Without what XML 1.0 cannot hold.
  private func clean(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x9, 0xa, 0xd, 0x20...0xd7ff, 0xe000...0xfffd, 0x10000...0x10ffff: result.unicodeScalars.append(scalar)
      default: break
      }
    }
    return result
  }
}
