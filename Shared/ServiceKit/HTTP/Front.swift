import HTTPServer

/// Takes every request of a service: health and metrics, then the route, its access, its handler; errors become problem
/// documents here and nowhere else.
struct Front: Sendable {
  private struct Figures: Sendable {
    let seconds: Histogram
    let byClass: [Counter]
  }

  private let router: Router
  private let notFound: Route.Handler?
  private let gate: TokenGate
  private let health: Health
  private let metrics: Metrics
  private let log: Log
  private let figures: [Figures]
  /// Bytes of a body on a route without a limit of its own.
  private let bodyLimit: Int

  init(
    routes: [Route], notFound: Route.Handler? = nil, bodyLimit: Int = .max, gate: TokenGate, health: Health,
    metrics: Metrics, log: Log
  ) {
    router = Router(routes)
    self.notFound = notFound
    self.gate = gate
    self.health = health
    self.metrics = metrics
    self.bodyLimit = bodyLimit
    self.log = log
    figures = routes.map { route in
      let name = "\(route.method.rawValue) \(route.pattern)"
      return Figures(
        seconds: metrics.histogram(
          "forum_http_request_duration_seconds", "Time from the complete request to the response.", ["route": name]),
        byClass: (0..<6).map {
          metrics.counter("forum_http_requests_total", "Requests answered.", ["route": name, "status": "\($0)xx"])
        })
    }
  }

  func answer(_ request: HTTPRequest) async -> HTTPResponse {
    switch request.path {
    case "/livez": return .text("ok\n")
    case "/readyz": return health.response
    case "/metrics": return .text(metrics.rendered(), type: "text/plain; version=0.0.4; charset=utf-8")
    default: break
    }
    switch router.match(request.method, request.path) {
    case .none:
      let nothing = Problem.notFound("Nothing is served at this address.").response
      return (try? await notFound?(Request(http: request, parameters: [:], caller: nil))) ?? nothing
    case .wrongMethod(let allowed):
      if request.method == .options, case .found(let index, _) = router.match(.get, request.path),
        router.routes[index].isOpenToOtherSites
      {
        return OtherSites.preflight
      }
      var response = Problem(405, "method-not-allowed", "This address does not know the method").response
      response.headers.add("allow", allowed.map(\.rawValue).joined(separator: ", "))
      return response
    case .found(let index, let parameters):
      let started = ContinuousClock.now
      var response = await answer(request, by: router.routes[index], parameters)
      if router.routes[index].isOpenToOtherSites { OtherSites.admit(to: &response) }
      figures[index].byClass[min(max(response.status / 100, 0), 5)].add()
      let spent = (ContinuousClock.now - started).components
      figures[index].seconds.observe(Double(spent.seconds) + Double(spent.attoseconds) * 1e-18)
      return response
    }
  }

  private func answer(_ request: HTTPRequest, by route: Route, _ parameters: [String: String]) async -> HTTPResponse {
    do {
      if let problem = route.admission?() { throw problem }
      let limit = route.bodyLimit ?? bodyLimit
      guard request.body.count <= limit else {
        throw Problem(413, "refused", "The request is refused", detail: "body over \(limit) bytes")
      }
      let caller = try await gate.caller(of: request)
      if let roles = route.roles {
        guard let caller else { throw Problem.unauthorized }
        guard !caller.held.isDisjoint(with: roles) else { throw Problem.forbidden("The token lacks the role.") }
      }
      return try await route.handler(Request(http: request, parameters: parameters, caller: caller))
    } catch { return Problem(error, at: "\(route.pattern)", log).response }
  }
}
