import Contracts
import FoundationEssentials

extension Letter {
  /// Proposals that one digest names; the inbox has the rest.
  static let digestLength = 50

  /// What happened to all that a person follows, by proposal.
  init(_ digest: Digest, _ frequency: Frequency, publicURL: String, stopURL: String) {
    let groups = Self.groups(of: digest.entries)
    let left = groups.count - Self.digestLength
    let parts = groups.prefix(Self.digestLength).map { Self.text(of: $0, publicURL: publicURL) }
    let isWeekly = frequency == .weekly
    let count = digest.entries.count
    let headline: String
    let intro: String
    let more: String
    switch digest.language {
    case .korean:
      headline = isWeekly ? "한 주의 소식 \(count)건" : "하루의 소식 \(count)건"
      intro = "팔로우하신 과제에 새로운 소식이 있습니다."
      more = "그 밖의 과제 \(left)건의 소식은 알림함에서 보실 수 있습니다."
    case .english:
      headline = "\(count) news of the \(isWeekly ? "week" : "day")"
      intro = "There is news about what you follow."
      more = "News of \(left) further proposals is in your inbox."
    }
    let words = Words(headline, ([intro] + parts + (left > 0 ? [more] : [])).joined(separator: "\n\n"))
    self.init(words, in: digest.language, stopURL: stopURL)
  }

  private static func groups(of entries: [Digest.Entry]) -> [[Digest.Entry]] {
    var places: [ProposalID?: Int] = [:]
    return entries.reduce(into: []) { groups, entry in
      if let place = places[entry.proposal] {
        groups[place].append(entry)
      } else {
        places[entry.proposal] = groups.count
        groups.append([entry])
      }
    }
  }

  private static func text(of group: [Digest.Entry], publicURL: String) -> String {
    let lines = group.map { "- \($0.cameAt.inKorea.day) \($0.cameAt.inKorea.time) \($0.headline)" }
    guard let title = group.first?.title, let proposal = group.first?.proposal else {
      return lines.joined(separator: "\n")
    }
    return ([title] + lines + ["\(publicURL)/proposals/\(proposal)"]).joined(separator: "\n")
  }
}
