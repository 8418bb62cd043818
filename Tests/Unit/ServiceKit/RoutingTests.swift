import Crypto
import HTTPServer
import Testing

@testable import ServiceKit

@Suite struct RoutingTests {
  private func router(_ patterns: (HTTPMethod, String)...) -> Router {
    Router(patterns.map { Route($0.0, $0.1, for: .everyone) { _ in .noContent } })
  }

  private func found(_ match: Router.Match) -> (Int, [String: String])? {
    guard case .found(let index, let parameters) = match else { return nil }
    return (index, parameters)
  }

  @Test func aPatternBindsItsParameters() throws {
    let router = router((.get, "/v1/proposals"), (.get, "/v1/proposals/{id}"), (.post, "/v1/proposals/{id}/ballots"))
    #expect(try #require(found(router.match(.get, "/v1/proposals"))).0 == 0)
    let one = try #require(found(router.match(.get, "/v1/proposals/a%20b")))
    #expect(one.0 == 1 && one.1 == ["id": "a b"])
    #expect(try #require(found(router.match(.head, "/v1/proposals/x"))).0 == 1)
    #expect(try #require(found(router.match(.post, "/v1/proposals/x/ballots"))).0 == 2)
  }

  @Test func whatIsNotServedIsNotFound() {
    let router = router((.get, "/v1/proposals/{id}"))
    let paths = [
      "/", "/v1", "/v1/proposals", "/v1/proposals/a/b", "/v1/other/a", "/v1/proposals/%00", "/v1/proposals/%zz",
      "/v1/proposals/%ff",
    ]
    for path in paths {
      if case .none = router.match(.get, path) { continue }
      Issue.record("\(path) was matched")
    }
  }

  @Test func anotherMethodNamesTheAllowedOnes() {
    guard case .wrongMethod(let allowed) = router((.get, "/a"), (.post, "/a")).match(.delete, "/a") else {
      Issue.record("not refused")
      return
    }
    #expect(allowed == [.get, .post])
  }

  @Test(
    arguments: [
      ("a=1&b=2", "b", "2"), ("a=%EA%B0%80", "a", "가"), ("a=x+y", "a", "x y"), ("a", "a", ""), ("b=1", "a", nil),
      ("a=%00", "a", nil), ("a=%f", "a", nil),
    ] as [(String, String, String?)])
  func queriesAreDecoded(query: String, name: String, value: String?) {
    let request = Request(http: HTTPRequest(method: .get, path: "/", query: query), parameters: [:], caller: nil)
    #expect(request.query(name) == value)
  }

  struct Body: Decodable { let title: String; let number: Int? }

  private func decode(_ body: String, type: String = "application/json") throws -> Body {
    try Request(
      http: HTTPRequest(method: .post, path: "/", headers: ["content-type": type], body: Array(body.utf8)),
      parameters: [:], caller: nil
    ).body()
  }

  @Test func aBodyIsRefusedWithItsPlace() {
    func problem(_ body: String, type: String = "application/json") -> Problem? {
      do { _ = try decode(body, type: type) } catch { return error as? Problem }
      return nil
    }
    #expect(problem(#"{"title":"x"}"#) == nil)
    #expect(problem(#"{"title":"x"}"#, type: "application/json; charset=utf-8") == nil)
    #expect(problem(#"{}"#)?.errors == [Problem.FieldError("#/title", "is missing")])
    #expect(problem(#"{"title":1}"#)?.errors == [Problem.FieldError("#/title", "has the wrong type")])
    #expect(problem(#"{"title":null}"#)?.errors == [Problem.FieldError("#/title", "has the wrong type")])
    #expect(problem(#"{"title":"x""#)?.status == 400)
    #expect(problem("")?.status == 400)
    #expect(problem("{\"title\":\"\u{fffe}")?.status == 400)
    #expect(problem(#"{"title":"x","number":1e999}"#)?.status != nil)
    #expect(problem(String(repeating: "[", count: 100_000))?.status == 400)
    let parts = [#"{"title":"x","other":""#, #""}"#].map { Array($0.utf8) }
    let octets: [[UInt8]] = [[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xff], [0xc3], [0]]
    let utf16 = #"{"title":"x"}"#.utf8.flatMap { (byte: UInt8) -> [UInt8] in [byte, 0] }
    for body in octets.map({ parts[0] + $0 + parts[1] }) + [utf16] {
      let request = Request(
        http: HTTPRequest(method: .post, path: "/", headers: ["content-type": "application/json"], body: body),
        parameters: [:], caller: nil)
      #expect(throws: Problem.badRequest("The body is not UTF-8.")) { let _: Body = try request.body() }
    }
    #expect(problem("title=x", type: "application/x-www-form-urlencoded")?.status == 415)
    #expect(problem(#"{"title":"x"}"#, type: "text/plain")?.status == 415)
  }

  @Test func textIsCountedAsTheCitizenSeesIt() {
    func errors(_ text: String, _ limit: Int = 4, lines: Bool = false) -> Int {
      var errors: [Problem.FieldError] = []
      _ = PlainText.check(text, 1...limit, lines: lines, at: "#/x", &errors)
      return errors.count
    }
    #expect(errors("가나다라") == 0)
    #expect(errors("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦") == 0)
    #expect(errors("가나다라마") == 1)
    #expect(errors("   ") == 1)
    #expect(errors("a\u{0}b") == 1)
    #expect(errors("a\nb") == 1)
    #expect(errors("a\nb", lines: true) == 0)
    #expect(errors("a\u{202e}b") == 1)
    #expect(errors("a" + String(repeating: "\u{0301}", count: 1_000_000)) == 1)
  }
}
