import Contracts
import Crypto
import FoundationEssentials
import Testing

@testable import Forumctl

struct PartsTests {
  @Test func `a token is one that services accept, and the key id stands in the key set`() throws {
    let key = ES256PrivateKey.generate()
    let signer = Signer(key: key, issuer: "https://login.example", audience: "citizen-forum")
    let token = try signer.token(
      subject: "a", roles: ["citizen"], office: "moef", accountCreated: 86_400, lifetime: 600, now: 1_000)
    let keys = try JSONWebKeySet(json: JSONWebKeySet(keys: [signer.keyID: key.publicKey]).encode())
    let payload = try JSONWebToken.payload(of: token, keys: keys)
    let claims = try JSONDecoder().decode(AccessTokenClaims.self, from: Data(payload))
    #expect(
      claims
        == AccessTokenClaims(
          iss: "https://login.example", sub: "a", aud: ["citizen-forum"], exp: 1_600, iat: 1_000, jti: claims.jti,
          roles: ["citizen"], office: "moef", accountCreated: 86_400))
    #expect(signer.keyID == String(Hex.encode(sha256(key.publicKey.x + key.publicKey.y)).prefix(16)))
  }

  @Test func `many tokens come in the order of their subjects`() async throws {
    let signer = Signer(key: .generate(), issuer: "https://login.example", audience: "citizen-forum")
    let keys = JSONWebKeySet(keys: [signer.keyID: signer.key.publicKey])
    let tokens = try await signer.tokens(count: 600, lifetime: 60, Progress("tokens", of: 600)) { "citizen-\($0)" }
    #expect(tokens.count == 600)
    for index in [0, 255, 256, 599] {
      let payload = try JSONWebToken.payload(of: tokens[index], keys: keys)
      #expect(try JSONDecoder().decode(AccessTokenClaims.self, from: Data(payload)).sub == "citizen-\(index)")
    }
  }

  @Test func `without a key the refusal says what to give`() {
    #expect {
      try Signer.key(nil, CommandEnvironment(values: [:]))
    } throws: { "\($0)".contains("FORUM_TOKEN_SIGNING_KEY_FILE") }
  }

  @Test func `a webhook counts only with a signature that holds and a time that is near`() {
    let secret = HMACKey([1, 2, 3])
    let body = Array("{}".utf8)
    let now = Date(timeIntervalSince1970: 1_000)
    let good = "v1," + Base64.encode(secret.authenticate(Array("evt_1.1000.{}".utf8)))
    func isSigned(_ signature: String, id: String = "evt_1", timestamp: String = "1000", at date: Date = now) -> Bool {
      Receiver.isSigned(id: id, timestamp: timestamp, body: body, signature, secret, now: date)
    }
    #expect(isSigned(good))
    #expect(isSigned("v1a,AAAA v1,AAAA \(good)"))
    #expect(!isSigned("v1,AAAA"))
    #expect(!isSigned(""))
    #expect(!isSigned(good, id: "evt_2"))
    #expect(!isSigned(good, timestamp: "1001"))
    #expect(!isSigned(good, at: now + 301))
  }

  @Test func `mails are known by the proposers whom they mention`() {
    let mail = Array(
      "To: proposer-12@example.org\nx proposer-a@example.org proposer-7@example.com proposer-579345@example.org".utf8)
    #expect(MailFolder.numbers(in: mail) == [12, 579_345])
  }

  @Test func `numbers in a page are read with and without commas, and only whole`() {
    let page = Array("<b>36,637</b> 12 345x 00 (4116)".utf8)
    #expect(Observing.numbers(in: page).isSuperset(of: [36_637, 12, 345, 4_116]))
    #expect(!Observing.numbers(in: page).contains(36))
  }

  @Test func `percentiles are those of the nearest rank`() {
    let values = (1...100).map(Double.init)
    #expect(Probing.percentile(values, 0.5) == 50)
    #expect(Probing.percentile(values, 0.99) == 99)
    #expect(Probing.percentile([7], 0.99) == 7)
    #expect(Probing.percentile([], 0.5) == nil)
  }

  @Test func `a tally is one JSON object a line`() throws {
    let id = ProposalID()
    func line(_ reference: String) throws -> String {
      let text =
        #"{"proposal":"\#(id)","title":"t","state":"open","rule":{"yesBar":5},\#(reference)"tally":{"yes":3,"no":1}}"#
      return try TallyLine(JSON.decode(VoteAnswer.self, from: Array(text.utf8))).json()
    }
    #expect(try line(#""reference":"579345","#) == #"{"no":1,"proposal":"\#(id)","source":"579345","yes":3}"#)
    #expect(try line("") == #"{"no":1,"proposal":"\#(id)","source":null,"yes":3}"#)
  }

  @Test func `back-off grows to two seconds and no further`() {
    var backOff = BackOff()
    var last = Duration.zero
    for _ in 0..<12 { last = backOff.next() }
    #expect(last <= .seconds(2))
    #expect(last >= .seconds(1))
  }
}
