import Contracts
import FoundationEssentials
import Testing

@testable import Referral

/// The tables of the READMEs are those of the code.
@Suite struct ReadmeTests {
  private func section(_ name: String, of file: String = "README.md") throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let readme = String(decoding: try Data(contentsOf: root.appending(path: file)), as: UTF8.self)
    let begin = try #require(readme.firstRange(of: "<!-- \(name) -->\n"))
    let end = try #require(readme.firstRange(of: "<!-- /\(name) -->"))
    return String(readme[begin.upperBound..<end.lowerBound])
  }

  @Test func theTableOfTopicsIsTrue() throws {
    let rows =
      Topics.all.filter { !$0.name.hasPrefix(Topics.referrals.name + ".") }
      + [Topics.referrals(to: Ministry(slug: "<ministry>", korean: "", english: ""))]
    let lines = rows.map { topic in
      let kept = topic.cleanup == .compact ? "compacted" : topic.retentionDays.map { "\($0) days" } ?? "for ever"
      return "| `\(topic.name)` | \(topic.key) | \(topic.partitions) | \(kept) | \(topic.writer) | "
        + "\(topic.readers.joined(separator: ", ")) |\n"
    }
    let table = "| topic | key | partitions | kept | writer | readers |\n|---|---|---|---|---|---|\n" + lines.joined()
    #expect(try section("topics") == table)
  }

  @Test func theTableOfTransitionsIsTrue() throws {
    let lines = Lifecycle.transitions.map { row in
      "| \(row.from.rawValue) | \(row.action.rawValue) | \(row.actor) | \(row.to.rawValue) |\n"
    }
    let table = "| state | action | by | next state |\n|---|---|---|---|\n" + lines.joined()
    #expect(try section("lifecycle") == table)
  }

  @Test func theTableOfTheStagesOfACaseIsTrue() throws {
    let lines = CaseLifecycle.transitions.map { row in
      "| \(row.from.rawValue) | \(row.action.rawValue) | \(row.actor) | \(row.to.rawValue) |\n"
    }
    let table = "| stage | action | by | next stage |\n|---|---|---|---|\n" + lines.joined()
    #expect(try section("stages", of: "Services/Referral/README.md") == table)
  }
}
