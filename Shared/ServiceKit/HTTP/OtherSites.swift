import HTTPServer

/// What lets the pages of other sites read an answer (Fetch, "CORS protocol"). Any site may: what is answered is the same
/// for everybody, and no cookie or token is let along with the question.
enum OtherSites {
  /// Seconds for which a browser need not ask again: what Chromium keeps at most.
  private static let keptSeconds = 7_200

  /// The answer to the question which methods and fields are allowed.
  static let preflight = HTTPResponse(
    status: 204,
    headers: [
      "access-control-allow-origin": "*", "access-control-allow-methods": "GET, HEAD, OPTIONS",
      "access-control-allow-headers": "If-None-Match", "access-control-max-age": "\(keptSeconds)",
      "allow": "GET, HEAD, OPTIONS",
    ])

  static func admit(to response: inout HTTPResponse) {
    response.headers["access-control-allow-origin"] = "*"
    response.headers["access-control-expose-headers"] = "ETag, Link, Content-Disposition, Retry-After"
    // Also for what is loaded without the protocol, such as a feed in a reader's page.
    response.headers["cross-origin-resource-policy"] = "cross-origin"
  }
}
