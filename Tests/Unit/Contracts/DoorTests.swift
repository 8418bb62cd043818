import FoundationEssentials
import Testing

@testable import ServiceKit

/// What nginx has at the door leads every request to the service that has a route for it.
@Suite struct DoorTests {
  private struct Location {
    let pattern: Regex<AnyRegexOutput>
    let upstream: Substring?
  }

  private let text: String

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "deploy/nginx/forum.conf.template")
    text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }

  /// Those of exactly one path, and behind them those by a pattern and the rest, in their order: the first that matches is
  /// taken.
  private func locations() throws -> [Location] {
    let all = try text.split(separator: "\n  location ").dropFirst().map { part in
      let head = try #require(part.firstMatch(of: /^(=|~)? ?([^ ]+) \{/)).output
      let pattern = head.1 == "~" ? String(head.2) : head.1 == "=" ? "^\(head.2)$" : "^\(head.2)"
      let upstream = part.firstMatch(of: /proxy_pass http:\/\/([a-z$_-]+);/)?.output.1
      return (isExact: head.1 == "=", Location(pattern: try Regex(pattern), upstream: upstream))
    }
    return all.filter(\.isExact).map(\.1) + all.filter { !$0.isExact }.map(\.1)
  }

  /// What a map of nginx makes of a path.
  private func value(of variable: Substring, for path: String) throws -> Substring {
    let begin = try #require(text.firstRange(of: "map $uri \(variable) {\n"))
    for line in text[begin.upperBound...].split(separator: "\n").prefix(while: { $0 != "}" }) {
      let parts = line.split(separator: " ")
      let (key, value) = (try #require(parts.first), try #require(parts.last).dropLast())
      if key == "default" { return value }
      if try path.firstMatch(of: Regex(String(key.dropFirst()))) != nil { return value }
    }
    return ""
  }

  @Test func everyRouteIsReachedThroughTheDoor() async throws {
    let locations = try locations()
    var checked = 0
    for (service, routes) in ServiceRoutes.all {
      for route in try await routes() {
        let path = route.pattern.replacing(/\{[a-z]+\}/, with: "1")
        var upstream = locations.first { path.firstMatch(of: $0.pattern) != nil }?.upstream
        if let variable = upstream, variable.hasPrefix("$") { upstream = try value(of: variable, for: path) }
        #expect(upstream.map(String.init) == service, "\(route.pattern)")
        checked += 1
      }
    }
    #expect(checked > 100)
  }
}
