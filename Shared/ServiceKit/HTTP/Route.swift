public import HTTPServer

/// Who may use a route.
public enum Access: Sendable, Equatable {
  case everyone
  /// A valid token with at least one of these roles.
  case roles(Set<Role>)

  /// Citizens.
  public static let citizen = Access.roles([.citizen])
  /// The Support Unit, and administrators in its place.
  public static let supportUnit = Access.roles([.supportUnit, .admin])
  /// The Committee's office.
  public static let committee = Access.roles([.committee])
  /// The office of the strategy meeting.
  public static let strategyMeeting = Access.roles([.strategyMeeting])
  /// Officers of ministries.
  public static let ministry = Access.roles([.ministry])
}

/// One method on one path pattern.
public struct Route: Sendable {
  /// Answers one request. A `Problem` becomes its document, a database that is away 503; other errors are logged: 500.
  public typealias Handler = @Sendable (Request) async throws -> Response

  let method: HTTPMethod
  /// For example `/v1/proposals/{id}`; also the route's name in metrics.
  let pattern: String
  let access: Access
  let handler: Handler
  /// Asked before anything else is done for the request.
  private(set) var admission: Admission?
  /// Those of `access`, made once.
  let roles: RoleBits?

  /// Bytes that the body may have where that is more than the service's limit.
  private(set) var bodyLimit: Int?

  /// The same route, which takes bodies of so many bytes although the service's limit is lower.
  public func accepting(bytes: Int) -> Route {
    var route = self
    route.bodyLimit = bytes
    return route
  }

  /// Whether pages of other sites may read what it answers (CORS).
  private(set) var isOpenToOtherSites = false

  /// The same route, whose answers the pages of any other site may read too: for what is public, and needs no token.
  public func openToOtherSites() -> Route {
    var route = self
    route.isOpenToOtherSites = true
    return route
  }

  /// Turns a request away before any work is done for it, its token's check included; nil lets it in.
  public typealias Admission = @Sendable () -> Problem?

  /// The same route, which takes requests only as long as `admission` lets them in.
  public func behind(_ admission: @escaping Admission) -> Route {
    var route = self
    route.admission = admission
    return route
  }

  /// A route of any method.
  /// - Parameter pattern: path with `{name}` for each part that varies.
  public init(_ method: HTTPMethod, _ pattern: String, for access: Access, _ handler: @escaping Handler) {
    self.method = method
    self.pattern = pattern
    self.access = access
    self.handler = handler
    roles = if case .roles(let roles) = access { RoleBits(roles) } else { nil }
  }

  /// Reads; a HEAD request comes here too.
  public static func get(_ pattern: String, for access: Access, _ handler: @escaping Handler) -> Route {
    Route(.get, pattern, for: access, handler)
  }
  /// Removes.
  public static func delete(_ pattern: String, for access: Access, _ handler: @escaping Handler) -> Route {
    Route(.delete, pattern, for: access, handler)
  }
  /// Creates or changes, without a JSON body or with one that the handler reads.
  public static func post(_ pattern: String, for access: Access, _ handler: @escaping Handler) -> Route {
    Route(.post, pattern, for: access, handler)
  }

  /// Sets, without a body.
  public static func put(_ pattern: String, for access: Access, _ handler: @escaping Handler) -> Route {
    Route(.put, pattern, for: access, handler)
  }

  /// With a JSON body.
  public static func post<Body: Decodable & SendableMetatype>(
    _ pattern: String, for access: Access, _ handler: @escaping @Sendable (Request, Body) async throws -> Response
  ) -> Route { Route(.post, pattern, for: access) { try await handler($0, $0.body()) } }

  /// With a JSON body.
  public static func put<Body: Decodable & SendableMetatype>(
    _ pattern: String, for access: Access, _ handler: @escaping @Sendable (Request, Body) async throws -> Response
  ) -> Route { Route(.put, pattern, for: access) { try await handler($0, $0.body()) } }
}

/// Finds the route of a request.
struct Router: Sendable {
  enum Match {
    case found(index: Int, parameters: [String: String])
    case wrongMethod(allowed: [HTTPMethod])
    case none
  }
  private enum Part: Sendable, Equatable {
    case fixed(String)
    case parameter(String)
  }

  let routes: [Route]
  private let parts: [[Part]]

  init(_ routes: [Route]) {
    self.routes = routes
    parts = routes.map { route in
      route.pattern.split(separator: "/").map { part in
        part.hasPrefix("{") && part.hasSuffix("}")
          ? .parameter(String(part.dropFirst().dropLast())) : .fixed(String(part))
      }
    }
  }

  func match(_ method: HTTPMethod, _ path: String) -> Match {
    // By bytes: by characters, which may be several scalars each, this would take as long as the handler.
    let pieces = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true).map(Substring.init)
    var allowed: [HTTPMethod] = []
    for (index, pattern) in parts.enumerated() where pattern.count == pieces.count {
      guard let parameters = Self.parameters(pattern, pieces) else { continue }
      let route = routes[index]
      if route.method == method || (method == .head && route.method == .get) {
        return .found(index: index, parameters: parameters)
      }
      allowed.append(route.method)
    }
    return allowed.isEmpty ? .none : .wrongMethod(allowed: allowed)
  }

  private static func parameters(_ pattern: [Part], _ pieces: [Substring]) -> [String: String]? {
    var parameters: [String: String] = [:]
    for (part, piece) in zip(pattern, pieces) {
      switch part {
      case .fixed(let text): guard piece.utf8.elementsEqual(text.utf8) else { return nil }
      case .parameter(let name):
        guard let value = percentDecoded(piece) else { return nil }
        parameters[name] = value
      }
    }
    return parameters
  }
}
