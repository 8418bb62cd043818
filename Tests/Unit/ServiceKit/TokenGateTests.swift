import Crypto
import HTTPServer
import Testing

@testable import ServiceKit

@Suite struct TokenGateTests {
  private static let signing = ES256PrivateKey.generate()

  private func gate(verifications: Int = 1_024) throws -> TokenGate {
    TokenGate(
      verifier: AccessTokenVerifier(
        keys: JSONWebKeySet(keys: ["k": Self.signing.publicKey]), issuer: "https://issuer.example", audience: "forum"),
      verifications: verifications
    ) { 1_000 }
  }

  private func token(_ subject: String, roles: [String] = ["citizen"], exp: Int = 1_300) throws -> String {
    try JSONWebToken.sign(
      claims: AccessTokenClaims(
        iss: "https://issuer.example", sub: subject, aud: ["forum"], exp: exp, iat: 990, roles: roles),
      keyID: "k", with: Self.signing)
  }

  private func caller(_ authorization: String, _ gate: TokenGate) async throws -> Caller? {
    try await gate.caller(of: HTTPRequest(method: .get, path: "/", headers: ["Authorization": authorization]))
  }

  @Test func aTokenGivesTheSameCallerAtFirstSightAndFromMemory() async throws {
    let gate = try gate()
    let text = try token("a", roles: ["citizen", "admin", "unheard-of"])
    for scheme in ["Bearer ", "bearer ", "BEARER "] {
      let caller = try #require(try await caller(scheme + text, gate))
      #expect(caller.subject == "a" && caller.issuer == "https://issuer.example")
      #expect(caller.roles == [.citizen, .admin])
    }
    #expect(try await self.caller("Bearer " + token("b"), gate)?.subject == "b")
    #expect(try await self.caller("Bearer " + text, gate)?.subject == "a")
  }

  @Test(arguments: ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer x", "Bearer\ta.b.c", "Bearer  a.b.c"])
  func whatIsNoTokenIsUnauthorized(authorization: String) async throws {
    let gate = try gate()
    await #expect(throws: Problem.unauthorized) { try await caller(authorization, gate) }
  }

  @Test func aRememberedTokenIsNoBetterThanAnotherWithOneByteChanged() async throws {
    let gate = try gate()
    var text = Array(try token("a").utf8)
    _ = try await caller("Bearer " + String(decoding: text, as: UTF8.self), gate)
    text[20] = text[20] == 0x41 ? 0x42 : 0x41
    await #expect(throws: Problem.unauthorized) {
      try await caller("Bearer " + String(decoding: text, as: UTF8.self), gate)
    }
  }

  @Test func unknownTokensBeyondTheLimitAreToldToComeAgain() async throws {
    let gate = try gate(verifications: 0)
    do {
      _ = try await caller("Bearer " + token("a"), gate)
      Issue.record("let in")
    } catch let problem as Problem { #expect(problem.status == 503 && problem.retryAfter != nil) }
  }
}
