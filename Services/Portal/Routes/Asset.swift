import Crypto
import HTTPServer
import ServiceKit

/// A file that pages refer to: served from memory, known by its hash.
struct Asset: Sendable {
  let path: String
  private let type: String
  private let bytes: [UInt8]
  private let tag: String

  /// Keep a day: the address in the pages changes with the contents.
  private static let keptSeconds = 86_400

  init(_ path: String, type: String, _ text: String) {
    self.path = path
    self.type = type
    bytes = Array(text.utf8)
    tag = Hex.encode(sha256(bytes).prefix(8))
  }

  static let stylesheet = Asset("/assets/portal.css", type: "text/css; charset=utf-8", Assets.stylesheet)
  static let script = Asset("/assets/portal.js", type: "text/javascript; charset=utf-8", Assets.script)

  static let icon = Asset("/assets/portal.svg", type: "image/svg+xml", Assets.icon)

  /// For pages: a changed file has another address, so no browser goes on with an old one.
  var address: Address { Address(path).with("v", tag) }

  var route: Route { .get(path, for: .everyone) { [self] in answer($0) } }

  /// `GET /assets/…`: the file, or 304 when the client has it (RFC 9110, section 13.1.2).
  private func answer(_ request: Request) -> Response {
    let entityTag = "\"\(tag)\""
    var headers = SecurityHeaders.all
    headers.add("etag", entityTag)
    headers.add("cache-control", "public, max-age=\(Self.keptSeconds)")
    if request.has(entityTag) { return Response(status: 304, headers: headers) }
    headers.add("content-type", type)
    return Response(status: 200, headers: headers, body: .bytes(bytes))
  }
}

/// What every page and file is sent with.
enum SecurityHeaders {
  static let all: HTTPHeaders = [
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "content-security-policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
      + "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
  ]
}
