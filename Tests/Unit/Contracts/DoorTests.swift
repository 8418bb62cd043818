import FoundationEssentials
import Testing

@testable import ServiceKit

/// What nginx has at the door leads every request to the service that has a route for it.
@Suite struct DoorTests {
  private struct Location {
    let pattern: Regex<AnyRegexOutput>
    let upstream: String?
  }

  /// Those by a pattern, in their order: the first that matches is taken.
  private func locations() throws -> [Location] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "deploy/nginx/forum.conf.template")
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    return try text.split(separator: "  location ~ ").dropFirst().map { part in
      let end = try #require(part.firstRange(of: " {"))
      let upstream = part.firstMatch(of: /proxy_pass http:\/\/([a-z-]+);/).map { String($0.output.1) }
      return Location(pattern: try Regex(String(part[..<end.lowerBound])), upstream: upstream)
    }
  }

  @Test func everyRouteIsReachedThroughTheDoor() async throws {
    let locations = try locations()
    var checked = 0
    for (service, routes) in ServiceRoutes.all {
      for route in try await routes() {
        let path = route.pattern.replacing(/\{[a-z]+\}/, with: "1")
        let found = locations.first { path.firstMatch(of: $0.pattern) != nil }
        #expect(found?.upstream == service, "\(route.pattern)")
        checked += 1
      }
    }
    #expect(checked > 80)
  }
}
