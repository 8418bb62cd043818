import Crypto
import HTTPServer
import Testing

@testable import ServiceKit

@Suite struct OtherSitesTests {
  private let front: Front

  init() {
    let gate = TokenGate(
      verifier: AccessTokenVerifier(keys: JSONWebKeySet(keys: [:]), issuer: "", audience: "", maximumLifetime: 1)
    ) { 0 }
    front = Front(
      routes: [
        .get("/open", for: .everyone) { _ in .noContent }.openToOtherSites(),
        .get("/refused", for: .everyone) { _ in throw Problem.badRequest("no") }.openToOtherSites(),
        .get("/own", for: .everyone) { _ in .noContent },
      ], gate: gate, health: Health(), metrics: Metrics(), log: Log(service: "test", minimum: .error))
  }

  private func answer(_ method: HTTPMethod, _ path: String) async -> HTTPResponse {
    await front.answer(HTTPRequest(method: method, path: path, headers: ["Origin": "https://news.example"]))
  }

  @Test(arguments: ["/open", "/refused"]) func pagesOfOtherSitesReadWhatIsOpenToThem(path: String) async {
    let response = await answer(.get, path)
    #expect(response.headers["access-control-allow-origin"] == "*", "refusals too: they say what is wrong")
    #expect(response.headers["access-control-expose-headers"]?.contains("ETag, Link") == true)
    #expect(response.headers["access-control-allow-credentials"] == nil)
  }

  @Test func theyMayAskWhetherTheyMay() async {
    let response = await answer(.options, "/open")
    #expect(response.status == 204)
    #expect(response.headers["access-control-allow-origin"] == "*")
    #expect(response.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS")
    #expect(response.headers["access-control-allow-headers"] == "If-None-Match", "no token")
  }

  @Test func nothingElseIsOpenToThem() async {
    let response = await answer(.get, "/own")
    #expect(response.headers["access-control-allow-origin"] == nil)
    #expect(await answer(.options, "/own").status == 405)
    #expect(await answer(.options, "/nowhere").status == 404)
  }
}
