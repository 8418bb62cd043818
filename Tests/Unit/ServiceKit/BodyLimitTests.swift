import Crypto
import FoundationEssentials
import HTTPServer
import Testing

@testable import ServiceKit

@Suite struct BodyLimitTests {
  @Test func aRouteWithALimitOfItsOwnTakesMoreThanTheOthers() async {
    let gate = TokenGate(
      verifier: AccessTokenVerifier(keys: JSONWebKeySet(keys: [:]), issuer: "", audience: "", maximumLifetime: 1)
    ) { 0 }
    let front = Front(
      routes: [
        .post("/small", for: .everyone) { _ in .noContent },
        .post("/large", for: .everyone) { _ in .noContent }.accepting(bytes: 20),
      ], bodyLimit: 10, gate: gate, health: Health(), metrics: Metrics(), log: Log(service: "test", minimum: .error))
    for (path, bytes, status) in [
      ("/small", 10, 204), ("/small", 11, 413), ("/large", 11, 204), ("/large", 20, 204), ("/large", 21, 413),
    ] {
      let body = [UInt8](repeating: 0, count: bytes)
      let response = await front.answer(HTTPRequest(method: .post, path: path, body: body))
      #expect(response.status == status, "\(path) \(bytes)")
    }
  }
}
