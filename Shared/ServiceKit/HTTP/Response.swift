import Contracts
public import HTTPServer

/// What a route answers; made by the functions below so that all services answer alike.
public typealias Response = HTTPResponse

/// How long others may keep a response.
public enum CacheControl: Sendable {
  /// It is for the caller alone, or must be fresh.
  case never
  /// Anybody, for so many seconds.
  case seconds(Int)

  var header: String {
    switch self {
    case .never: "no-store"
    case .seconds(let seconds): "public, max-age=\(seconds)"
    }
  }
}

extension HTTPResponse {
  /// A JSON body.
  /// - Throws: `EncodingError`
  public static func json(_ value: some Encodable, status: Int = 200, cache: CacheControl = .never) throws
    -> HTTPResponse
  {
    HTTPResponse(
      status: status, headers: ["content-type": "application/json", "cache-control": cache.header],
      body: .bytes(try JSON.encode(value)))
  }

  /// 201 with the address of what was made.
  public static func created(_ value: some Encodable, at location: String) throws -> HTTPResponse {
    var response = try json(value, status: 201)
    response.headers.add("location", location)
    return response
  }

  /// 204: done, and there is nothing to say.
  public static let noContent = HTTPResponse(status: 204, headers: [:], body: .bytes([]))

  static func text(_ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8")
    -> HTTPResponse
  {
    HTTPResponse(status: status, headers: ["content-type": type], body: .bytes(Array(text.utf8)))
  }
}

/// A list cut into pages: `items`, and `next` to put into `after` for the following page (absent on the last one).
public struct Page<Item: Sendable>: Sendable {
  /// What stands on this page, at most as many as asked for.
  public let items: [Item]
  /// What `after` must be for the following page; nil on the last one.
  public let next: String?

  /// - Parameters:
  ///   - items: one more than `limit` if there is a further page.
  ///   - cursor: what stands for the last item shown.
  public init(_ items: [Item], limit: Int, cursor: (Item) -> String) {
    self.items = Array(items.prefix(limit))
    next = items.count > limit ? self.items.last.map(cursor) : nil
  }
}

extension Page: Encodable where Item: Encodable {}

extension Page {
  fileprivate init(items: [Item], next: String?) {
    self.items = items
    self.next = next
  }

  /// The same page with each item shown in another way.
  public func map<View: Sendable>(_ transform: (Item) throws -> View) rethrows -> Page<View> {
    Page<View>(items: try items.map(transform), next: next)
  }
}
